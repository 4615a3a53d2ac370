/* The starts of a batch's jobs when Temporal refuses them, does not answer, or a cancel comes in between. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { StartRefused } from '../../activities/advance-batch.ts';
import { cancelSignal } from '../../src/contract/messages.ts';
import { BATCH_WORKFLOW, batchWorkflowId, taskQueues } from '../../src/contract/names.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import { createStore, createTokenCipher, type Store } from '../../src/store/index.ts';
import { isRefused, SyncNotRunning } from '../../src/temporal/calls.ts';
import { createSyncControl } from '../../src/temporal/sync.ts';
import { createWorkflowLookUp } from '../../src/temporal/workflow-state.ts';
import type { BatchSyncWorkflow } from '../../workflows/batch-sync.ts';
import { REQUEST } from '../support/batch-syncs.ts';
import { startBatchWorker } from '../support/batch-worker.ts';
import { eventually } from '../support/eventually.ts';
import { freshPageId, type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let store: Store;
let end: () => Promise<void>;
let tries = 0;
let cancelled: { facebookPageId: string; runId: string }[] = [];
/** What a start does. */
let startSync: (job: SyncWorkflowInput) => Promise<{ runId: string } | null>;

beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  store = createStore(stack.sql, createTokenCipher(stack.config.tokenKeys));
  end = await startBatchWorker(stack, {
    store,
    startSync(job) {
      tries += 1;
      return startSync(job);
    },
    async cancelSync({ facebookPageId, runId }) {
      cancelled.push({ facebookPageId, runId });
    },
    lookUpWorkflow: createWorkflowLookUp(stack.temporal),
  });
});
afterAll(async () => {
  await end();
  await stack.close();
});
beforeEach(() => {
  tries = 0;
  cancelled = [];
});

/** Starts the batch of one new page. */
async function startBatch() {
  const [page] = await stack.sql<{ id: string; facebookPageId: string }[]>`
    INSERT INTO facebook_pages (facebook_page_id, name, access_token) VALUES (${freshPageId()}, 'Page', 'v1.none')
    RETURNING id, facebook_page_id AS "facebookPageId"`;
  if (page === undefined) throw new Error('No page was made');
  const batchId = randomUUID();
  await store.batchSyncs.create(batchId, { ...REQUEST, pageIds: [page.id] });
  const handle = await stack.temporal.workflow.start<typeof BatchSyncWorkflow>(BATCH_WORKFLOW, {
    workflowId: batchWorkflowId(batchId),
    taskQueue: taskQueues(stack.config.queuePrefix).sync,
    args: [{ batchId }],
  });
  const onlyPage = async () => (await store.batchSyncs.pages(batchId, { after: null, limit: 1 }, {})).data[0];
  return { batchId, handle, page, onlyPage };
}

const tried = (times: number) => eventually(() => tries >= times, `${times} attempts to start`);

test('a start that Temporal refuses fails its page at once, with a sentence', async () => {
  startSync = async () => {
    throw new StartRefused('no');
  };
  const { handle, onlyPage } = await startBatch();
  expect(await handle.result()).toMatchObject({ status: 'PARTIAL', counts: { FAILED: 1 } });
  expect(tries).toBe(1);
  expect(await onlyPage()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('refused') });
});

test('one that fails is tried again, but not for ever', async () => {
  startSync = async () => {
    throw new Error('not now');
  };
  const { batchId, handle, onlyPage } = await startBatch();
  await tried(2);
  expect(await onlyPage()).toMatchObject({ state: 'STARTING' });
  await stack.sql`UPDATE batch_sync_pages SET start_tried_at = start_tried_at - interval '10 minutes'
    WHERE batch_id = ${batchId}`;
  expect(await handle.result()).toMatchObject({ status: 'PARTIAL', counts: { FAILED: 1 } });
  expect(await onlyPage()).toMatchObject({ message: expect.stringContaining('for 10 minutes') });
});

test('after a cancel it is not tried again, and the page is cancelled when nothing runs under its ID', async () => {
  startSync = async () => {
    throw new Error('not now');
  };
  const { batchId, page, handle, onlyPage } = await startBatch();
  await tried(1);
  // something runs there, and no row says whose it is
  const stranger = await stack.temporal.workflow.start('SyncWorkflow', {
    workflowId: page.facebookPageId,
    taskQueue: `nobody-${randomUUID()}`,
    args: [],
  });
  // a cancel of another run is none
  await handle.signal(cancelSignal, randomUUID());
  await tried(tries + 1);
  await handle.signal(cancelSignal, handle.firstExecutionRunId);
  const isCancelled = async () => (await store.batchSyncs.find(batchId))?.cancelRequested;
  await eventually(isCancelled, 'the cancel to be noted');
  const before = tries;
  expect(await onlyPage()).toMatchObject({ state: 'STARTING' });
  await stranger.terminate('a test');
  expect(await handle.result()).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: 1 } });
  expect(tries).toBe(before);
  expect(cancelled).toEqual([]);
});

test('a job that was started while the batch was cancelled is cancelled by its run', async () => {
  const runId = randomUUID();
  startSync = async ({ jobId, pageId }) => {
    const [row] = await stack.sql<{ batchId: string }[]>`
      SELECT batch_id AS "batchId" FROM batch_sync_pages WHERE job_id = ${jobId}`;
    const batchId = row?.batchId ?? '';
    await store.batchSteps.requestCancel(batchId, await store.batchSteps.currentRun(batchId));
    await store.batchStarts.settleUnstarted(batchId, [
      { pageId, jobId, state: 'CANCELLED', failure: null, triedForMs: 0 },
    ]);
    return { runId };
  };
  const { handle, page } = await startBatch();
  expect(await handle.result()).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: 1 } });
  expect(cancelled).toEqual([{ facebookPageId: page.facebookPageId, runId }]);
});

test('a sync is cancelled by the run that it began with, another under the same ID is not', async () => {
  const facebookPageId = freshPageId();
  const sync = createSyncControl(stack.temporal, `nobody-${randomUUID()}`);
  const options = { mode: 'full', trigger: 'batch', messageDepth: 'all', maxConversations: null } as const;
  const job = { jobId: randomUUID(), pageId: randomUUID(), facebookPageId, resume: false, options };
  const { runId: gone } = await sync.start(job);
  const workflow = stack.temporal.workflow.getHandle(facebookPageId);
  await workflow.terminate('a test');
  const { runId } = await sync.start(job);
  const requests = async () =>
    ((await workflow.fetchHistory()).events ?? []).filter(
      (event) => event.workflowExecutionCancelRequestedEventAttributes,
    ).length;
  await expect(sync.cancelRun(facebookPageId, gone)).rejects.toBeInstanceOf(SyncNotRunning);
  expect(await requests()).toBe(0);
  await sync.cancelRun(facebookPageId, runId);
  // at every look, until the job has ended
  await sync.cancelRun(facebookPageId, runId);
  expect(await requests()).toBe(1);
  await workflow.terminate('a test');
  // what Temporal will never take is told from what it cannot take now
  const refused = sync.start({ ...job, facebookPageId: '1'.repeat(2000) });
  expect(isRefused(await refused.catch((error: unknown) => error))).toBe(true);
  expect(isRefused(new SyncNotRunning())).toBe(false);
});
