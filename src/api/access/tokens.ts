import { apiTokenResource, createdTokenResource, createTokenRequest } from '../../contract/access.ts';
import { listTokensQuery } from '../../contract/requests.ts';
import { listOf } from '../../contract/resources.ts';
import { isUuid, type Store } from '../../store/index.ts';
import { requireMatch } from '../etag.ts';
import { type Operation, operation } from '../operation.ts';
import { notFound } from '../problem.ts';
import { keysetOf } from '../read-request.ts';

/** `/api/tokens` */
export function tokenOperations({ tokens }: Pick<Store, 'tokens'>): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/api/tokens',
      id: 'createToken',
      tag: 'Access',
      summary: 'Make an API token',
      description: 'The token is shown this once: only its hash is kept.',
      scope: 'admin',
      body: createTokenRequest,
      examples: {
        'Reads reports for three months': { name: 'reports', scope: 'read', expiresInDays: 90 },
      },
      answers: { 201: { description: 'Made', body: createdTokenResource, hasLocation: true } },
      secret: true,
      async handle({ body }) {
        const token = await tokens.create(body);
        return { status: 201, body: token, headers: { Location: `/api/tokens/${token.id}` } };
      },
    }),

    operation({
      method: 'get',
      path: '/api/tokens',
      id: 'listTokens',
      tag: 'Access',
      summary: 'List API tokens, newest first, also those that are good no more',
      scope: 'admin',
      query: listTokensQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(apiTokenResource) } },
      async handle({ query }) {
        return { status: 200, body: await tokens.list(keysetOf(query)) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/tokens/{id}',
      id: 'getToken',
      tag: 'Access',
      summary: 'An API token; never the token itself',
      scope: 'admin',
      params,
      answers: { 200: { description: 'The token', body: apiTokenResource } },
      async handle({ params }) {
        return { status: 200, body: await requireToken(tokens, params.id) };
      },
    }),

    operation({
      method: 'delete',
      path: '/api/tokens/{id}',
      id: 'revokeToken',
      tag: 'Access',
      summary: 'Revoke an API token, at once and for good',
      description:
        'Browsers that have signed in by a link which it made are signed out; its unused links open nothing.',
      scope: 'admin',
      params,
      answers: { 200: { description: 'Revoked: the token as it is now', body: apiTokenResource } },
      problems: ['precondition-failed'],
      async handle({ params, req }) {
        const token = await requireToken(tokens, params.id);
        requireMatch(req, token);
        return { status: 200, body: (await tokens.revoke(token.id)) ?? token };
      },
    }),
  ];
}

const params = { id: 'The token’s id' };

/** The token that a path names. @throws Problem 404 */
async function requireToken(tokens: Store['tokens'], id: string | undefined) {
  const token = id !== undefined && isUuid(id) ? await tokens.find(id) : null;
  if (token === null) throw notFound('Token');
  return token;
}
