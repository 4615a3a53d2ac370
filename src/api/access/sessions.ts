import { browserSessionResource } from '../../contract/access.ts';
import { listSessionsQuery } from '../../contract/requests.ts';
import { listOf } from '../../contract/resources.ts';
import { isUuid, type Store } from '../../store/index.ts';
import { type Operation, operation } from '../operation.ts';
import { notFound } from '../problem.ts';
import { keysetOf } from '../read-request.ts';
import { principalOf } from './principal.ts';

/** `/api/sessions`: every browser that is signed in. */
export function sessionListOperations({ sessions }: Pick<Store, 'sessions'>): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/api/sessions',
      id: 'listSessions',
      tag: 'Access',
      summary: 'List the browsers that are signed in, newest first',
      scope: 'admin',
      query: listSessionsQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(browserSessionResource) } },
      async handle({ query, res }) {
        const own = principalOf(res).session?.id;
        const { data, nextCursor } = await sessions.list(keysetOf(query));
        const body = { data: data.map((one) => ({ ...one, current: one.id === own })), nextCursor };
        return { status: 200, body };
      },
    }),

    operation({
      method: 'delete',
      path: '/api/sessions/{id}',
      id: 'endSession',
      tag: 'Access',
      summary: 'Sign a browser out, at once',
      scope: 'admin',
      params: { id: 'The session’s id' },
      answers: { 200: { description: 'Ended: the session as it was', body: browserSessionResource } },
      async handle({ params, res }) {
        const ended = isUuid(params.id ?? '') ? await sessions.revoke(params.id ?? '') : null;
        if (ended === null) throw notFound('Session');
        return { status: 200, body: { ...ended, current: ended.id === principalOf(res).session?.id } };
      },
    }),
  ];
}
