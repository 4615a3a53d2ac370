import { setTimeout } from 'node:timers/promises';
import type { BegunFacebookLogin, FacebookLoginResource } from '../contract/facebook-login.ts';
import type { ApiClient } from './api-client.ts';
import { CommandFailure } from './failure.ts';
import { listenForLogin } from './login-listener.ts';
import type { TypedLines } from './typed-lines.ts';

/**
 * Has a person sign in with Facebook, in a browser on this machine or any other.
 *
 * @param lines where the address may be pasted that the browser was sent to, if it could not open it
 * @returns the login with the person's pages
 * @throws CommandFailure when the person declined, did not come back in time, or Ctrl+C was pressed
 */
export async function signInWithFacebook(
  client: ApiClient,
  lines: TypedLines,
  interrupted: AbortSignal,
): Promise<FacebookLoginResource> {
  const listener = await listenForLogin();
  const over = new AbortController();
  try {
    const login = await client.beginFacebookLogin({ redirectUri: listener.redirectUri });
    process.stderr.write(
      `Open this address in a browser, and sign in:\n\n  ${login.url}\n\n` +
        'If the browser cannot open the page that Facebook sends it to, paste the address of that page here.\n',
    );
    const signal = AbortSignal.any([interrupted, over.signal]);
    return await Promise.race([
      Promise.race([lines.next(), listener.answer(stateOf(login))]).then((address) =>
        client.completeFacebookLogin(login.id, answerOf(address)),
      ),
      tooLate(login, signal),
      stopped(interrupted),
    ]);
  } finally {
    over.abort();
    listener.close();
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
