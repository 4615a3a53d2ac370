import type { BegunFacebookLogin } from '../../src/contract/facebook-login.ts';
import type { Answer, Api, Stack } from './stack.ts';

export const APP_ID = '1234567890';
export const LOGIN_SECRET = 'app-secret-of-the-logins';

/** What a stack needs for people to sign in; `simulator` is what its simulator needs. */
export const LOGIN = {
  env: {
    FACEBOOK_APP_ID: APP_ID,
    FACEBOOK_APP_SECRET: LOGIN_SECRET,
    PUBLIC_URL: 'http://localhost:9',
  },
  simulator: { appSecret: LOGIN_SECRET, appId: APP_ID },
};

/** Any call of the API. */
export async function call<T = unknown>(
  api: Api,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  const response = await api.fetch(path, {
    method,
    redirect: 'manual',
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as T,
  };
}

export async function begin(stack: Stack): Promise<BegunFacebookLogin> {
  const { status, body } = await call<BegunFacebookLogin>(stack.api, 'POST', '/api/facebook-logins', {});
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

/** Somebody presses a button of the dialog. @returns what Facebook sends them back with */
export async function press(
  { url }: Pick<BegunFacebookLogin, 'url'>,
  button: 'continue' | 'cancel' = 'continue',
): Promise<{ code: string; state: string; query: string }> {
  const answer = await fetch(`${url}&simulator_answer=${button}`, { redirect: 'manual' });
  if (answer.status !== 302) throw new Error(`${answer.status}: ${await answer.text()}`);
  const { searchParams, search } = new URL(answer.headers.get('location') ?? '');
  return { code: searchParams.get('code') ?? '', state: searchParams.get('state') ?? '', query: search };
}
