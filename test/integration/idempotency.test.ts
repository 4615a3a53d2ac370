import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreatedTokenResource } from '../../src/contract/access.ts';
import { syncWorkflowId } from '../../src/contract/names.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { createLogger } from '../../src/log.ts';
import { startApi } from '../../src/start-api.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { startProgram } from '../support/program.ts';
import { startRelay } from '../support/relay.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** What becomes of requests that come twice. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

/** Waits until the page takes another sync: its workflow ends a moment after its job. */
async function idle(page: TestPage): Promise<void> {
  await stack.ended(page);
  await stack.temporal.workflow.getHandle(syncWorkflowId(page.facebookPageId)).result();
}

/** An API that can be stopped. */
const startStoppable = () => startApi(stack.config, stack.env, createLogger('silent', 'test'));

interface SendOptions {
  token?: string;
  url?: string | undefined;
  signal?: AbortSignal;
}

describe('an Idempotency-Key', () => {
  const send = (
    path: string,
    key: string,
    body: object,
    { token = stack.config.apiToken, url = stack.api.url, ...init }: SendOptions = {},
  ) =>
    fetch(url + path, {
      ...init,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    });

  test('sent ten times at once starts one job, and is answered again as it was at first', async () => {
    const page = await stack.addPage({ conversations: 5 });
    const path = `/api/pages/${page.id}/sync`;
    const key = randomUUID();
    const apis = [stack.api, await stack.addApi({})];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => send(path, key, { mode: 'full' }, { url: apis[i % 2]?.url })),
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
    const made = { name: 'another', scope: 'sync' };
    const { token } = (await stack.api.post<CreatedTokenResource>('/api/tokens', made)).body;
    await expectProblem(await send(path, key, { mode: 'no' }, { token }), 422, 'validation');
    expect((await send(path, key, { mode: 'incremental' }, { token })).status).toBe(202);
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
      const waiting = send(path, key, {}, { url: `http://127.0.0.1:${port}` });
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

  test('sent again when Temporal has taken it and said nothing finds what was started', async () => {
    const [page, other] = [
      await stack.addPage({ conversations: 5 }),
      await stack.addPage({ conversations: 5 }),
    ];
    const relay = await startRelay(stack.env.TEMPORAL_ADDRESS ?? '');
    try {
      const api = await stack.addApi({ TEMPORAL_ADDRESS: relay.address });
      expect((await api.get('/health/ready')).status).toBe(200);
      const asked = [
        { path: `/api/pages/${page.id}/sync`, key: randomUUID(), body: { mode: 'full' } },
        { path: '/api/batches', key: randomUUID(), body: { pageIds: [other.id], mode: 'full' } },
      ];
      relay.mute();
      await Promise.all(
        asked.map(async ({ path, key, body }) =>
          expectProblem(await send(path, key, body, { url: api.url }), 503, 'temporal-unavailable'),
        ),
      );
      // it was taken
      await eventually(
        async () =>
          (await stack.sql`SELECT FROM sync_jobs WHERE page_id IN (${page.id}, ${other.id})`).length === 2,
        'both jobs',
      );
      const made: { id: string }[] = [];
      for (const { path, key, body } of asked) {
        await expectProblem(
          await send(path, key, { ...body, mode: 'incremental' }),
          422,
          'idempotency-key-reused',
        );
        const again = await send(path, key, body);
        expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, null]);
        made.push((await again.json()) as { id: string });
        const replayed = await send(path, key, body);
        expect(replayed.headers.get('idempotency-replayed')).toBe('true');
        expect(replayed.headers.get('cache-control')).toBe('no-store');
        expect(await replayed.json()).toMatchObject({ id: made.at(-1)?.id });
      }
      const [job, batch] = made;
      expect(await stack.sql`SELECT id FROM sync_jobs WHERE page_id = ${page.id}`).toMatchObject([
        { id: job?.id },
      ]);
      expect(await stack.sql`SELECT id FROM batch_syncs`).toMatchObject([{ id: batch?.id }]);
      await Promise.all([idle(page), idle(other)]);
    } finally {
      await relay.close();
    }
  });

  test('of a request that waits finds the same sync when its client has left, or the server has stopped', async () => {
    const page = await stack.addPage({ conversations: 150 });
    const [path, body] = ['/api/conversations/sync', { pageId: page.id }];
    const claimOf = (key: string) =>
      stack.sql<{ status: number | null; free: boolean }[]>`
        SELECT status, alive_at = '-infinity' AS free FROM idempotency_keys WHERE key = ${key}`;
    stack.simulator.control('POST', '/latency', { ms: 500 });
    try {
      const [key, leaving] = [randomUUID(), new AbortController()];
      const left = send(path, key, body, { signal: leaving.signal });
      const broken = expect(left).rejects.toThrow();
      const jobs = () => stack.sql<{ id: string }[]>`SELECT id FROM sync_jobs WHERE page_id = ${page.id}`;
      const [job] = await eventually(async () => {
        const found = await jobs();
        return found.length > 0 ? found : null;
      }, 'the job');
      leaving.abort();
      await broken;
      await eventually(async () => (await claimOf(key))[0]?.free, 'the key that was given back');

      const stopping = await startStoppable();
      const waiting = send(path, key, body, { url: stopping.url });
      await eventually(async () => (await claimOf(key))[0]?.free === false, 'the second attempt');
      await stopping.close();
      expect(await (await waiting).json()).toMatchObject({ jobId: job?.id, jobStatus: 'IN_PROGRESS' });
      expect(await claimOf(key)).toMatchObject([{ status: null, free: true }]);

      const third = send(path, key, body);
      stack.simulator.control('POST', '/latency', { ms: 0 });
      expect(await (await third).json()).toMatchObject({ jobId: job?.id, jobStatus: 'COMPLETED' });
      expect((await send(path, key, body)).headers.get('idempotency-replayed')).toBe('true');
      expect(await jobs()).toHaveLength(1);

      // a stream is no answer to keep
      const watched = randomUUID();
      for (let i = 0; i < 2; i++) {
        const stream = await send('/api/conversations/sync-stream', watched, body);
        expect([stream.status, await stream.text()]).toEqual([200, expect.stringContaining('complete')]);
        await idle(page);
      }
      expect(await claimOf(watched)).toEqual([]);
    } finally {
      stack.simulator.control('POST', '/latency', { ms: 0 });
    }
  });

  test('is good for another try after a fault of the server; an answer with a secret is not kept', async () => {
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
