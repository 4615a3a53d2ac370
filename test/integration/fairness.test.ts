/* Pages share the workers: neither one large page nor many of them hold a small one up. */
import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { taskQueues } from '../../src/contract/names.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { createGraphClient } from '../../src/graph/index.ts';
import { createGraphBudget, createStore, createTokenCipher } from '../../src/store/index.ts';
import { createSyncControl } from '../../src/temporal/sync.ts';
import { createQueueWorker } from '../../src/temporal/worker.ts';
import { schedulesOf } from '../support/auto-sync.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

let stack: Stack;
let ends: (() => Promise<unknown>)[];
beforeEach(async () => {
  stack = await startStack({ workers: 0, env: { SYNC_SLICE_SECONDS: '0.2' } });
  ends = [];
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  await stack.close();
});

const sync = async (page: TestPage) =>
  (await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`)).body.id;

const fetchedBy = async (jobs: string[]) =>
  (await stack.sql<{ fetched: number }[]>`SELECT fetched FROM sync_jobs WHERE id = ANY(${jobs})`).map(
    (row) => row.fetched,
  );

const completed = (jobs: string[]) =>
  eventually(
    async () => {
      const open = await stack.sql`SELECT FROM sync_jobs WHERE id = ANY(${jobs}) AND status <> 'COMPLETED'`;
      return open.length === 0;
    },
    'the small pages to be done',
    90_000,
  );

test('19 small pages, started behind a large one, are done while it is still far from its end', async () => {
  const LARGE = 20_000;
  await stack.addWorker();
  await stack.addWorker();
  stack.simulator.control('POST', '/latency', { ms: 20 });
  const large = await stack.addPage({ conversations: LARGE, messages: 1, exactMessages: true });
  const small = await Promise.all(
    Array.from({ length: 19 }, () => stack.addPage({ conversations: 200, messages: 1, exactMessages: true })),
  );
  const largeJob = await sync(large);
  await eventually(
    async () => ((await fetchedBy([largeJob]))[0] ?? 0) >= 1000,
    'the large page to be under way',
  );
  const smallJobs = await Promise.all(small.map(sync));
  await completed(smallJobs);
  await stack.api.post(`/api/pages/${large.id}/sync/cancel`);

  const [share] = await stack.sql<{ before: number; meanwhile: number }[]>`
    SELECT coalesce(sum(fetched) FILTER (WHERE created_at <= first), 0)::int AS before,
      coalesce(sum(fetched) FILTER (WHERE created_at > first AND created_at <= last), 0)::int AS meanwhile
    FROM sync_batches, (SELECT min(created_at) AS first, max(completed_at) AS last
      FROM sync_jobs WHERE id = ANY(${smallJobs})) AS small
    WHERE job_id = ${largeJob}`;
  expect(share?.before).toBeGreaterThanOrEqual(1000);
  // all 19 together have 3,800: a fair share of the large one is far less than what it has left
  expect(share?.meanwhile).toBeGreaterThan(0);
  expect((share?.before ?? LARGE) + (share?.meanwhile ?? LARGE)).toBeLessThan(LARGE * 0.75);
  await stack.ended(large);
}, 120_000);

test('a small page among 24 large ones, all on two places, waits for rounds of them and not for their ends', async () => {
  const PAGES = 24;
  const LARGE = 100_000;
  const slices = await startNarrowWorker(2);
  const messenger = { messages: 1, exactMessages: true, instagram: false };
  const large = await Promise.all(
    Array.from({ length: PAGES }, () => stack.addPage({ ...messenger, conversations: LARGE })),
  );
  const small = await stack.addPage({ ...messenger, conversations: 150 });
  const largeJobs = await Promise.all(large.map(sync));
  await eventually(() => new Set(slices).size === PAGES, 'all large pages to be under way', 60_000);

  const from = slices.length;
  const smallJob = await sync(small);
  await completed([smallJob]);
  const meanwhile = slices.slice(from);
  expect(meanwhile).toContain(smallJob);
  // it was begun, read and closed, each behind whatever waited; Temporal does not keep the order exactly
  expect(meanwhile.length).toBeLessThan(3 * 4 * PAGES);
  expect(Math.max(...(await fetchedBy(largeJobs)))).toBeLessThan(LARGE / 2);
  // so many large pages would go on for long
  await Promise.all(
    largeJobs.map((_, i) => stack.temporal.workflow.getHandle(large[i]?.facebookPageId ?? '').terminate()),
  );
}, 120_000);

test('Temporal is told whose work it is, of every run of a sync', async () => {
  await stack.addWorker();
  const page = await stack.addPage({ conversations: 1000 });
  const control = createSyncControl(stack.temporal, taskQueues(stack.config.queuePrefix).sync);
  const { runId } = await control.start({
    jobId: randomUUID(),
    pageId: page.id,
    facebookPageId: page.facebookPageId,
    resume: false,
    options: { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null },
    continueAsNewAfterEvents: 25,
  });
  const job = await stack.ended(page);
  expect(job.status).toBe('COMPLETED');
  const last = await stack.temporal.workflow.getHandle(page.facebookPageId).describe();
  expect(last.runId).not.toBe(runId);
  for (const run of [runId, last.runId]) {
    const { priority } = await stack.temporal.workflow.getHandle(page.facebookPageId, run).describe();
    expect(priority).toMatchObject({ priorityKey: 4, fairnessKey: page.facebookPageId });
  }
});

/** A worker with few places for activities, whose slices are a page long. @returns the job of each slice, in the order in which they were begun */
async function startNarrowWorker(places: number): Promise<string[]> {
  const { config, sql } = stack;
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const store = createStore(sql, createTokenCipher(config.tokenKeys));
  const graph = createGraphClient(config.graph, createGraphBudget(sql, 0), 5000);
  const activities = createActivities({
    store,
    graph,
    sliceMs: 0,
    standstillMs: config.standstillMs,
    schedules: schedulesOf(stack),
  });
  const slices: string[] = [];
  const worker = await createQueueWorker({
    connection,
    namespace: 'default',
    taskQueue: taskQueues(config.queuePrefix).sync,
    workflowBundle: { codePath: inject('workflowBundle') },
    maxConcurrentActivityTaskExecutions: places,
    activities: {
      ...activities,
      syncSlice(input: Parameters<typeof activities.syncSlice>[0]) {
        slices.push(input.jobId);
        return activities.syncSlice(input);
      },
    },
  });
  const running = worker.run();
  ends.push(async () => {
    worker.shutdown();
    await running;
    await connection.close();
  });
  return slices;
}
