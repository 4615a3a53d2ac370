import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiTokenResource } from '../../src/contract/access.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { newToken } from '../support/api-tokens.ts';
import { pressSignIn } from '../support/browser.ts';
import { expectProblem } from '../support/problem.ts';
import { type Api, type Stack, startStack } from '../support/stack.ts';

/** What becomes of requests that come too often, too large, too slowly, or too late. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const json = { 'content-type': 'application/json' };

const as = (token: string, path: string, init: RequestInit = {}, api: Api = stack.api) =>
  fetch(api.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

describe('an ETag', () => {
  test('saves reading what is known, and keeps from changing what is not', async () => {
    const page = await stack.addPage({ conversations: 0 });
    const path = `/api/pages/${page.id}`;
    const first = await stack.api.get<PageResource>(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const ask = (tag: string) => stack.api.fetch(path, { headers: { 'if-none-match': tag } });
    const same = await ask(`"other", ${etag}`);
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
    await stack.sql`UPDATE facebook_pages SET name = 'Another name' WHERE id = ${page.id}`;
    const changed = await ask(etag);
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);

    const { id } = await newToken(stack.api, 'read');
    const token = await stack.api.get<ApiTokenResource>(`/api/tokens/${id}`);
    const revoke = (match: string) =>
      stack.api.fetch(`/api/tokens/${id}`, { method: 'DELETE', headers: { 'if-match': match } });
    const known = token.headers.get('etag') ?? '';
    for (const stale of ['"stale"', `W/${known}`, '']) {
      await expectProblem(await revoke(stale), 412, 'precondition-failed');
    }
    expect((await revoke(`"stale", ${known}`)).status).toBe(200);
    await expectProblem(await revoke(known), 412, 'precondition-failed');
    expect((await revoke('*')).status).toBe(200);
  });
});

describe('limits', () => {
  test('of requests are of each client; wrong tokens are few', async () => {
    const api = await stack.addApi({ API_RATE_LIMIT_PER_MINUTE: '5', AUTH_FAILURES_PER_MINUTE: '3' });
    const { token } = await newToken(stack.api, 'read');
    const get = (who: string, path = '/api/session') => as(who, path, {}, api);
    for (let left = 4; left >= 0; left--) {
      const answer = await get(token);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"requests"; r=${left}; t=\\d+$`));
      expect(answer.headers.get('ratelimit-policy')).toMatch(/^"requests"; q=5; w=60; pk=:[\w+/=]+:$/);
    }
    const refused = await get(token);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectProblem(refused, 429, 'too-many-requests');
    // others go on
    expect((await get(stack.config.apiToken)).status).toBe(200);

    const other = await newToken(stack.api, 'read');
    for (let i = 0; i < 3; i++) await expectProblem(await get(`wrong-${i}`), 401, 'unauthorized');
    const slowed = await get('wrong-again');
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectProblem(slowed, 429, 'too-many-requests');
    const signIn = (search: string) => pressSignIn(`${api.url}/sign-in${search}`);
    await expectProblem(await signIn('?code=guessed'), 429, 'too-many-requests');
    // who shares the address and has something good is let in, also for the first time
    expect((await get(other.token)).status).toBe(200);
    const link = await stack.api.post<{ url: string }>('/api/sign-in-links', {});
    const opened = await signIn(new URL(link.body.url).search);
    expect(opened.status).toBe(303);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    // a browser whose session is over has guessed nothing
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    await stack.sql`UPDATE dashboard_sessions SET revoked_at = now()`;
    const look = (cookie: string) => fetch(`${api.url}/api/session`, { headers: { cookie } });
    await expectProblem(await look(cookie), 401, 'unauthorized');
    await expectProblem(await look(`${cookie}x`), 429, 'too-many-requests');
    // an address that a client makes up is no other address
    await expectProblem(
      await as('wrong', '/api/session', { headers: { 'x-forwarded-for': '203.0.113.9' } }, api),
      429,
      'too-many-requests',
    );

    const behindProxy = await stack.addApi({ TRUST_PROXY: '1', AUTH_FAILURES_PER_MINUTE: '1' });
    const from = (address: string) =>
      as(
        'wrong',
        '/api/session',
        { headers: { 'x-forwarded-for': `198.51.100.1, ${address}` } },
        behindProxy,
      );
    expect(
      [await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.2')].map(
        ({ status }) => status,
      ),
    ).toEqual([401, 429, 401]);
  });

  test('of size: a body that is too large is refused, whether it says so or not', async () => {
    const large = JSON.stringify({ name: 'x'.repeat(120_000), scope: 'read' });
    const chunks = () => new Blob([large]).stream();
    const post = (init: RequestInit & { duplex?: 'half' }) =>
      stack.api.fetch('/api/tokens', { method: 'POST', ...init, headers: { ...json, ...init.headers } });
    await expectProblem(await post({ body: large }), 413, 'too-large');
    await expectProblem(await post({ body: chunks(), duplex: 'half' }), 413, 'too-large');
    await expectProblem(
      await post({ body: '[', headers: { 'content-encoding': 'gzip' } }),
      400,
      'malformed-json',
    );
    await expectProblem(
      await post({ body: '{}', headers: { 'content-encoding': 'zip' } }),
      415,
      'unsupported-media-type',
    );
    // brackets as deep as the limit allows
    await expectProblem(await post({ body: '['.repeat(50_000) + ']'.repeat(50_000) }), 422, 'validation');
  });

  test('of time: clients that send slowly are cut off, and keep nobody waiting', async () => {
    const api = await stack.addApi({ HEADERS_TIMEOUT_SECONDS: '0.5', REQUEST_TIMEOUT_SECONDS: '1' });
    const { port } = new URL(api.url);
    const headers = `POST /api/tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${stack.config.apiToken}\r\n`;
    const slowly = (start: string) => Array.from({ length: 50 }, () => drip(Number(port), start));
    const slow = [
      ...slowly(headers),
      ...slowly(`${headers}Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n{`),
    ];
    const began = Date.now();
    let served = 0;
    const cut = Promise.all(slow).then((answers) => ({ answers }));
    let ended: Awaited<typeof cut> | null = null;
    void cut.then((value) => {
      ended = value;
    });
    while (ended === null) {
      const answer = await fetch(`${api.url}/api/session`, {
        headers: { authorization: `Bearer ${stack.config.apiToken}` },
      });
      expect(answer.status).toBe(200);
      served += 1;
    }
    const { answers } = await cut;
    expect(Date.now() - began).toBeLessThan(25_000);
    expect(served).toBeGreaterThan(2);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect(answers.filter((answer) => answer.includes(' 408 ')).length).toBeGreaterThan(0);
    expect(await stack.sql`SELECT FROM api_tokens WHERE name = '{'`).toHaveLength(0);
  });
});

/** Sends a byte now and then, until the server has had enough. @returns what it answered */
function drip(port: number, start: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(start);
      timer = setInterval(() => socket.write('a'), 50);
    });
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}
