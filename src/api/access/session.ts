import { createSignInLinkRequest, sessionResource, signInLinkResource } from '../../contract/access.ts';
import type { Store } from '../../store/index.ts';
import { type Operation, operation } from '../operation.ts';
import { notFound } from '../problem.ts';
import type { Csrf } from './csrf.ts';
import { principalOf } from './principal.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface SessionDeps {
  store: Pick<Store, 'sessions'>;
  cookie: SessionCookie;
  csrf: Csrf;
  /** Where browsers find us; `null`: where the request came to. */
  publicUrl: string | null;
}

/** `/api/session`, `/api/sign-in-links` */
export function sessionOperations({ store, cookie, csrf, publicUrl }: SessionDeps): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/api/session',
      id: 'getSession',
      tag: 'Access',
      summary: 'Who asks, and what they may',
      scope: 'read',
      answers: { 200: { description: 'The session, or the token', body: sessionResource } },
      async handle({ res }) {
        const { scope, session } = principalOf(res);
        const body = {
          kind: session === null ? ('token' as const) : ('session' as const),
          scope,
          csrfToken: session === null ? null : csrf.tokenOf(session.id),
          expiresAt: session?.expiresAt.toISOString() ?? null,
        };
        return { status: 200, body };
      },
    }),

    operation({
      method: 'delete',
      path: '/api/session',
      id: 'signOut',
      tag: 'Access',
      summary: 'Sign this browser out',
      scope: 'read',
      answers: { 204: { description: 'Signed out' } },
      problems: ['not-found'],
      async handle({ res }) {
        const { session } = principalOf(res);
        // a token is revoked, not signed out
        if (session === null) throw notFound('Session');
        await store.sessions.revoke(session.id);
        return { status: 204, headers: { 'Set-Cookie': cookie.clear() } };
      },
    }),

    operation({
      method: 'post',
      path: '/api/sign-in-links',
      id: 'createSignInLink',
      tag: 'Access',
      summary: 'Make a link that signs one browser in, once, within ten minutes',
      scope: 'admin',
      body: createSignInLinkRequest,
      answers: { 201: { description: 'Made', body: signInLinkResource } },
      secret: true,
      async handle({ body, req, res }) {
        const { code, expiresAt } = await store.sessions.createCode(body.scope, principalOf(res).id);
        const base = publicUrl ?? `${req.protocol}://${req.get('host')}`;
        return {
          status: 201,
          body: { url: `${base}/sign-in?code=${code}`, expiresAt: expiresAt.toISOString() },
        };
      },
    }),
  ];
}
