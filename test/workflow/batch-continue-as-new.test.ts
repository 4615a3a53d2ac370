/* How long the history of a batch gets. The syncs are left out: each page's job has ended as soon as it is started. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchSyncInput } from '../../src/contract/batches.ts';
import { batchProgressQuery, cancelSignal } from '../../src/contract/messages.ts';
import { BATCH_WORKFLOW, batchWorkflowId, taskQueues } from '../../src/contract/names.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import { createStore, createTokenCipher, type Store } from '../../src/store/index.ts';
import type { BatchSyncWorkflow } from '../../workflows/batch-sync.ts';
import { startBatchWorker } from '../support/batch-worker.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

const PAGES = 1000;
const CONCURRENCY = 50;

let stack: Stack;
let store: Store;
let end: () => Promise<void>;
/** What a started job does. */
let sync: (job: SyncWorkflowInput) => Promise<void>;

beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  store = createStore(stack.sql, createTokenCipher(stack.config.tokenKeys));
  end = await startBatchWorker(stack, {
    store,
    async startSync(job) {
      await sync(job);
      return { runId: job.jobId };
    },
    async cancelSync() {},
    lookUpWorkflow: async () => ({ state: 'closed' }),
  });
  await stack.sql`
    INSERT INTO facebook_pages (facebook_page_id, name, access_token)
    SELECT 'batch' || n, 'Page ' || n, 'v1.none' FROM generate_series(1, ${PAGES}) n`;
});
afterAll(async () => {
  await end();
  await stack.close();
});

/** Starts a batch of all pages. @returns its workflow */
async function startBatch(input: Omit<BatchSyncInput, 'batchId'>) {
  const batchId = randomUUID();
  const request = { all: true, mode: 'full', messageDepth: 'all', concurrency: CONCURRENCY } as const;
  await store.batchSyncs.create(batchId, request);
  const workflowId = batchWorkflowId(batchId);
  const handle = await stack.temporal.workflow.start<typeof BatchSyncWorkflow>(BATCH_WORKFLOW, {
    workflowId,
    taskQueue: taskQueues(stack.config.queuePrefix).sync,
    args: [{ batchId, ...input }],
  });
  return { batchId, handle, latest: stack.temporal.workflow.getHandle(workflowId) };
}

/** The job's row, as if it had run. */
async function complete({ jobId, pageId, options }: SyncWorkflowInput): Promise<void> {
  await stack.sql`
    INSERT INTO sync_jobs (id, page_id, status, mode, trigger, workflow_run_id, started_at, completed_at)
    VALUES (${jobId}, ${pageId}, 'COMPLETED', ${options.mode}, ${options.trigger}, ${jobId}, now(), now())`;
}

/** Events and bytes of all runs of a chain. */
async function sizeOf(
  workflowId: string,
): Promise<{ runs: number; events: number; bytes: number; most: number }> {
  const size = { runs: 0, events: 0, bytes: 0, most: 0 };
  for await (const { runId } of stack.temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { raw } = await stack.temporal.workflow.getHandle(workflowId, runId).describe();
    const events = Number(raw.workflowExecutionInfo?.historyLength ?? 0);
    size.runs += 1;
    size.events += events;
    size.bytes += Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
    size.most = Math.max(size.most, events);
  }
  return size;
}

test('a thousand pages in one batch: a few events and some hundred bytes a page, cut into short runs', async () => {
  sync = complete;
  const { batchId, handle, latest } = await startBatch({ continueAsNewAfterEvents: 60 });
  expect(await handle.result()).toMatchObject({ batchId, status: 'COMPLETED', counts: { COMPLETED: PAGES } });
  const progress = await latest.query(batchProgressQuery);
  expect(progress).toMatchObject({ batchId, status: 'COMPLETED', working: [] });
  expect(progress?.continuations).toBeGreaterThan(2);
  const [jobs] =
    await stack.sql`SELECT count(*)::int AS made, count(DISTINCT page_id)::int AS pages FROM sync_jobs`;
  expect(jobs).toEqual({ made: PAGES, pages: PAGES });

  const runs = (progress?.continuations ?? 0) + 1;
  const size = await eventually(async () => {
    // the index that lists runs lags behind
    const now = await sizeOf(handle.workflowId);
    return now.runs === runs ? now : null;
  }, 'all runs to be listed');
  console.log(
    `A batch of ${PAGES} pages, ${CONCURRENCY} at a time: ${size.runs} runs, ${size.events} events, ${size.bytes} bytes`,
  );
  expect(size.most).toBeLessThan(60 + 20);
  expect(size.events / PAGES).toBeLessThan(3);
  expect(size.bytes / PAGES).toBeLessThan(1000);
}, 120_000);

test('a cancel is not lost between two runs', async () => {
  sync = async (job) => {
    await store.lifecycle.create(job);
    await store.lifecycle.takeUp(job.jobId, job.jobId);
  };
  const { batchId, latest, handle } = await startBatch({ continueAsNewAfterEvents: 12 });
  await eventually(
    async () => ((await latest.query(batchProgressQuery))?.continuations ?? 0) > 1,
    'another run',
  );
  await latest.signal(cancelSignal);
  const jobs = await eventually(async () => {
    const { data } = await store.batchSyncs.pages(batchId, { after: null, limit: 200 }, { state: 'SYNCING' });
    const progress = await latest.query(batchProgressQuery);
    return progress?.counts.PENDING === 0 ? data : null;
  }, 'the pages that wait to be cancelled');
  expect(jobs).toHaveLength(CONCURRENCY);
  for (const { jobId } of jobs) {
    await store.lifecycle.close(jobId ?? '', {
      status: 'CANCELLED',
      covered: false,
      reason: null,
      error: null,
    });
  }
  expect(await handle.result()).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: PAGES } });
});
