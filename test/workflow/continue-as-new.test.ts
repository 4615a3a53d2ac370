import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelSignal, pauseSignal, progressQuery, resumeSignal } from '../../src/contract/messages.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { startDirectly } from '../support/start-directly.ts';
import { expectInboxStored } from '../support/truth.ts';

const CONVERSATIONS = 1500;
const continueAsNewAfterEvents = 25;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0' } });
});
afterAll(() => stack.close());

test('keeps totals and streams over many runs', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS });
  const { handle } = await startDirectly(stack, page, { continueAsNewAfterEvents });
  const result = await handle.result();
  expect(result).toMatchObject({ status: 'COMPLETED' });
  expect(result.totals).toMatchObject({ fetched: CONVERSATIONS, inserted: CONVERSATIONS, batches: 16 });
  await expectInboxStored(stack, page);
  const progress = await stack.temporal.workflow.getHandle(page.facebookPageId).query(progressQuery);
  expect(progress.continuations).toBeGreaterThan(1);
  expect(progress.streams.map((stream) => stream.state)).toEqual(['done', 'done']);
  // the row knows the first run, by which all of them are one
  const [row] = await stack.sql`SELECT workflow_run_id FROM sync_jobs WHERE page_id = ${page.id}`;
  expect(row?.workflow_run_id).toBe(handle.firstExecutionRunId);
});

test('loses no signal', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS });
  stack.simulator.control('POST', '/latency', { ms: 20 });
  await startDirectly(stack, page, { continueAsNewAfterEvents });
  const handle = stack.temporal.workflow.getHandle(page.facebookPageId);
  const status = async () => (await handle.query(progressQuery)).status;
  // pause and resume again and again, wherever the run is
  for (let round = 0; round < 5; round++) {
    await handle.signal(pauseSignal);
    await eventually(async () => (await status()) === 'PAUSED', 'the pause');
    await handle.signal(resumeSignal);
    await eventually(async () => (await status()) !== 'PAUSED', 'the end of the pause');
  }
  await handle.signal(cancelSignal);
  expect(await handle.result()).toMatchObject({ status: 'CANCELLED' });
});

test('keeps a pause', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS });
  stack.simulator.control('POST', '/latency', { ms: 0 });
  await startDirectly(stack, page, { continueAsNewAfterEvents: 12 });
  const handle = stack.temporal.workflow.getHandle(page.facebookPageId);
  await handle.signal(pauseSignal);
  await eventually(async () => (await handle.query(progressQuery)).status === 'PAUSED', 'the pause');
  await handle.signal(resumeSignal);
  expect(await handle.result()).toMatchObject({ status: 'COMPLETED', totals: { fetched: CONVERSATIONS } });
});
