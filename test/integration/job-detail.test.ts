import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobBatch, JobDetailResource, TimelineEntry } from '../../src/contract/job-detail.ts';
import type { JobResource, ListResource } from '../../src/contract/resources.ts';
import type { Running } from '../../src/running.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

const WAIT_MS = 2000;

let stack: Stack;
let worker: Running;
beforeAll(async () => {
  stack = await startStack({
    workers: 0,
    env: {
      SYNC_SLICE_SECONDS: '0.2',
      GRAPH_THROTTLE_WAIT_SECONDS: String(WAIT_MS / 1000),
      TEMPORAL_UI_URL: 'https://temporal.example.com/ui/',
    },
  });
  worker = await stack.addWorker();
});
afterAll(() => stack.close());

/** A sync that Meta tells to wait at its first page. */
async function throttledSync(): Promise<{ page: TestPage; jobId: string }> {
  const page = await stack.addPage({ conversations: 130, instagramShare: 0.5 });
  stack.simulator.control('POST', '/faults', {
    match: { page: page.facebookPageId },
    times: 1,
    // without a time of Meta’s our own wait counts
    fault: { kind: 'error', name: 'throttle-613', regainMinutes: 0 },
  });
  const { body } = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  return { page, jobId: body.id };
}

const detail = async (id: string) => (await stack.api.get<JobDetailResource>(`/api/jobs/${id}`)).body;
const timeline = async (id: string) =>
  (await stack.api.get<ListResource<TimelineEntry>>(`/api/jobs/${id}/timeline`)).body.data;
const isWaiting = (id: string) =>
  eventually(
    async () => (await timeline(id)).find(({ kind }) => kind === 'waiting'),
    'the wait to be in the timeline',
  );

test('a wait for Meta is in the timeline, and its time in the job', async () => {
  const { page, jobId } = await throttledSync();
  const waiting = await isWaiting(jobId);
  expect(waiting.detail).toMatch(/^Meta limits/);
  expect(Math.abs(Date.parse(waiting.until ?? '') - Date.parse(waiting.at) - WAIT_MS)).toBeLessThan(500);
  const job = await stack.ended(page);
  const { waitedMs, elapsedMs } = await detail(jobId);
  expect(waitedMs).toBeGreaterThan(WAIT_MS - 500);
  expect(waitedMs).toBeLessThanOrEqual(elapsedMs + 50);
  const entries = await timeline(jobId);
  expect(entries[0]?.kind).toBe('created');
  expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['started', 'waiting', 'went_on']));
  expect(entries.at(-1)).toMatchObject({ kind: 'ended', status: job.status, detail: job.message });
});

test('the time in which no worker was there is none of Meta’s', async () => {
  const { page, jobId } = await throttledSync();
  await isWaiting(jobId);
  await worker.close();
  const { waitedMs: before } = await detail(jobId);
  await eventually(async () => {
    const { elapsedMs } = await detail(jobId);
    return elapsedMs > 3 * WAIT_MS;
  }, 'much more time to go by than Meta wanted');
  const alone = await detail(jobId);
  expect(alone.waitedMs).toBeGreaterThanOrEqual(before);
  expect(alone.waitedMs).toBeLessThan(WAIT_MS + 200);
  worker = await stack.addWorker();
  await stack.ended(page);
  expect((await detail(jobId)).waitedMs).toBeLessThan(WAIT_MS + 1000);
});

test('a job leads to its workflow: to its own run, and before there is one to the newest', async () => {
  const page = await stack.addPage({ conversations: 5 });
  const { body } = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  const { id } = await stack.ended(page);
  const { workflow } = await detail(body.id);
  const { runId } = await stack.temporal.workflow.getHandle(page.facebookPageId).describe();
  expect(workflow).toEqual({
    id: page.facebookPageId,
    runId,
    url: `https://temporal.example.com/ui/namespaces/default/workflows/${page.facebookPageId}/${runId}`,
  });
  const [conversation] = await stack.sql<{ id: string }[]>`
    SELECT id FROM messenger_conversations WHERE page_id = ${page.id} LIMIT 1`;
  await worker.close();
  const repair = await stack.api.post<JobResource>(`/api/conversations/${conversation?.id}/repair`);
  const { workflow: waiting } = await detail(repair.body.id);
  expect(waiting).toMatchObject({ id: `repair/${conversation?.id}` });
  const ui = 'https://temporal.example.com/ui/namespaces/default/workflows';
  expect(waiting.url).toBe(
    [ui, encodeURIComponent(`repair/${conversation?.id}`), ...(waiting.runId ? [waiting.runId] : [])].join(
      '/',
    ),
  );
  worker = await stack.addWorker();
  const without = await stack.addApi({ TEMPORAL_UI_URL: '' });
  expect((await without.get<JobDetailResource>(`/api/jobs/${id}`)).body.workflow.url).toBeNull();
});

test('batches are listed newest first, of all platforms or of one, and add up to the job', async () => {
  const page = await stack.addPage({ conversations: 450, instagramShare: 0.4 });
  const { body } = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  const job = await stack.ended(page);
  const batches: JobBatch[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await stack.api.get<ListResource<JobBatch>>(`/api/jobs/${body.id}/batches?limit=2${query}`);
    batches.push(...page.body.data);
    cursor = page.body.nextCursor;
  }
  const all = await stack.api.get<ListResource<JobBatch>>(`/api/jobs/${body.id}/batches`);
  expect(batches).toEqual(all.body.data);
  expect(batches.length).toBeGreaterThan(4);
  const times = batches.map(({ createdAt }) => createdAt);
  expect(times).toEqual([...times].sort().reverse());
  expect(new Set(batches.map(({ platform }) => platform))).toEqual(new Set(['messenger', 'instagram']));
  const sum = (of: (batch: JobBatch) => number) => batches.reduce((total, batch) => total + of(batch), 0);
  expect(sum(({ fetched }) => fetched)).toBe(job.totals.fetched);
  expect(sum(({ inserted }) => inserted)).toBe(job.totals.inserted);
  expect(batches.filter(({ isLast }) => isLast)).toHaveLength(2);
  const one = await stack.api.get<ListResource<JobBatch>>(`/api/jobs/${body.id}/batches?platform=instagram`);
  expect(one.body.data).toEqual(batches.filter(({ platform }) => platform === 'instagram'));
  expect(one.body.data.map(({ seq }) => seq)).toEqual(one.body.data.map((_, n, { length }) => length - n));
  const wrong = await stack.api.get<{ errors: { field: string }[] }>(
    `/api/jobs/${body.id}/batches?platform=x`,
  );
  expect([wrong.status, wrong.body.errors[0]?.field]).toEqual([400, 'platform']);
});
