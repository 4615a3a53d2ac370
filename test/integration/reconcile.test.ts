import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createMaintenanceActivities } from '../../activities/maintenance.ts';
import { progressQuery } from '../../src/contract/messages.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import { createStore, createTokenCipher } from '../../src/store/index.ts';
import { createQueueWorker } from '../../src/temporal/worker.ts';
import { createWorkflowLookUp } from '../../src/temporal/workflow-state.ts';
import { schedulesOf } from '../support/auto-sync.ts';
import { eventually } from '../support/eventually.ts';
import { runTask } from '../support/maintenance.ts';
import { pageUnderTest } from '../support/page-under-test.ts';
import { startRelay } from '../support/relay.ts';
import { startDirectly } from '../support/start-directly.ts';

const CONVERSATIONS = 1500;
const under = pageUnderTest(
  CONVERSATIONS,
  { SYNC_SLICE_SECONDS: '0.1', RECONCILE_GRACE_SECONDS: '0', RETENTION_DAYS: '30' },
  40,
);

const reconcile = () => runTask(under.stack, 'reconcile');
const job = async () => (await under.status()).job;

/** Starts the page's workflow without the API and waits until it has stored something. */
async function startedDirectly(change: Partial<SyncWorkflowInput> = {}) {
  const { handle, input } = await startDirectly(under.stack, under.page, change);
  await eventually(async () => (await handle.query(progressQuery)).totals.fetched > 0, 'a conversation');
  return { handle, input };
}

// no test leaves a job for the next
afterEach(async () => {
  await under
    .workflow()
    .terminate('the test is over')
    .catch(() => {});
  await reconcile();
});

test('a job whose workflow was terminated is closed with its checkpoint, can be resumed, and completes', async () => {
  const started = await under.start();
  await under.fetched(400);
  await under.workflow().terminate('a test');
  const { body: before } = await under.stack.api.get<{ syncCheckpoint: unknown }>(
    `/api/pages/${under.page.id}`,
  );
  expect(before.syncCheckpoint).toBeNull();
  expect(await reconcile()).toMatchObject({ closed: 1, unclear: 0 });
  const closed = await job();
  expect(closed).toMatchObject({
    id: started.body.id,
    status: 'PARTIAL',
    message: 'Stopped early: its workflow is gone. What was stored is kept.',
    completedAt: expect.any(String),
  });
  const { body: page } = await under.stack.api.get<{ syncCheckpoint: unknown }>(
    `/api/pages/${under.page.id}`,
  );
  expect(page.syncCheckpoint).toMatchObject({ jobId: closed.id, current: expect.any(Number) });
  expect(await reconcile()).toMatchObject({ closed: 0 });

  under.fast();
  expect((await under.start({ resume: true })).body.id).toBe(started.body.id);
  await under.expectUndisturbed();
});

test('a paused job whose workflow was terminated is closed as well', async () => {
  await under.start();
  await under.fetched(200);
  await under.command('pause');
  await under.inStatus('PAUSED');
  expect(await reconcile()).toMatchObject({ closed: 0 });
  await under.workflow().terminate('a test');
  expect(await reconcile()).toMatchObject({ closed: 1 });
  expect(await job()).toMatchObject({ status: 'PARTIAL' });
});

test('a job whose workflow is at work is never touched: running, paused, in a later run, resumed', async () => {
  const { handle } = await startedDirectly({ continueAsNewAfterEvents: 12 });
  await eventually(async () => (await handle.query(progressQuery)).continuations > 0, 'a continuation');
  expect(await reconcile()).toMatchObject({ looked: 1, closed: 0, unclear: 0 });
  await under.command('cancel');
  await under.ended();
  // one that was resumed: the row knows the new workflow's first run
  expect((await under.start({ resume: true })).status).toBe(202);
  expect(await reconcile()).toMatchObject({ looked: 1, closed: 0, unclear: 0 });
  // again and again while it runs to its end
  under.fast();
  let rounds = 0;
  while ((await job()).completedAt === null) {
    expect(await reconcile()).toMatchObject({ closed: 0 });
    rounds += 1;
  }
  expect(rounds).toBeGreaterThan(0);
  await under.expectUndisturbed();
});

test('a workflow that a person has reset still works on its job', async () => {
  const { handle, input } = await startedDirectly();
  const { temporal, sql } = under.stack;
  const { events } = await handle.fetchHistory();
  const task = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
  await temporal.workflowService.resetWorkflowExecution({
    namespace: temporal.options.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    workflowTaskFinishEventId: task ?? null,
    requestId: randomUUID(),
    reason: 'a test',
  });
  expect((await under.workflow().describe()).runId).not.toBe(handle.firstExecutionRunId);
  expect(await reconcile()).toMatchObject({ looked: 1, closed: 0 });
  const [row] = await sql`SELECT status FROM sync_jobs WHERE id = ${input.jobId}`;
  expect(row?.status).toBe('IN_PROGRESS');
  under.fast();
  await under.expectUndisturbed();
});

test('a job that lost its workflow to another one is closed, that one’s is not', async () => {
  const { input } = await startedDirectly();
  await under.workflow().terminate('a test');
  // another workflow runs under the page's ID, but has not come to its job yet: nobody works on its queue
  const next = await under.stack.temporal.workflow.start('SyncWorkflow', {
    workflowId: under.page.facebookPageId,
    taskQueue: `nobody-${randomUUID()}`,
    args: [{ ...input, jobId: randomUUID() }],
  });
  expect(await reconcile()).toMatchObject({ closed: 1 });
  expect(await job()).toMatchObject({ id: input.jobId, status: 'PARTIAL' });
  await next.terminate('a test');
});

