import type { FacebookLogins } from '../connect/index.ts';
import {
  beginFacebookLoginRequest,
  begunFacebookLogin,
  completeFacebookLoginRequest,
  connectedPages,
  connectFacebookPagesRequest,
  type FacebookLoginResource,
  facebookLoginCallbackQuery,
  facebookLoginResource,
} from '../contract/facebook-login.ts';
import type { PageResource } from '../contract/resources.ts';
import { asProblems, connectPage } from './connect-page.ts';
import type { ApiDeps } from './deps.ts';
import { type Operation, operation } from './operation.ts';
import { notFound, Problem } from './problem.ts';

const CALLBACK = '/api/facebook-logins/callback';

const params = { id: 'The login' };

/** `/api/facebook-logins`: signing in with Facebook to connect pages. */
export function facebookLoginOperations(deps: ApiDeps): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/api/facebook-logins',
      id: 'beginFacebookLogin',
      tag: 'Pages',
      summary: 'Begin to sign in with Facebook',
      description: `Send the person to \`url\`. Facebook sends them back to the dashboard, or to \`redirectUri\`, with \`code\` and
\`state\`; a program completes the login with both. The link is good once, for ten minutes.`,
      scope: 'admin',
      body: beginFacebookLoginRequest,
      answers: { 201: { description: 'Begun', body: begunFacebookLogin, hasLocation: true } },
      problems: ['facebook-login-not-configured'],
      secret: true,
      async handle({ body, req }) {
        const own = `${deps.publicUrl ?? `${req.protocol}://${req.get('host')}`}${CALLBACK}`;
        const begun = await requireLogins(deps).begin(body.redirectUri ?? own);
        return { status: 201, body: begun, headers: { Location: `/api/facebook-logins/${begun.id}` } };
      },
    }),

    operation({
      method: 'get',
      path: CALLBACK,
      id: 'facebookLoginCallback',
      tag: 'Pages',
      summary: 'Where Facebook sends people back to',
      description:
        'Leads on to the dashboard, also when the person has refused: the login says what came of it.',
      scope: 'admin',
      query: facebookLoginCallbackQuery,
      answers: { 303: { description: 'To the dashboard', hasLocation: true } },
      problems: ['validation', 'facebook-login-not-configured', 'meta-unavailable'],
      async handle({ query }) {
        const { code, state, error, error_description } = query;
        const logins = requireLogins(deps);
        const back =
          code === undefined
            ? logins.decline({ id: null, state, error: error_description ?? error ?? 'nothing' })
            : logins.complete({ id: null, state, code });
        return { status: 303, headers: { Location: `/?facebookLogin=${await asProblems(back)}` } };
      },
    }),

    operation({
      method: 'post',
      path: '/api/facebook-logins/{id}/complete',
      id: 'completeFacebookLogin',
      tag: 'Pages',
      summary: 'Complete a login with what came back with the person',
      description: 'Lists all pages of the person. The state is used up, whatever comes of it.',
      scope: 'admin',
      params,
      body: completeFacebookLoginRequest,
      answers: { 200: { description: 'The login with the person’s pages', body: facebookLoginResource } },
      problems: ['facebook-login-not-configured', 'meta-unavailable'],
      async handle({ params, body }) {
        const { id } = await requireLogin(deps, params.id);
        await asProblems(requireLogins(deps).complete({ id, ...body }));
        return { status: 200, body: await requireLogin(deps, id) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/facebook-logins/{id}',
      id: 'getFacebookLogin',
      tag: 'Pages',
      summary: 'A login, and the pages of the person who has signed in',
      scope: 'admin',
      params,
      answers: { 200: { description: 'The login', body: facebookLoginResource } },
      async handle({ params }) {
        return { status: 200, body: await requireLogin(deps, params.id) };
      },
    }),

    operation({
      method: 'post',
      path: '/api/facebook-logins/{id}/connect',
      id: 'connectFacebookPages',
      tag: 'Pages',
      summary: 'Connect pages of the person who has signed in',
      description: `Those that are named, or all on which the person may read messages. May be repeated within the hour; pages that
were connected get the new token, and their parked jobs go on.`,
      scope: 'admin',
      params,
      body: connectFacebookPagesRequest,
      answers: { 200: { description: 'The pages, connected', body: connectedPages } },
      problems: ['facebook-login-not-configured', 'temporal-unavailable'],
      async handle({ params, body }) {
        const { id } = await requireLogin(deps, params.id);
        const ids = body.facebookPageIds ?? null;
        const chosen = await asProblems(requireLogins(deps).chosen(id, ids));
        const data: PageResource[] = [];
        for (const { facebookPageId, name, accessToken, instagramAccountId } of chosen) {
          // Meta may only not show the account to this person: one that is known stays
          const instagram = instagramAccountId === null ? {} : { instagramAccountId };
          const request = { facebookPageId, name, accessToken, ...instagram };
          data.push((await connectPage(deps, request, null)).page);
        }
        return { status: 200, body: { data } };
      },
    }),
  ];
}

/** @throws Problem 503 */
function requireLogins({ connections }: ApiDeps): FacebookLogins {
  if (connections.logins !== null) return connections.logins;
  throw new Problem(
    503,
    'facebook-login-not-configured',
    'Signing in with Facebook is not configured',
    'Set FACEBOOK_APP_ID and FACEBOOK_APP_SECRET.',
  );
}

/** @throws Problem 404 */
async function requireLogin(deps: ApiDeps, id: string | undefined): Promise<FacebookLoginResource> {
  const login = await deps.store.logins.find(id ?? '');
  if (login === null) throw notFound('Login');
  return login;
}
