/* Batches of pages on the real stack: joined, refused, failing pages; concurrency; cancel and resume; the live stream. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  BatchPageEvent,
  BatchPageResource,
  BatchResource,
  BatchStatusResource,
} from '../../src/contract/batch-resources.ts';
import type { JobResource, ListResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { StreamClient } from '../support/sse.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

const SMALL = { conversations: 40, messages: 2 };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(() => stack.close());

const latency = (ms: number) => stack.simulator.control('POST', '/latency', { ms });
const addPages = (count: number) => Promise.all(Array.from({ length: count }, () => stack.addPage(SMALL)));
const fault = (page: TestPage, name: string) =>
  stack.simulator.control('POST', '/faults', {
    match: { page: page.facebookPageId },
    times: 'always',
    fault: { kind: 'error', name },
  });

async function createBatch(pages: TestPage[], concurrency: number): Promise<BatchResource> {
  const pageIds = pages.map((page) => page.id);
  const { status, body } = await stack.api.post<BatchResource>('/api/batches', {
    pageIds,
    mode: 'full',
    concurrency,
  });
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
}

const statusOf = async (id: string) => (await stack.api.get<BatchStatusResource>(`/api/batches/${id}`)).body;

const until = (id: string, holds: (now: BatchStatusResource) => boolean, what: string) =>
  eventually(
    async () => {
      const now = await statusOf(id);
      return holds(now) ? now : null;
    },
    what,
    60_000,
  );

/** Waits for the rows alone: whoever asks the API asks the workflow too. */
async function ended(id: string): Promise<BatchResource> {
  await eventually(
    async () =>
      (await stack.sql`SELECT FROM batch_syncs WHERE id = ${id} AND completed_at IS NOT NULL`).length > 0,
    'the end of the batch',
    60_000,
  );
  return (await statusOf(id)).batch;
}

async function pagesOf(id: string): Promise<BatchPageResource[]> {
  return (await stack.api.get<ListResource<BatchPageResource>>(`/api/batches/${id}/pages?limit=200`)).body
    .data;
}

/** The most jobs of a batch that were at work at the same moment. */
async function mostAtWork(id: string): Promise<number> {
  const [row] = await stack.sql<{ most: number }[]>`
    WITH jobs AS (SELECT j.started_at, j.completed_at FROM sync_jobs j
      JOIN batch_sync_pages bp ON bp.job_id = j.id WHERE bp.batch_id = ${id} AND NOT bp.joined)
    SELECT max((SELECT count(*)::int FROM jobs o WHERE o.started_at <= j.started_at AND o.completed_at > j.started_at)) AS most
    FROM jobs j`;
  return row?.most ?? 0;
}

