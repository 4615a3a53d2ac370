import type { z } from 'zod';
import { type FacebookLogins, MetaUnavailable, Refused } from '../connect/index.ts';
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
import type { ProblemName } from '../contract/problems.ts';
import type { PageResource } from '../contract/resources.ts';
import { principalOf } from './access/principal.ts';
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
\`state\`; a program completes the login with both. The link is good once, for ten minutes, and the login is there for
whoever began it alone: the same token, or the same signed-in browser.`,
      scope: 'admin',
      body: beginFacebookLoginRequest,
      answers: { 201: { description: 'Begun', body: begunFacebookLogin, hasLocation: true } },
      problems: ['facebook-login-not-configured'],
      secret: true,
      async handle({ body, req, res }) {
        const own = `${deps.publicUrl ?? `${req.protocol}://${req.get('host')}`}${CALLBACK}`;
        const begun = await requireLogins(deps).begin(principalOf(res).id, body.redirectUri ?? own);
        return { status: 201, body: begun, headers: { Location: `/api/facebook-logins/${begun.id}` } };
      },
    }),

    operation({
      method: 'get',
      path: CALLBACK,
      id: 'facebookLoginCallback',
      tag: 'Pages',
      summary: 'Where Facebook sends people back to',
      description: `Leads on to the dashboard, whatever happened: to \`/?facebookLogin=<id>\` when the login says what came of it, else to
\`/?facebookLoginError=<name>\`: \`login-not-found\` (no login that this browser began has or had the state),
\`meta-unavailable\` (begin again later), \`facebook-login-not-configured\`.`,
      scope: 'admin',
      query: facebookLoginCallbackQuery,
      answers: { 303: { description: 'To the dashboard', hasLocation: true } },
      async handle({ query, req, res }) {
        // who only looks where a link leads uses nothing up
        if (req.method === 'HEAD') {
          res.status(204).end();
          return null;
        }
        const what = await whatCameBack(deps, principalOf(res).id, query);
        return { status: 303, headers: { Location: `/?${new URLSearchParams(what)}` } };
      },
    }),

    operation({
      method: 'post',
      path: '/api/facebook-logins/{id}/complete',
      id: 'completeFacebookLogin',
      tag: 'Pages',
      summary: 'Complete a login with what came back with the person',
      description:
        'Lists all pages of the person. The state is used up, unless Meta did not answer: then `detail` says whether it is.',
      scope: 'admin',
      params,
      body: completeFacebookLoginRequest,
      answers: { 200: { description: 'The login with the person’s pages', body: facebookLoginResource } },
      problems: ['facebook-login-not-configured', 'meta-unavailable'],
      async handle({ params, body, res }) {
        const principal = principalOf(res).id;
        const { id } = await requireLogin(deps, principal, params.id);
        await asProblems(requireLogins(deps).complete({ principal, id, ...body }));
        return { status: 200, body: await requireLogin(deps, principal, id) };
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
      async handle({ params, res }) {
        return { status: 200, body: await requireLogin(deps, principalOf(res).id, params.id) };
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
      problems: ['facebook-login-not-configured', 'login-not-complete', 'temporal-unavailable'],
      async handle({ params, body, res }) {
        const login = await requireLogin(deps, principalOf(res).id, params.id);
        requireComplete(login);
        const { id } = login;
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

/** @throws Problem 404, also when it is somebody else's */
async function requireLogin(
  deps: ApiDeps,
  principal: string,
  id: string | undefined,
): Promise<FacebookLoginResource> {
  const login = await deps.store.logins.find(principal, id ?? '');
  if (login === null) throw notFound('Login');
  return login;
}

/** What there is to do when nobody can choose pages of a login. */
const INSTEAD = {
  pending: 'Nobody is back from Facebook. Open the login’s url and sign in, or begin a new login.',
  answered: 'The person’s pages are being listed. Try again in a moment.',
  failed: 'Begin a new login.',
  expired: 'It is over. Begin a new login.',
};

/** @throws Problem 409 */
function requireComplete({ state, error }: FacebookLoginResource): void {
  if (state === 'completed') return;
  const detail = error === null ? INSTEAD[state] : `${error} ${INSTEAD[state]}`;
  throw new Problem(409, 'login-not-complete', 'There are no pages to choose from', detail, { state });
}

/** What the dashboard is told of a person who comes back. */
async function whatCameBack(
  { connections: { logins } }: ApiDeps,
  principal: string,
  { code, state, error, error_description }: z.output<typeof facebookLoginCallbackQuery>,
): Promise<{ facebookLogin: string } | { facebookLoginError: ProblemName | 'login-not-found' }> {
  if (logins === null) return { facebookLoginError: 'facebook-login-not-configured' };
  const answer = { principal, id: null, state };
  try {
    const facebookLogin =
      code === undefined
        ? await logins.decline({ ...answer, error: error_description ?? error ?? 'nothing' })
        : await logins.complete({ ...answer, code });
    return { facebookLogin };
  } catch (failure) {
    if (failure instanceof MetaUnavailable) return { facebookLoginError: 'meta-unavailable' };
    if (!(failure instanceof Refused)) throw failure;
    // refused, too old, or opened again: the login says it
    const facebookLogin = await logins.withState(principal, state);
    return facebookLogin === null ? { facebookLoginError: 'login-not-found' } : { facebookLogin };
  }
}
