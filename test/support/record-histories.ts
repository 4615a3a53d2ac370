import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, test } from 'vitest';
import type { BatchResource } from '../../src/contract/batch-resources.ts';
import type { BatchSyncInput, BatchSyncResult } from '../../src/contract/batches.ts';
import type { ConversationResource } from '../../src/contract/conversations.ts';
import { MAINTENANCE_TASKS } from '../../src/contract/maintenance.ts';
import {
  batchProgressQuery,
  cancelSignal,
  pauseSignal,
  progressQuery,
  resumeSignal,
  wakeSignal,
} from '../../src/contract/messages.ts';
import {
  autoSyncId,
  BATCH_WORKFLOW,
  batchWorkflowId,
  taskQueues,
  WEBHOOK_WORKFLOW,
  webhookWorkflowId,
} from '../../src/contract/names.ts';
import type { ListResource } from '../../src/contract/resources.ts';
import type { SyncOptions } from '../../src/contract/sync-options.ts';
import type { WebhookWorkflowInput } from '../../src/contract/webhooks.ts';
import { createStore, createTokenCipher } from '../../src/store/index.ts';
import { deleteAutoSyncSchedules, schedulesOf, startAutoSync } from './auto-sync.ts';
import { eventually } from './eventually.ts';
import { startTask } from './maintenance.ts';
import { type Stack, startStack, type TestPage } from './stack.ts';
import { startDirectly } from './start-directly.ts';
import { deliver, drained, envelopeOf, WEBHOOK_ENV } from './webhooks-under-test.ts';

/**
 * `npm run record-histories`: writes the histories that `test/workflow/replay.test.ts` replays for ever. Run it when
 * the workflow does something new, with the next version in the names; what is there already is never overwritten.
 */
const VERSION = 'v2';

const INCREMENTAL: SyncOptions = {
  mode: 'incremental',
  trigger: 'manual',
  messageDepth: 'all',
  maxConversations: null,
};

let stack: Stack;
beforeAll(async () => {
  const env = { SYNC_SLICE_SECONDS: '0', GRAPH_THROTTLE_WAIT_SECONDS: '0.3', ...WEBHOOK_ENV };
  stack = await startStack({ env });
  stack.simulator.control('POST', '/latency', { ms: 20 });
});
afterAll(() => stack.close());

/** One history a run; a chain of continue-as-new is the last of its runs and the first. */
async function record(name: string, page: TestPage, runId?: string): Promise<void> {
  await save(`sync-${VERSION}-${name}`, stack.temporal.workflow.getHandle(page.facebookPageId, runId));
}

async function save(name: string, handle: WorkflowHandle): Promise<void> {
  const file = new URL(`../histories/${name}.json`, import.meta.url);
  if ((await readFile(file).catch(() => null)) !== null) throw new Error(`${file.pathname} is there already`);
  const history = await handle.fetchHistory();
  const text = JSON.stringify(JSON.parse(historyToJSON(history)), hideMachine, 1);
  await writeFile(file, `${text}\n`);
}

/** Who recorded it, and on which machine, is of no use to anybody. */
function hideMachine(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^\d+@.+?(?=-[0-9a-f]{32}$|$)/, 'recorder') : value;
}

test('full, then incremental: nothing new, something new', async () => {
  const page = await stack.addPage({ conversations: 300, messages: 12 });
  const { handle } = await startDirectly(stack, page);
  await handle.result();
  await record('full', page);
  for (const name of ['up-to-date', 'incremental']) {
    const next = await startDirectly(stack, page, { options: INCREMENTAL });
    await next.handle.result();
    await record(name, page);
    const changed = { page: page.facebookPageId, platform: 'messenger', index: 3, count: 60 };
    stack.simulator.control('POST', '/inbox/messages', changed);
  }
});

