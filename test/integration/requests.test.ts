import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiTokenResource, CreatedTokenResource, Scope } from '../../src/contract/access.ts';
import { syncWorkflowId } from '../../src/contract/names.ts';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { startProgram } from '../support/program.ts';
import { startRelay } from '../support/relay.ts';
import { type Api, type Stack, startStack, type TestPage } from '../support/stack.ts';

/** What becomes of requests that come twice, too often, too large, too slowly, or too late. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const json = { 'content-type': 'application/json' };

async function newToken(scope: Scope): Promise<CreatedTokenResource> {
  return (await stack.api.post<CreatedTokenResource>('/api/tokens', { name: `may ${scope}`, scope })).body;
}

const as = (token: string, path: string, init: RequestInit = {}, api: Api = stack.api) =>
  fetch(api.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

/** Waits until the page takes another sync: its workflow ends a moment after its job. */
async function idle(page: TestPage): Promise<void> {
  await stack.ended(page);
  await stack.temporal.workflow.getHandle(syncWorkflowId(page.facebookPageId)).result();
}

describe('an Idempotency-Key', () => {
  const send = (path: string, key: string, body: object, token = stack.config.apiToken, api = stack.api) => {
    const headers = { ...json, 'idempotency-key': key };
    return as(token, path, { method: 'POST', headers, body: JSON.stringify(body) }, api);
  };

  test('sent ten times at once starts one job, and is answered again as it was at first', async () => {
    const page = await stack.addPage({ conversations: 5 });
    const path = `/api/pages/${page.id}/sync`;
    const key = randomUUID();
    const apis = [stack.api, await stack.addApi({})];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => send(path, key, { mode: 'full' }, undefined, apis[i % 2])),
    );
    const done = answers.filter(({ status }) => status === 202);
    for (const other of answers.filter(({ status }) => status !== 202))
      await expectProblem(other, 409, 'idempotency-in-progress');
    expect(done.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    const jobs = (await Promise.all(done.map((answer) => answer.json()))) as JobResource[];
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
    await idle(page);

    const again = await send(path, key, { mode: 'full' });
    expect([again.status, again.headers.get('idempotency-replayed'), again.headers.get('location')]).toEqual([
      202,
      'true',
      `/api/jobs/${jobs[0]?.id}`,
    ]);
    expect(await again.json()).toEqual(jobs[0]);
    const [{ n } = { n: 0 }] =
      await stack.sql`SELECT count(*) AS n FROM sync_jobs WHERE page_id = ${page.id}`;
    expect(n).toBe(1);
    await expectProblem(await send(path, key, { mode: 'incremental' }), 422, 'idempotency-key-reused');
    await expectProblem(await send(path, 'two words', {}), 400, 'validation');
    // another client's key of the same name is another key; a validation error is no answer to keep
    const { token } = await newToken('sync');
    await expectProblem(await send(path, key, { mode: 'no' }, token), 422, 'validation');
    expect((await send(path, key, { mode: 'incremental' }, token)).status).toBe(202);
    await idle(page);

    // a problem is an answer too
    const [pause, late] = [`${path}/pause`, randomUUID()];
    await expectProblem(await send(pause, late, {}), 404, 'sync-not-running');
    const replayed = await send(pause, late, {});
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    await expectProblem(replayed, 404, 'sync-not-running');
  });

  test('whose process was killed is worked on again after a minute', async () => {
    const page = await stack.addPage({ conversations: 2 });
    const [path, key] = [`/api/pages/${page.id}/sync`, randomUUID()];
    // one that waits for Temporal when it is killed
    const relay = await startRelay(stack.env.TEMPORAL_ADDRESS ?? '');
    relay.stall();
    const env = { ...stack.env, HOST: '127.0.0.1', TEMPORAL_ADDRESS: relay.address, LOG_LEVEL: 'info' };
    const program = startProgram('src/server.ts', [], env);
    try {
      const port = await eventually(() => /"port":(\d+)/.exec(program.output())?.[1], program.output);
      const waiting = send(path, key, {}, undefined, { ...stack.api, url: `http://127.0.0.1:${port}` });
      const broken = expect(waiting).rejects.toThrow();
      await eventually(
        async () => (await stack.sql`SELECT FROM idempotency_keys WHERE key = ${key}`).length > 0,
        'the claim',
      );
      program.kill('SIGKILL');
      await Promise.all([broken, program.exited]);
    } finally {
      program.kill('SIGKILL');
      await relay.close();
    }
    await expectProblem(await send(path, key, {}), 409, 'idempotency-in-progress');
    await stack.sql`UPDATE idempotency_keys SET alive_at = now() - interval '61 seconds' WHERE key = ${key}`;
    const taken = await send(path, key, {});
    expect([taken.status, taken.headers.get('idempotency-replayed')]).toEqual([202, null]);
    expect((await send(path, key, {})).headers.get('idempotency-replayed')).toBe('true');
    await idle(page);
  });

  test('is free again after a fault of the server; an answer with a secret is not kept', async () => {
    const page = await stack.addPage({ conversations: 2 });
    const [path, key] = [`/api/pages/${page.id}/sync`, randomUUID()];
    await stack.sql`ALTER TABLE facebook_pages RENAME TO pages_away`;
    const failed = await send(path, key, {});
    await stack.sql`ALTER TABLE pages_away RENAME TO facebook_pages`;
    expect(failed.status).toBe(500);
    expect((await send(path, key, {})).status).toBe(202);
    await idle(page);

    const tokens = await Promise.all(
      [0, 1].map(() => send('/api/tokens', key, { name: 'twice', scope: 'read' })),
    );
    const made = (await Promise.all(tokens.map((answer) => answer.json()))) as CreatedTokenResource[];
    expect(new Set(made.map(({ token }) => token)).size).toBe(2);
    const [{ text } = { text: '' }] =
      await stack.sql`SELECT string_agg(k::text, '') AS text FROM idempotency_keys k`;
    for (const { token } of made) expect(text).not.toContain(token);
  });
});

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

    const { id } = await newToken('read');
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
    const { token } = await newToken('read');
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

    const other = await newToken('read');
    for (let i = 0; i < 3; i++) await expectProblem(await get(`wrong-${i}`), 401, 'unauthorized');
    const slowed = await get('wrong-again');
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectProblem(slowed, 429, 'too-many-requests');
    // a guess is not even looked at: also one that is right; nor a code
    await expectProblem(await get(other.token), 429, 'too-many-requests');
    const link = await stack.api.post<{ url: string }>('/api/sign-in-links', {});
    const code = new URL(link.body.url).search;
    await expectProblem(await fetch(`${api.url}/sign-in${code}`), 429, 'too-many-requests');
    // who was good before is not locked out by a neighbour; health and webhooks are no matter of tokens
    expect((await get(stack.config.apiToken)).status).toBe(200);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
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
