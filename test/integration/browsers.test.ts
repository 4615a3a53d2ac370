import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserSessionResource } from '../../src/contract/access.ts';
import type { ListResource } from '../../src/contract/resources.ts';
import type { Scope } from '../../src/contract/scopes.ts';
import { callAs, newToken } from '../support/api-tokens.ts';
import { pressSignIn, signIn } from '../support/browser.ts';
import { expectProblem } from '../support/problem.ts';
import { type Api, type Stack, startStack } from '../support/stack.ts';

/** Browsers that sign in by a link. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { CORS_ORIGINS: 'https://app.example.com,http://localhost:5173' } });
});
afterAll(() => stack.close());

const as = (token: string, path: string, init?: RequestInit) => callAs(stack.api, token, path, init);

async function signInLink(scope: Scope = 'admin', api: Api = stack.api): Promise<string> {
  const answer = await api.post<{ url: string; expiresAt: string }>('/api/sign-in-links', { scope });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer.body.url;
}

describe('a browser', () => {
  test('signs in by a link, once, and its pages need the CSRF token', async () => {
    const url = await signInLink();
    // looking where the link leads uses nothing up
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(page.headers.has('set-cookie')).toBe(false);
    expect(await page.text()).not.toMatch(/<script|javascript:|http-equiv| on\w+=/i);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const post = (headers: Record<string, string>, where = '/sign-in') =>
      fetch(stack.api.url + where, {
        method: 'POST',
        body: new URLSearchParams(new URL(url).search),
        headers,
        redirect: 'manual',
      });
    for (const site of ['cross-site', 'same-site', 'none']) {
      await expectProblem(await post({ 'sec-fetch-site': site }), 403, 'csrf');
    }
    const noForm = await fetch(url, { method: 'POST', redirect: 'manual' });
    await expectProblem(noForm, 401, 'sign-in-link');
    const opened = await pressSignIn(url);
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/']);
    expect(opened.headers.get('cache-control')).toBe('no-store');
    const set = opened.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^pagesync_session=[\w.-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    const again = await pressSignIn(url);
    expect(again.headers.get('cache-control')).toBe('no-store');
    await expectProblem(again, 401, 'sign-in-link');

    const browser = await signIn(await signInLink());
    const { csrfToken: none, ...session } = (await (await browser.fetch('/api/session')).json()) as Record<
      string,
      unknown
    >;
    expect(session).toMatchObject({ kind: 'session', scope: 'admin', expiresAt: expect.any(String) });
    const make = (headers: Record<string, string> = {}) =>
      browser.fetch('/api/sign-in-links', { method: 'POST', headers });
    expect((await make()).status).toBe(201);
    expect((await make({ origin: '', 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    const foreign = await signIn(await signInLink());
    const refused: Record<string, string>[] = [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': `${browser.csrfToken}x` },
      { 'x-csrf-token': foreign.csrfToken },
      { origin: '' },
      { origin: 'null' },
      { origin: 'https://evil.example.com' },
      // allowed to read with a token, not with a browser's session
      { origin: 'https://app.example.com' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of refused) await expectProblem(await make(headers), 403, 'csrf');
    // a wrong token is wrong, whatever the cookie
    await expectProblem(
      await browser.fetch('/api/pages', { headers: { authorization: 'Bearer x' } }),
      401,
      'unauthorized',
    );

    const signedOut = await browser.fetch('/api/session', { method: 'DELETE' });
    expect([signedOut.status, signedOut.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^pagesync_session=; .*1970/),
    ]);
    await expectProblem(await browser.fetch('/api/session'), 401, 'unauthorized');
    expect((await foreign.fetch('/api/session')).status).toBe(200);
  });

  test('may what its link says; links that are late, sessions that are over and cookies of others are none', async () => {
    const reader = await signIn(await signInLink('read'));
    await expectProblem(await reader.fetch('/api/sign-in-links', { method: 'POST' }), 403, 'forbidden');
    const late = await signInLink();
    const code = createHash('sha256')
      .update(new URL(late).searchParams.get('code') ?? '')
      .digest();
    await stack.sql`UPDATE sign_in_codes SET expires_at = now() WHERE code_hash = ${code}`;
    await expectProblem(await pressSignIn(late), 401, 'sign-in-link');
    for (const bad of ['/sign-in', '/sign-in?code=', '/sign-in?code=a&code=b', '/sign-in?code=%22%3E']) {
      await expectProblem(await fetch(stack.api.url + bad), 401, 'sign-in-link');
    }
    const [{ id } = { id: '' }] = await stack.sql<
      { id: string }[]
    >`SELECT id FROM dashboard_sessions WHERE scope = 'read'`;
    const forge = (key: Uint8Array) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('pagesync')
        .setSubject(id)
        .setExpirationTime('1h')
        .sign(key);
    const unsigned = ['{"alg":"none"}', `{"iss":"pagesync","sub":"${id}","exp":9999999999}`, '']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
    // the key of the ring itself signs nothing
    for (const value of [
      await forge(randomBytes(32)),
      await forge(stack.config.tokenKeys[0] ?? randomBytes(32)),
      unsigned,
      id,
    ]) {
      const forged = await reader.fetch('/api/session', { headers: { cookie: `pagesync_session=${value}` } });
      await expectProblem(forged, 401, 'unauthorized');
    }
    expect((await reader.fetch('/api/session')).status).toBe(200);
    await stack.sql`UPDATE dashboard_sessions SET expires_at = now() WHERE id = ${id}`;
    await expectProblem(await reader.fetch('/api/session'), 401, 'unauthorized');
  });

  test('stands in the list of those signed in, until an admin ends it or revokes the token that let it in', async () => {
    const [maker, admin] = [await newToken(stack.api, 'admin'), await signIn(await signInLink())];
    const linkOf = async (make: Promise<Response>) => ((await (await make).json()) as { url: string }).url;
    const byToken = () => linkOf(as(maker.token, '/api/sign-in-links', { method: 'POST' }));
    const [ended, child] = [await signIn(await byToken()), await signIn(await byToken())];
    const post = { method: 'POST' };
    const grandchild = await signIn(await linkOf(child.fetch('/api/sign-in-links', post)));
    const [unused, unusedToo] = [await byToken(), await linkOf(child.fetch('/api/sign-in-links', post))];

    const list = async (query = '') =>
      (await (await admin.fetch(`/api/sessions${query}`)).json()) as ListResource<BrowserSessionResource>;
    const [first, second, third, own] = (await list()).data;
    expect(second).toEqual({
      id: expect.any(String),
      scope: 'admin',
      createdAt: expect.any(String),
      lastUsedAt: expect.any(String),
      expiresAt: expect.any(String),
      createdBy: `token:${maker.id}`,
      current: false,
    });
    expect(first?.createdBy).toBe(`session:${second?.id}`);
    expect([own?.createdBy, own?.current]).toEqual(['bootstrap', true]);
    const page = await list('?limit=2');
    const rest = await list(`?limit=2&cursor=${page.nextCursor}`);
    expect([...page.data, ...rest.data].map(({ id }) => id)).toEqual(
      [first, second, third, own].map((one) => one?.id),
    );
    await expectProblem(await ended.fetch(`/api/sessions/nobody`, { method: 'DELETE' }), 404, 'not-found');

    const answer = await admin.fetch(`/api/sessions/${third?.id}`, { method: 'DELETE' });
    expect([answer.status, await answer.json()]).toEqual([200, third]);
    await expectProblem(await ended.fetch('/api/session'), 401, 'unauthorized');
    await expectProblem(
      await admin.fetch(`/api/sessions/${third?.id}`, { method: 'DELETE' }),
      404,
      'not-found',
    );
    expect((await child.fetch('/api/session')).status).toBe(200);

    await as(stack.config.apiToken, `/api/tokens/${maker.id}`, { method: 'DELETE' });
    for (const browser of [child, grandchild]) {
      await expectProblem(await browser.fetch('/api/session'), 401, 'unauthorized');
    }
    for (const link of [unused, unusedToo]) await expectProblem(await pressSignIn(link), 401, 'sign-in-link');
    expect((await list('?limit=1')).data[0]?.id).toBe(own?.id);
  });

  test('stays signed in when the keys are rotated; by https the cookie is secure, and nothing of it is logged', async () => {
    const before = await signIn(await signInLink());
    const log = join(tmpdir(), `pagesync-access-${randomUUID()}.log`);
    const env = {
      TOKEN_ENCRYPTION_KEYS: `${randomBytes(32).toString('base64')},${stack.env.TOKEN_ENCRYPTION_KEYS}`,
      LOG_LEVEL: 'trace',
    };
    const rotated = await stack.addApi(env, log);
    const session = await fetch(`${rotated.url}/api/session`, { headers: { cookie: before.cookie } });
    expect(session.status).toBe(200);
    const signedOut = await fetch(`${rotated.url}/api/session`, {
      method: 'DELETE',
      headers: { cookie: before.cookie, origin: rotated.url, 'x-csrf-token': before.csrfToken },
    });
    expect(signedOut.status).toBe(204);

    const behindTls = await stack.addApi({ ...env, PUBLIC_URL: 'https://pagesync.example.com' }, log);
    const url = await signInLink('admin', behindTls);
    expect(url).toMatch(/^https:\/\/pagesync\.example\.com\/sign-in\?code=[\w-]{43}$/);
    const opened = await pressSignIn(url, behindTls.url);
    const set = opened.headers.get('set-cookie') ?? '';
    expect(set).toMatch(
      /^__Host-pagesync_session=.*; HttpOnly; SameSite=Lax; Secure$|^__Host-pagesync_session=.*; HttpOnly; Secure; SameSite=Lax$/,
    );
    const cookie = set.split(';')[0] ?? '';
    const { csrfToken } = (await (
      await fetch(`${behindTls.url}/api/session`, { headers: { cookie } })
    ).json()) as { csrfToken: string };
    const post = (origin: string) =>
      fetch(`${behindTls.url}/api/sign-in-links`, {
        method: 'POST',
        headers: { cookie, origin, 'x-csrf-token': csrfToken },
      });
    expect((await post('https://pagesync.example.com')).status).toBe(201);
    await expectProblem(await post(behindTls.url), 403, 'csrf');
    const text = await readFile(log, 'utf8');
    expect(text).toContain('/sign-in');
    for (const secret of [
      cookie.split('=')[1],
      csrfToken,
      new URL(url).searchParams.get('code'),
      stack.config.apiToken,
    ]) {
      expect(text).not.toContain(secret);
    }
    await rm(log);
  });
});