test('the repair of a conversation', async () => {
  const page = await stack.addPage({ conversations: 20, messages: 60, exactMessages: true });
  await (await startDirectly(stack, page)).handle.result();
  const { body } = await stack.api.get<ListResource<ConversationResource>>(
    `/api/conversations?pageId=${page.id}&platform=messenger&limit=1`,
  );
  const conversationId = body.data[0]?.id ?? '';
  await stack.api.post(`/api/conversations/${conversationId}/repair`);
  const repair = stack.temporal.workflow.getHandle(`repair/${conversationId}`);
  await repair.result();
  await save(`sync-${VERSION}-repair`, repair);
});

test('cancelled', async () => {
  const page = await stack.addPage({ conversations: 1000 });
  const { handle } = await startDirectly(stack, page);
  await eventually(
    async () => (await handle.query(progressQuery)).totals.fetched >= 300,
    '300 conversations',
  );
  await handle.signal(cancelSignal);
  await handle.result();
  await record('cancelled', page);
});

test('cancelled by Temporal', async () => {
  const page = await stack.addPage({ conversations: 1000 });
  const { handle } = await startDirectly(stack, page);
  await eventually(
    async () => (await handle.query(progressQuery)).totals.fetched >= 300,
    '300 conversations',
  );
  await handle.cancel();
  await handle.result().catch(() => {});
  await record('cancelled-by-temporal', page);
});

test('paused and resumed', async () => {
  const page = await stack.addPage({ conversations: 600 });
  const { handle } = await startDirectly(stack, page);
  await eventually(
    async () => (await handle.query(progressQuery)).totals.fetched >= 100,
    '100 conversations',
  );
  await handle.signal(pauseSignal);
  await eventually(async () => (await handle.query(progressQuery)).status === 'PAUSED', 'the pause');
  await handle.signal(resumeSignal);
  await handle.result();
  await record('paused', page);
});

test('continued as new', async () => {
  const page = await stack.addPage({ conversations: 400, messages: 12 });
  const { handle } = await startDirectly(stack, page, { continueAsNewAfterEvents: 25 });
  await handle.result();
  await record('continued-first', page, handle.firstExecutionRunId);
  await record('continued-last', page);
});

test('throttled, parked for a token, one platform without permission', async () => {
  const page = await stack.addPage({ conversations: 600 });
  const at = (platform: string, afterCalls: number) => ({ page: page.facebookPageId, platform, afterCalls });
  const fault = (match: object, name: string) =>
    stack.simulator.control('POST', '/faults', { match, times: 1, fault: { kind: 'error', name } });
  fault(at('messenger', 2), 'throttle-4');
  fault(at('messenger', 4), 'token-expired');
  fault(at('instagram', 2), 'permission-200');
  const { handle } = await startDirectly(stack, page);
  await eventually(async () => (await handle.query(progressQuery)).tokenExpired, 'the job to be parked');
  await handle.signal(resumeSignal);
  await handle.result();
  await record('troubled', page);
});

test('webhooks: woken while it waits, and continued as new', async () => {
  const page = await stack.addPage({ conversations: 2 });
  const { facebookPageId } = page;
  const message = (mid: string) => ({
    sender: { id: '4242' },
    recipient: { id: facebookPageId },
    timestamp: Date.now(),
    message: { mid, text: 'a message' },
  });
  await deliver(stack, envelopeOf(page, [message('m_first')]));
  await drained(stack, page);
  await deliver(stack, envelopeOf(page, [message('m_second')]));
  const handle = stack.temporal.workflow.getHandle(webhookWorkflowId(facebookPageId));
  await handle.result();
  await save('webhook-v1-woken', handle);

  const long = await stack.temporal.workflow.start<(input: WebhookWorkflowInput) => Promise<void>>(
    WEBHOOK_WORKFLOW,
    {
      workflowId: webhookWorkflowId(facebookPageId),
      taskQueue: taskQueues(stack.config.queuePrefix).webhook,
      args: [{ facebookPageId, continueAsNewAfterEvents: 12 }],
    },
  );
  for (let signals = 0; signals < 3; signals++) await long.signal(wakeSignal);
  await long.result();
  await save(
    'webhook-v1-continued',
    stack.temporal.workflow.getHandle(long.workflowId, long.firstExecutionRunId),
  );
});

