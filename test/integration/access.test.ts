import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiTokenResource, CreatedTokenResource, Scope } from '../../src/contract/access.ts';
import { signIn } from '../support/browser.ts';
import { expectProblem } from '../support/problem.ts';
import { startProgram } from '../support/program.ts';
import { type Api, type Stack, startStack } from '../support/stack.ts';

/** Who may use the API: tokens, browsers, pages of other origins. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { CORS_ORIGINS: 'https://app.example.com,http://localhost:5173' } });
});
afterAll(() => stack.close());

async function newToken(scope: Scope): Promise<CreatedTokenResource> {
  const answer = await stack.api.post<CreatedTokenResource>('/api/tokens', { name: `may ${scope}`, scope });
  expect(answer.status).toBe(201);
  return answer.body;
}

const as = (token: string, path: string, init: RequestInit = {}, api: Api = stack.api) =>
  fetch(api.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

async function signInLink(scope: Scope = 'admin', api: Api = stack.api): Promise<string> {
  const answer = await api.post<{ url: string; expiresAt: string }>('/api/sign-in-links', { scope });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer.body.url;
}

describe('a token', () => {
  test('may what its scope says, until it is revoked', async () => {
    const [reader, syncer] = [await newToken('read'), await newToken('sync')];
    const { token: admin } = await newToken('admin');
    const page = await stack.addPage({ conversations: 3 });
    const sync = `/api/pages/${page.id}/sync`;
    expect((await as(reader.token, `/api/pages/${page.id}`)).status).toBe(200);
    await expectProblem(await as(reader.token, sync, { method: 'POST' }), 403, 'forbidden', {
      scope: 'sync',
    });
    expect((await as(syncer.token, sync, { method: 'POST' })).status).toBe(202);
    await expectProblem(await as(syncer.token, '/api/tokens'), 403, 'forbidden', { scope: 'admin' });
    const list = (await (await as(admin, '/api/tokens')).json()) as { data: ApiTokenResource[] };
    expect(list.data.find(({ id }) => id === reader.id)?.lastUsedAt).not.toBeNull();
    for (const { token } of [reader, syncer]) expect(JSON.stringify(list)).not.toContain(token);

    const revoked = await as(admin, `/api/tokens/${reader.id}`, { method: 'DELETE' });
    expect(((await revoked.json()) as ApiTokenResource).revokedAt).not.toBeNull();
    const refused = await as(reader.token, '/api/pages');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(refused, 401, 'unauthorized');
    await stack.sql`UPDATE api_tokens SET expires_at = now() WHERE id = ${syncer.id}`;
    await expectProblem(await as(syncer.token, '/api/pages'), 401, 'unauthorized');
    await stack.ended(page);
  });
});

describe('a browser', () => {
  test('signs in by a link, once, and its pages need the CSRF token', async () => {
    const url = await signInLink();
    // looking where the link leads uses nothing up
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(204);
    const opened = await fetch(url, { redirect: 'manual' });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/']);
    expect(opened.headers.get('cache-control')).toBe('no-store');
    const set = opened.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^pagesync_session=[\w.-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    await expectProblem(await fetch(url, { redirect: 'manual' }), 401, 'sign-in-link');

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
    await expectProblem(await fetch(late, { redirect: 'manual' }), 401, 'sign-in-link');
    for (const bad of ['/sign-in', '/sign-in?code=', '/sign-in?code=a&code=b']) {
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
    const opened = await fetch(behindTls.url + new URL(url).pathname + new URL(url).search, {
      redirect: 'manual',
    });
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

test('in production no program starts with an example for a secret', async () => {
  const examples = {
    ...stack.env,
    NODE_ENV: 'production',
    TOKEN_ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64'),
    PAGESYNC_API_TOKEN: 'change-me-change-me-change-me-change-me',
    FACEBOOK_VERIFY_TOKEN: 'my-verify-token',
  };
  const programs: [file: string, args: string[]][] = [
    ['src/server.ts', []],
    ['src/worker.ts', []],
    ['src/pagesync.ts', ['migrate']],
  ];
  const ends = programs.map(async ([file, args]) => {
    const program = startProgram(file, args, examples);
    expect([file, await program.exited]).toEqual([file, 1]);
    for (const name of ['TOKEN_ENCRYPTION_KEYS', 'PAGESYNC_API_TOKEN', 'FACEBOOK_VERIFY_TOKEN']) {
      expect(program.output()).toContain(`  ${name}: `);
      expect(program.output()).not.toContain(examples[name as keyof typeof examples]);
    }
  });
  await Promise.all(ends);
});

describe('other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${stack.api.url}/api/pages`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });

  test('may read with a token when they are listed; never with the cookie', async () => {
    for (const origin of ['https://app.example.com', 'http://localhost:5173']) {
      const allowed = await preflight(origin);
      expect(allowed.status).toBe(204);
      expect(Object.fromEntries(allowed.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET,POST,PATCH,DELETE',
        'access-control-allow-headers': expect.stringContaining('Idempotency-Key'),
        vary: expect.stringContaining('Origin'),
      });
      const read = await stack.api.fetch('/api/pages', { headers: { origin } });
      expect(read.headers.get('access-control-allow-origin')).toBe(origin);
      const exposed = read.headers.get('access-control-expose-headers')?.split(',');
      expect(exposed).toEqual(expect.arrayContaining(['ETag', 'Content-Disposition', 'WWW-Authenticate']));
      for (const { headers } of [allowed, read])
        expect(headers.has('access-control-allow-credentials')).toBe(false);
    }
  });

  test('may not when they are not', async () => {
    const closed = await stack.addApi({ CORS_ORIGINS: '' });
    for (const origin of [
      'https://evil.example.com',
      'https://app.example.com.evil.com',
      'https://app.example.com:8443',
      'http://app.example.com',
      'null',
    ]) {
      for (const answer of [
        await preflight(origin),
        await stack.api.fetch('/api/pages', { headers: { origin } }),
        await closed.fetch('/api/pages', { headers: { origin } }),
        await fetch(`${closed.url}/api/pages`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'GET' },
        }),
      ]) {
        expect(answer.headers.has('access-control-allow-origin')).toBe(false);
      }
    }
  });

  test('find the headers that keep a page safe', async () => {
    for (const path of ['/api/pages', '/health/live', '/sign-in']) {
      const { headers } = await stack.api.fetch(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers.has('x-powered-by')).toBe(false);
    }
  });
});
