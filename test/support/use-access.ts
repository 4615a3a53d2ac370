import type { CreatedTokenResource, SessionResource, SignInLinkResource } from '../../src/contract/access.ts';
import type { Recorder } from './recorded-answers.ts';

/** Tokens, sign-in links, sessions and CSRF tokens are made, used, used up and revoked. */
export async function useAccess({ call, twice }: Recorder, pageId: string): Promise<void> {
  const made = { name: 'a program', scope: 'admin' };
  const token = await twice<CreatedTokenResource>('POST', '/api/tokens', made, (answer) => answer.token);
  const headers = { authorization: `Bearer ${token.token}` };
  await call('GET', '/api/session', undefined, { headers });
  await call('GET', `/api/tokens/${token.id}`);
  await call('DELETE', `/api/tokens/${token.id}`);
  await call('GET', '/api/pages', undefined, { headers });
  await call('GET', '/api/tokens');

  const codeOf = (answer: SignInLinkResource) => new URL(answer.url).searchParams.get('code') ?? '';
  const link = await twice<SignInLinkResource>('POST', '/api/sign-in-links', {}, codeOf);
  const code = codeOf(link);
  // the page of the link has its code, for the button
  await call('GET', `/sign-in?code=${code}`, undefined, { handsOut: () => code });
  const form = () => new URLSearchParams({ code });
  const pressed = { 'sec-fetch-site': 'same-origin', origin: 'null' };
  let cookie = '';
  await call('POST', '/sign-in', form(), {
    headers: pressed,
    handsOut: (_answer, headers) => {
      cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
      return cookie.split('=')[1] ?? '';
    },
  });
  await call('POST', '/sign-in', form(), { headers: pressed });
  const session = await call<SessionResource>('GET', '/api/session', undefined, {
    headers: { cookie },
    handsOut: (answer: SessionResource) => answer.csrfToken ?? '',
  });
  const csrf = session.csrfToken ?? '';
  const browser = { cookie, 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' };
  const change = { name: 'Renamed' };
  await call('PATCH', `/api/pages/${pageId}`, change, {
    headers: { ...browser, 'x-csrf-token': `${csrf}x` },
  });
  await call('PATCH', `/api/pages/${pageId}`, change, { headers: browser });
  await call('DELETE', '/api/session', undefined, { headers: browser });
  await call('GET', '/api/session', undefined, { headers: { cookie } });
}