test('automatic: by its schedule, joined, skipped, resumed, failed', async () => {
  const page = await stack.addPage({ conversations: 300 });
  const { id, facebookPageId } = page;
  const schedule = { pageId: id, facebookPageId, wanted: true, intervalSeconds: 1, needsReconnect: false };
  const wants = (autoSync: boolean) =>
    stack.sql`UPDATE facebook_pages SET auto_sync = ${autoSync} WHERE id = ${id}`;
  const run = async (name: string) => {
    const handle = await startAutoSync(stack, page);
    await handle.result();
    await save(`auto-sync-v1-${name}`, handle);
  };
  await run('skipped');

  await wants(true);
  await schedulesOf(stack).align(schedule);
  const handle = stack.temporal.schedule.getHandle(autoSyncId(stack.config.queuePrefix, facebookPageId));
  const first = await eventually(
    async () => (await handle.describe()).info.recentActions[0]?.action.workflow,
    'the first run',
  );
  await schedulesOf(stack).align({ ...schedule, wanted: false });
  const scheduled = stack.temporal.workflow.getHandle(first.workflowId, first.firstExecutionRunId);
  await scheduled.result();
  await save('auto-sync-v1-scheduled', scheduled);

  const running = await startDirectly(stack, page);
  await run('joined');
  await running.handle.signal(cancelSignal);
  await running.handle.result();
  await run('resumed');

  stack.simulator.control('POST', '/faults', {
    match: { page: facebookPageId },
    times: 'always',
    fault: { kind: 'error', name: 'permission-200' },
  });
  await run('failed');
  stack.simulator.control('DELETE', '/faults');
  await deleteAutoSyncSchedules(stack);
});

test('batches: finished, cancelled, and continued as new', async () => {
  const shape = { conversations: 30, messages: 1 };
  const pages = await Promise.all(Array.from({ length: 6 }, () => stack.addPage(shape)));
  const pageIds = pages.map(({ id }) => id);
  const sync = async (ms: number) => {
    stack.simulator.control('POST', '/latency', { ms });
    const request = { pageIds, mode: 'full', concurrency: 2 };
    const { id } = (await stack.api.post<BatchResource>('/api/batches', request)).body;
    return stack.temporal.workflow.getHandle(batchWorkflowId(id));
  };
  const finished = await sync(20);
  await finished.result();
  await save('batch-sync-v1-finished', finished);

  const cancelled = await sync(300);
  await eventually(
    async () => ((await cancelled.query(batchProgressQuery))?.counts.SYNCING ?? 0) > 0,
    'pages at work',
  );
  await cancelled.signal(cancelSignal);
  await cancelled.result();
  await save('batch-sync-v1-cancelled', cancelled);

  stack.simulator.control('POST', '/latency', { ms: 20 });
  const batchId = randomUUID();
  const request = { pageIds, mode: 'full', messageDepth: 'all', concurrency: 1 } as const;
  await createStore(stack.sql, createTokenCipher(stack.config.tokenKeys)).batchSyncs.create(batchId, request);
  const long = await stack.temporal.workflow.start<(input: BatchSyncInput) => Promise<BatchSyncResult>>(
    BATCH_WORKFLOW,
    {
      workflowId: batchWorkflowId(batchId),
      taskQueue: taskQueues(stack.config.queuePrefix).sync,
      args: [{ batchId, continueAsNewAfterEvents: 25 }],
    },
  );
  await long.result();
  const { workflowId, firstExecutionRunId } = long;
  const first = stack.temporal.workflow.getHandle(workflowId, firstExecutionRunId);
  await save('batch-sync-v1-continued-first', first);
  await save('batch-sync-v1-continued-last', stack.temporal.workflow.getHandle(workflowId));
});

test.each(MAINTENANCE_TASKS)('maintenance: %s', async (task) => {
  const handle = await startTask(stack, task);
  await handle.result();
  await save(`maintenance-v1-${task}`, handle);
});