test('a repair is looked for under its own ID, and leaves the page’s checkpoint alone', async () => {
  const { sql } = under.stack;
  const jobId = randomUUID();
  const [broken] = await sql`INSERT INTO messenger_conversations (page_id, platform, graph_conversation_id)
    VALUES (${under.page.id}, 'messenger', 'broken') RETURNING id`;
  await sql`INSERT INTO sync_jobs (id, page_id, mode, trigger, status, started_at, running_since, conversation_id)
    VALUES (${jobId}, ${under.page.id}, 'full', 'repair', 'IN_PROGRESS', now(), now(), ${broken?.id})`;
  const repair = await under.stack.temporal.workflow.start('RepairWorkflow', {
    workflowId: `repair/${broken?.id}`,
    taskQueue: `nobody-${randomUUID()}`,
    args: [],
  });
  expect(await reconcile()).toMatchObject({ looked: 1, closed: 0 });
  await repair.terminate('a test');
  expect(await reconcile()).toMatchObject({ looked: 1, closed: 1 });
  const [row] =
    await sql`SELECT j.status, p.sync_checkpoint FROM sync_jobs j JOIN facebook_pages p ON p.id = j.page_id
    WHERE j.id = ${jobId}`;
  expect(row).toMatchObject({ status: 'PARTIAL', sync_checkpoint: null });
});

test('a job of a page that was disconnected while it began is cancelled, and loses nothing', async () => {
  const { store, id } = {
    store: createStore(under.stack.sql, createTokenCipher(under.stack.config.tokenKeys)),
    id: under.page.id,
  };
  await startedDirectly();
  await store.pages.disconnect(id);
  // without a token it would wait for one, for ever
  await under.inStatus('PAUSED');
  expect(await reconcile()).toMatchObject({ looked: 1, closed: 0, cancelled: 1, unclear: 0 });
  const ended = await under.ended();
  expect(ended).toMatchObject({ status: 'CANCELLED' });
  expect(ended.totals.fetched).toBeGreaterThan(0);
  expect((await store.pages.find(id))?.syncCheckpoint).toMatchObject({ jobId: ended.id });
  expect(await reconcile()).toMatchObject({ looked: 0, cancelled: 0 });
});

test('a job that moved on while Temporal was asked is left as it is', async () => {
  const { lifecycle, upkeep } = createStore(under.stack.sql, createTokenCipher(under.stack.config.tokenKeys));
  const { input } = await startedDirectly();
  const [seen] = await upkeep.openJobs(0, null, 10);
  if (seen === undefined) throw new Error('There is no open job');
  // younger jobs than the grace time are not even looked at
  expect(await upkeep.openJobs(60_000, null, 10)).toEqual([]);
  await under.workflow().terminate('a test');
  await lifecycle.takeUp(input.jobId, 'another-run');
  expect(await lifecycle.closeLost(seen)).toBe(false);
  expect(await job()).toMatchObject({ status: 'IN_PROGRESS' });
  expect(await lifecycle.closeLost({ ...seen, runId: 'another-run', status: 'PAUSED' })).toBe(false);
  expect(await lifecycle.closeLost({ ...seen, runId: 'another-run' })).toBe(true);
  expect(await lifecycle.closeLost({ ...seen, runId: 'another-run' })).toBe(false);
});

describe('without a clear answer nothing is closed', () => {
  const ours: { worker: Worker; stopped: Promise<void> }[] = [];
  let connection: NativeConnection;
  beforeAll(async () => {
    connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  });
  afterAll(async () => {
    for (const { worker, stopped } of ours) {
      worker.shutdown();
      await stopped;
    }
    await connection.close();
  });

  /** A worker that asks for workflows by a client of its own. @returns its queue */
  async function workerThatAsks(client: Client): Promise<string> {
    const taskQueue = `asks-${randomUUID()}`;
    const { sql, config } = under.stack;
    const worker = await createQueueWorker({
      connection,
      namespace: 'default',
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      activities: createMaintenanceActivities({
        store: createStore(sql, createTokenCipher(config.tokenKeys)),
        lookUpWorkflow: createWorkflowLookUp(client),
        cancelJob: async () => {},
        schedules: schedulesOf(under.stack),
        startBatch: async () => null,
        reconcileGraceMs: 0,
        retentionDays: 30,
        graphApp: null,
      }),
    });
    ours.push({ worker, stopped: worker.run() });
    return taskQueue;
  }

  async function lostJob(): Promise<void> {
    await under.start();
    await under.fetched(200);
    await under.workflow().terminate('a test');
  }

  test('in a namespace that is not there', async () => {
    await lostJob();
    const queue = await workerThatAsks(new Client({ connection, namespace: 'no-such-namespace' }));
    expect(await runTask(under.stack, 'reconcile', queue)).toMatchObject({
      looked: 1,
      closed: 0,
      unclear: 1,
    });
    expect(await job()).toMatchObject({ status: 'IN_PROGRESS' });
    // the same job, asked for where it is
    expect(await reconcile()).toMatchObject({ closed: 1 });
  });

  test('while Temporal cannot be reached', async () => {
    const relay = await startRelay(inject('temporalAddress'));
    const relayed = await NativeConnection.connect({ address: relay.address });
    try {
      await lostJob();
      const queue = await workerThatAsks(new Client({ connection: relayed }));
      relay.cut();
      expect(await runTask(under.stack, 'reconcile', queue)).toMatchObject({
        looked: 1,
        closed: 0,
        unclear: 1,
      });
      expect(await job()).toMatchObject({ status: 'IN_PROGRESS' });
      expect(await reconcile()).toMatchObject({ closed: 1 });
    } finally {
      await relayed.close();
      await relay.close();
    }
  });
});