test('each page ends as it must, none holds up another, and never more are at work than may be', async () => {
  const [joined, expired, dead, denied, ...good] = (await addPages(9)) as [
    TestPage,
    TestPage,
    TestPage,
    TestPage,
    ...TestPage[],
  ];
  await stack.sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${expired.id}`;
  fault(dead, 'token-expired');
  fault(denied, 'permission-200');
  latency(30);
  const { body: running } = await stack.api.post<JobResource>(`/api/pages/${joined.id}/sync`);
  const batch = await createBatch([joined, expired, dead, denied, ...good], 3);
  expect(batch).toMatchObject({ status: 'IN_PROGRESS', pages: 9, counts: { PENDING: 9 }, concurrency: 3 });
  const watcher = new StreamClient<BatchResource & BatchPageEvent>(
    stack.api,
    `/api/batches/${batch.id}/stream`,
  );

  const end = await ended(batch.id);
  latency(0);
  expect(end).toMatchObject({
    status: 'PARTIAL',
    counts: { COMPLETED: 6, FAILED: 1, NEEDS_RECONNECT: 2, PENDING: 0 },
    totals: { fetched: 240, inserted: 240, failed: 0 },
    message: expect.stringMatching(/^Batch of 9 pages: 6 complete, 1 failed, 2 to be connected again in /),
  });
  const pages = await pagesOf(batch.id);
  expect(pages.map(({ state }) => state)).toEqual([
    'COMPLETED',
    'NEEDS_RECONNECT',
    'NEEDS_RECONNECT',
    'FAILED',
    ...good.map(() => 'COMPLETED'),
  ]);
  expect(pages[0]).toMatchObject({
    joined: true,
    jobId: running.id,
    job: { status: 'COMPLETED', fetched: 40 },
  });
  // it was known before that Meta does not take the token; of the other the job found out, and waits
  expect(pages[1]).toMatchObject({
    jobId: null,
    job: null,
    message: expect.stringContaining('connect the page again'),
  });
  expect(pages[2]).toMatchObject({ job: { status: 'PAUSED' } });
  expect(pages[4]).toMatchObject({
    joined: false,
    job: { status: 'COMPLETED' },
    message: expect.stringContaining('Full sync'),
  });
  const [first] = good as [TestPage];
  expect((await stack.api.get<JobResource>(`/api/jobs/${pages[4]?.jobId}`)).body).toMatchObject({
    trigger: 'batch',
    pageId: first.id,
  });
  for (const page of [joined, ...good]) await expectInboxStored(stack, page);
  expect(await mostAtWork(batch.id)).toBeLessThanOrEqual(3);
  expect(await mostAtWork(batch.id)).toBeGreaterThan(1);

  // who has watched knows the same
  const last = await eventually(
    () => (watcher.last?.type === 'final' ? watcher.last : null),
    'the final event',
  );
  expect(last.data).toEqual(end);
  expect(watcher.events[0]?.type).toBe('snapshot');
  const ids = watcher.events.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  const moved = watcher.events.filter(({ type }) => type === 'page').map(({ data }) => data.page);
  const lastStates = new Map(moved.map((page) => [page.pageId, page.state]));
  expect(pages.map((page) => lastStates.get(page.pageId))).toEqual(pages.map((page) => page.state));
  expect(moved.some((page) => page.state === 'SYNCING' && (page.job?.fetched ?? 0) > 0)).toBe(true);
  const again = await stack.api.fetch(`/api/batches/${batch.id}/stream`, {
    headers: { 'last-event-id': String(last.id) },
  });
  expect(again.status).toBe(204);

  // connected again, the parked job goes on by itself; the resumed batch finds that out and does the rest
  stack.simulator.control('DELETE', '/faults');
  for (const { facebookPageId, name, accessToken } of [expired, dead]) {
    await stack.api.post('/api/pages', { facebookPageId, name, accessToken });
  }
  const resumed = await stack.api.post<BatchResource>(`/api/batches/${batch.id}/resume`);
  expect(resumed).toMatchObject({
    status: 202,
    body: { status: 'IN_PROGRESS', pages: 9, completedAt: null },
  });
  expect(await ended(batch.id)).toMatchObject({
    status: 'COMPLETED',
    counts: { COMPLETED: 9 },
    totals: { inserted: 360 },
  });
  expect((await pagesOf(batch.id))[2]?.jobId).toBe(pages[2]?.jobId);
  for (const page of [expired, dead, denied]) await expectInboxStored(stack, page);
  expect(await stack.api.post(`/api/batches/${batch.id}/resume`)).toMatchObject({ status: 409 });
  expect(await stack.api.post(`/api/batches/${batch.id}/cancel`)).toMatchObject({ status: 404 });
});

test('a cancel ends what the batch has started and nothing else; resumed it ends with the totals of a batch left alone', async () => {
  const shape = { conversations: 500, messages: 1 };
  const pages = await Promise.all(Array.from({ length: 6 }, () => stack.addPage(shape)));
  const [joined] = pages as [TestPage];
  latency(1000);
  // a person has paused it: it takes no place, and the batch waits for it
  await stack.api.post<JobResource>(`/api/pages/${joined.id}/sync`);
  await stack.api.post(`/api/pages/${joined.id}/sync/pause`);
  const { id } = await createBatch(pages, 3);
  expect(await stack.api.post(`/api/batches/${id}/resume`)).toMatchObject({ status: 409 });
  await until(
    id,
    ({ working }) => working.filter((page) => !page.joined && (page.job?.fetched ?? 0) > 0).length === 3,
    'three pages under way',
  );
  expect((await statusOf(id)).source).toBe('workflow');
  const taken = await stack.api.post<BatchResource>(`/api/batches/${id}/cancel`);
  expect(taken).toMatchObject({ status: 202, body: { cancelRequested: true } });
  await eventually(async () => {
    const { body } = await stack.api.get<ListResource<BatchPageResource>>(
      `/api/batches/${id}/pages?state=CANCELLED`,
    );
    return body.data.length === 5 ? body.data : null;
  }, 'the batch’s own pages to be cancelled');
  // what somebody else has started goes on, and the batch waits for it
  expect(await statusOf(id)).toMatchObject({
    batch: { status: 'IN_PROGRESS' },
    working: [{ pageId: joined.id, joined: true }],
  });
  latency(0);
  expect((await stack.api.post(`/api/pages/${joined.id}/sync/resume`)).status).toBe(202);
  expect(await ended(id)).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: 5, COMPLETED: 1 } });
  const before = await pagesOf(id);

  expect((await stack.api.post(`/api/batches/${id}/resume`)).status).toBe(202);
  expect(await ended(id)).toMatchObject({
    status: 'COMPLETED',
    counts: { COMPLETED: 6 },
    totals: { fetched: 3000, inserted: 3000, updated: 0, unchanged: 0, failed: 0 },
  });
  const after = await pagesOf(id);
  // jobs with a checkpoint went on, those that had not begun are new
  expect(after.slice(0, 4).map((page) => page.jobId)).toEqual(before.slice(0, 4).map((page) => page.jobId));
  for (const page of pages) await expectInboxStored(stack, page);
});

test('rows without a workflow, as an API leaves them that dies in between, are taken up by a resume', async () => {
  const { createStore, createTokenCipher } = await import('../../src/store/index.ts');
  const store = createStore(stack.sql, createTokenCipher(stack.config.tokenKeys));
  const pages = await addPages(2);
  const id = randomUUID();
  const request = {
    pageIds: pages.map((page) => page.id),
    mode: 'full',
    messageDepth: 'all',
    concurrency: 5,
  } as const;
  await store.batchSyncs.create(id, request);
  expect(await statusOf(id)).toMatchObject({ source: 'row', batch: { status: 'PENDING', startedAt: null } });
  expect((await stack.api.post(`/api/batches/${id}/cancel`)).status).toBe(404);
  expect((await stack.api.post(`/api/batches/${id}/resume`)).status).toBe(202);
  expect(await ended(id)).toMatchObject({ status: 'COMPLETED', counts: { COMPLETED: 2 } });
});

test('Temporal’s own Cancel is a cancel, and the workflow closes as Cancelled', async () => {
  const pages = await addPages(4);
  latency(200);
  const { id } = await createBatch(pages, 2);
  const handle = stack.temporal.workflow.getHandle(`batch/${id}`);
  await until(id, ({ batch }) => batch.counts.SYNCING === 2, 'two pages at work');
  await handle.cancel();
  expect(await ended(id)).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: 4 } });
  latency(0);
  await expect(handle.result()).rejects.toThrow();
  expect((await handle.describe()).status.name).toBe('CANCELLED');
});

test('wrong requests name the field', async () => {
  const field = async (body: object) => {
    const answer = await stack.api.post<{ errors: { field: string }[] }>('/api/batches', body);
    return [answer.status, ...(answer.body.errors ?? []).map((error) => error.field)];
  };
  const [page] = (await addPages(1)) as [TestPage];
  expect(await field({ mode: 'full' })).toEqual([422, 'pageIds']);
  expect(await field({ mode: 'full', all: true, pageIds: [page.id] })).toEqual([422, 'pageIds']);
  expect(await field({ mode: 'selective', all: true })).toEqual([422, 'mode']);
  expect(await field({ mode: 'full', pageIds: [page.id, 'nobody'] })).toEqual([422, 'pageIds']);
  expect(await field({ mode: 'full', all: true, concurrency: 51 })).toEqual([422, 'concurrency']);
  expect((await stack.api.get(`/api/batches/${randomUUID()}`)).status).toBe(404);
  expect((await stack.api.get('/api/batches/batch')).status).toBe(404);
  expect((await stack.api.get('/api/batches?cursor=x')).status).toBe(400);
});
