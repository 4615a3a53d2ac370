/* Who may come back with the answer of Facebook: whoever has begun the login (requirement G1). */
import { expect, test } from 'vitest';
import type { BegunFacebookLogin } from '../../src/contract/facebook-login.ts';
import { pressSignIn } from '../support/browser.ts';
import { connectingUnderTest } from '../support/connecting-under-test.ts';
import { begin, press } from '../support/login-under-test.ts';

const under = connectingUnderTest();
const { control, send, pageAtMeta } = under;

test('a login is of whoever began it, to everybody else there is none', async () => {
  control('/users', { pages: [{ id: pageAtMeta() }] });
  const login = await begin(under.stack);
  const { code, state, query } = await press(login);
  const { body: made } = await send<{ token: string }>('POST', '/api/tokens', {
    name: 'B',
    scope: 'admin',
  });
  const { body: link } = await send<{ url: string }>('POST', '/api/sign-in-links', {});
  const signIn = await pressSignIn(link.url, under.stack.api.url);
  const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const others: Record<string, string>[] = [{ authorization: `Bearer ${made.token}` }, { cookie }];
  const path = `/api/facebook-logins/${login.id}`;
  const ask = (headers: Record<string, string>, method: string, path: string, body?: object) =>
    fetch(under.stack.api.url + path, {
      method,
      redirect: 'manual',
      headers: { ...headers, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
  for (const headers of others) {
    const back = await ask(headers, 'GET', `/api/facebook-logins/callback${query}`);
    expect([back.status, back.headers.get('location')]).toEqual([
      303,
      '/?facebookLoginError=login-not-found',
    ]);
    expect((await ask(headers, 'GET', path)).status).toBe(404);
  }
  const other = others[0] ?? {};
  expect((await ask(other, 'POST', `${path}/complete`, { code, state })).status).toBe(404);
  expect((await send('POST', `${path}/complete`, { code, state })).status, 'nothing was used up').toBe(200);
  expect((await ask(other, 'POST', `${path}/connect`, { all: true })).status).toBe(404);

  // a signed-in browser completes what it began
  const session = await ask({ cookie }, 'GET', '/api/session');
  const { csrfToken } = (await session.json()) as { csrfToken: string };
  const own = { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' };
  const begun = (await (await ask(own, 'POST', '/api/facebook-logins', {})).json()) as BegunFacebookLogin;
  const { query: answer } = await press(begun);
  const notTheirs = await send('GET', `/api/facebook-logins/callback${answer}`);
  expect(notTheirs.headers.get('location')).toBe('/?facebookLoginError=login-not-found');
  const back = await ask({ cookie }, 'GET', `/api/facebook-logins/callback${answer}`);
  expect(back.headers.get('location')).toBe(`/?facebookLogin=${begun.id}`);
  const connected = await ask(own, 'POST', `/api/facebook-logins/${begun.id}/connect`, { all: true });
  expect(connected.status).toBe(200);
});
