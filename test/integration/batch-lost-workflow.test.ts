/* Batches whose workflow is gone, or was never started, and the maintenance that finds them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchResource, BatchStatusResource } from '../../src/contract/batch-resources.ts';
import { createStore, createTokenCipher } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { runTask } from '../support/maintenance.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2', RECONCILE_GRACE_SECONDS: '0' } });
});
afterAll(() => stack.close());

const latency = (ms: number) => stack.simulator.control('POST', '/latency', { ms });
const addPages = (count: number) =>
  Promise.all(Array.from({ length: count }, () => stack.addPage({ conversations: 200, messages: 1 })));
const requestOf = (pages: TestPage[]) =>
  ({ pageIds: pages.map(({ id }) => id), mode: 'full', messageDepth: 'all', concurrency: 2 }) as const;
const statusOf = async (id: string) => (await stack.api.get<BatchStatusResource>(`/api/batches/${id}`)).body;
const workflowOf = (id: string) => stack.temporal.workflow.getHandle(`batch/${id}`);

const ended = (id: string) =>
  eventually(
    async () => {
      const [row] = await stack.sql`SELECT FROM batch_syncs WHERE id = ${id} AND completed_at IS NOT NULL`;
      return row === undefined ? null : (await statusOf(id)).batch;
    },
    'the end of the batch',
    60_000,
  );

const reconciled = async () => (await runTask(stack, 'reconcile')) as unknown as { batches: object };

async function atWork(pages: TestPage[]): Promise<string> {
  latency(500);
  const { id } = (await stack.api.post<BatchResource>('/api/batches', requestOf(pages))).body;
  await eventually(async () => (await statusOf(id)).batch.counts.SYNCING === 2, 'two pages at work', 30_000);
  return id;
}

test('a batch whose workflow was terminated goes on, with its syncs as they are', async () => {
  const pages = await addPages(4);
  const id = await atWork(pages);
  expect(await reconciled()).toMatchObject({ batches: { looked: 1, restarted: 0, unclear: 0 } });
  const jobs = (await statusOf(id)).working.map(({ jobId }) => jobId);
  await workflowOf(id).terminate('a test');
  expect(await reconciled()).toMatchObject({ closed: 0, batches: { looked: 1, restarted: 1, unclear: 0 } });
  latency(0);
  expect(await ended(id)).toMatchObject({ status: 'COMPLETED', counts: { COMPLETED: 4 } });
  const made = await stack.sql<{ job: string }[]>`
    SELECT job_id AS job FROM batch_sync_pages WHERE batch_id = ${id} ORDER BY position LIMIT 2`;
  expect(made.map(({ job }) => job)).toEqual(jobs);
  expect(await reconciled()).toMatchObject({ batches: { looked: 0 } });
  for (const page of pages) await expectInboxStored(stack, page);
});

test('one that was being cancelled ends as cancelled', async () => {
  const id = await atWork(await addPages(3));
  await workflowOf(id).terminate('a test');
  // the API has died between the signal and the answer
  await stack.sql`UPDATE batch_syncs SET cancel_requested = true WHERE id = ${id}`;
  expect(await reconciled()).toMatchObject({ batches: { restarted: 1 } });
  expect(await ended(id)).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: 3 } });
  latency(0);
});

test('rows of an API that died before it could start the workflow are taken up', async () => {
  const id = randomUUID();
  const store = createStore(stack.sql, createTokenCipher(stack.config.tokenKeys));
  await store.batchSyncs.create(id, requestOf(await addPages(2)));
  expect(await store.batchSyncs.open(60_000, null, 10)).toEqual([]);
  expect(await reconciled()).toMatchObject({ batches: { looked: 1, restarted: 1 } });
  expect(await ended(id)).toMatchObject({ status: 'COMPLETED', counts: { COMPLETED: 2 } });
});
