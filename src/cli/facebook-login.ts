import { setTimeout } from 'node:timers/promises';
import type { BegunFacebookLogin, FacebookLoginResource } from '../contract/facebook-login.ts';
import type { ApiClient } from './api-client.ts';
import { CommandFailure } from './failure.ts';
import { listenForLogin } from './login-listener.ts';
import type { TypedLines } from './typed-lines.ts';

/** How often is asked whether somebody has come back to the server, in milliseconds. */
const LOOK_MS = 1000;

/**
 * Has a person sign in with Facebook, in a browser on this machine or any other.
 *
 * @param viaServer Facebook sends the person to the server; otherwise to this program
 * @param lines where the address may be pasted that the browser was sent to, if it could not open it
 * @returns the login with the person's pages
 * @throws CommandFailure when the person declined, did not come back in time, or Ctrl+C was pressed
 */
export async function signInWithFacebook(
  client: ApiClient,
  viaServer: boolean,
  lines: TypedLines,
  interrupted: AbortSignal,
): Promise<FacebookLoginResource> {
  const listener = viaServer ? null : await listenForLogin();
  const over = new AbortController();
  try {
    const login = await client.beginFacebookLogin(
      listener === null ? {} : { redirectUri: listener.redirectUri },
    );
    process.stderr.write(
      `Open this address in a browser, and sign in:\n\n  ${login.url}\n\n` +
        'If the browser cannot open the page that Facebook sends it to, paste the address of that page here.\n',
    );
    const signal = AbortSignal.any([interrupted, over.signal]);
    return await Promise.race([
      Promise.race([lines.next(), ...(listener === null ? [] : [listener.answer(stateOf(login))])]).then(
        (address) => client.completeFacebookLogin(login.id, answerOf(address)),
      ),
      ...(viaServer ? [comeBack(client, login.id, signal)] : []),
      tooLate(login, signal),
      stopped(interrupted),
    ]);
  } finally {
    over.abort();
    listener?.close();
  }
}

function stateOf({ url }: BegunFacebookLogin): string {
  return new URL(url).searchParams.get('state') ?? '';
}

/** What Facebook says in the address to which it sends the browser. */
function answerOf(address: string): { code: string; state: string } {
  const query = URL.canParse(address) ? new URL(address).searchParams : new URLSearchParams();
  const error = query.get('error_description') ?? query.get('error');
  if (error !== null) throw new CommandFailure('incomplete', `Facebook says: ${error}`);
  const [code, state] = [query.get('code'), query.get('state')];
  if (code === null || state === null) {
    throw new CommandFailure(
      'usage',
      'This is not the address that Facebook sends a browser to: no code in it.',
    );
  }
  return { code, state };
}

/** Waits until the server has listed the person's pages. */
async function comeBack(client: ApiClient, id: string, signal: AbortSignal): Promise<FacebookLoginResource> {
  for (;;) {
    const login = await client.getFacebookLogin(id);
    if (login.state === 'completed') return login;
    if (login.state === 'failed') throw new CommandFailure('incomplete', login.error ?? 'The login failed.');
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => never());
  }
}

async function tooLate({ expiresAt }: BegunFacebookLogin, signal: AbortSignal): Promise<never> {
  await setTimeout(Date.parse(expiresAt) - Date.now(), undefined, { signal }).catch(() => never());
  throw new CommandFailure('incomplete', 'Nobody came back from Facebook in time.');
}

function stopped(interrupted: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new CommandFailure('interrupted', 'Nothing was changed.'));
    if (interrupted.aborted) stop();
    interrupted.addEventListener('abort', stop);
  });
}

/** For what was decided elsewhere. */
function never(): Promise<never> {
  return new Promise(() => {});
}
