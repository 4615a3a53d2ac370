import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, send } from '../respond.ts';
import { nowSec } from '../time.ts';
import type { World } from '../world.ts';
import { SCOPES } from './scopes.ts';
import type { User } from './users.ts';

const DIALOG = /^\/(v\d+\.\d+\/)?dialog\/oauth\/?(\?|$)/;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a path is the Login dialog's. */
export function isDialog(url: string): boolean {
  return DIALOG.test(url);
}

/**
 * `GET /<version>/dialog/oauth`: the page on which a person lets the app in, or does not. Its buttons ask for the same
 * address again with `simulator_answer`, which sends the person to `redirect_uri` with a code, or with an error.
 */
export function handleDialog(request: IncomingMessage, response: ServerResponse, world: World): void {
  request.resume();
  send(response, dialog(new URL(request.url ?? '/', 'http://localhost'), world));
}

function dialog(url: URL, world: World): Answer {
  const query = url.searchParams;
  if (query.get('client_id') !== world.appId) {
    return page(400, 'Invalid App ID', 'The provided app ID does not look like a valid app ID.');
  }
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!isAllowed(redirectUri, world.redirectUris)) {
    const why =
      "This redirect failed because the redirect URI is not white-listed in the app's client OAuth settings.";
    return page(400, 'URL blocked', why);
  }
  const user = world.users.get(query.get('simulator_user') ?? '') ?? [...world.users.values()][0];
  const answer = query.get('simulator_answer');
  if (answer === 'cancel' || (answer === 'continue' && !user)) {
    return redirect(redirectUri, query, {
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
    });
  }
  if (answer === 'continue' && user) {
    return redirect(redirectUri, query, { code: grant(world, user, redirectUri, query) });
  }
  return page(200, 'Log in with Facebook', 'Example App wants to access your pages.', form(world, url));
}

function grant(world: World, user: User, redirectUri: string, query: URLSearchParams): string {
  const asked = (query.get('scope') ?? '').split(/[\s,]+/).filter((scope) => scope !== '');
  // with a configuration (`config_id`) the permissions are set at Meta
  const wanted = asked.length > 0 ? asked : query.has('config_id') ? SCOPES : [];
  const text = query.get('code_challenge');
  const method = query.get('code_challenge_method') ?? 'plain';
  return world.logins.grant(
    {
      user,
      redirectUri,
      scopes: wanted.filter((scope) => !user.declined.includes(scope)),
      challenge: text === null ? null : { text, method },
    },
    nowSec(),
  );
}

/** Exactly one of the list, or any address of this machine, as for an app in development. */
function isAllowed(redirectUri: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return LOOPBACK.test(hostname) || allowed.includes(redirectUri);
}

function redirect(redirectUri: string, query: URLSearchParams, parameters: Record<string, string>): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) target.searchParams.set('state', state);
  // Facebook appends it to every redirect
  if ('code' in parameters) target.hash = '_=_';
  return { status: 302, headers: { location: target.href }, text: '' };
}

function form(world: World, url: URL): string {
  const hidden = [...url.searchParams]
    .filter(([name]) => !name.startsWith('simulator_'))
    .map(([name, value]) => `<input type="hidden" name="${inHtml(name)}" value="${inHtml(value)}">`);
  const users = [...world.users.values()].map(
    ({ id, name }, index) =>
      `<label><input type="radio" name="simulator_user" value="${inHtml(id)}"${index === 0 ? ' checked' : ''}> ${inHtml(name)}</label><br>`,
  );
  return `<form method="get" action="${inHtml(url.pathname)}">${hidden.join('')}${users.join('')}
<button name="simulator_answer" value="continue">Continue</button>
<button name="simulator_answer" value="cancel">Cancel</button></form>`;
}

function page(status: number, title: string, text: string, more = ''): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    text: `<!DOCTYPE html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1><p>${inHtml(text)}</p>${more}</body></html>`,
  };
}

function inHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
