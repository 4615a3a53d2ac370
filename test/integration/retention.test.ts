import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RetentionResult } from '../../src/contract/maintenance.ts';
import type { Platform } from '../../src/contract/platform.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { conversation } from '../support/batches.ts';
import { runTask } from '../support/maintenance.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { storeOf, type TestStore } from '../support/store-under-test.ts';

let stack: Stack;
let store: TestStore;
let page: PageResource;
beforeAll(async () => {
  stack = await startStack({ env: { RETENTION_DAYS: '30' } });
  store = storeOf(stack.sql);
});
afterAll(() => stack.close());
beforeEach(async () => {
  page = await store.newPage();
});

const retain = async () => (await runTask(stack, 'retention')) as RetentionResult;
const jobs = async () =>
  (
    await stack.sql<{ id: string }[]>`SELECT id FROM sync_jobs WHERE page_id = ${page.id} ORDER BY created_at`
  ).map(({ id }) => id);
const batches = async (jobId: string) =>
  (
    await stack.sql<{ at: string }[]>`
      SELECT stream || ' ' || seq AS at FROM sync_batches WHERE job_id = ${jobId} ORDER BY stream, seq`
  ).map(({ at }) => at);

/** A job that has ended, with three batches of each stream, in the last of which something was set aside. */
async function endedWithBatches(status: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'PARTIAL'): Promise<string> {
  const jobId = await store.runningJob(page);
  for (const platform of ['messenger', 'instagram'] as Platform[]) {
    for (const seq of [1, 2, 3]) {
      const isLast = seq === 3;
      await store.batches.store(
        store.batch(page, jobId, seq, [conversation(`${randomUUID()}`)], {
          platform,
          isLast,
          nextCursor: isLast ? null : `after-${seq}`,
          failures: isLast
            ? [
                {
                  itemType: 'conversation',
                  graphId: `${jobId}-${platform}`,
                  conversationGraphId: `${jobId}-${platform}`,
                  reason: 'bad',
                  detail: null,
                  payload: { secret: 1 },
                },
              ]
            : [],
        }),
      );
    }
  }
  await store.close(jobId, status);
  return jobId;
}

test('deletes jobs that ended 30 days ago, but never the newest sync of a page or one that can be resumed', async () => {
  const old = await endedWithBatches('COMPLETED');
  const repair = await endedWithBatches('PARTIAL');
  await store.asRepair(repair);
  const newest = await endedWithBatches('FAILED');
  // as if an older one could be resumed
  const resumable = await endedWithBatches('CANCELLED');
  for (const [jobId, days] of [
    [old, 40],
    [resumable, 39],
    [repair, 31],
    [newest, 38],
  ] as const) {
    await store.age(jobId, days);
  }
  const other = await store.newPage();
  const notYet = await store.endedJob(other, 'COMPLETED');
  await store.endedJob(other, 'COMPLETED');
  await store.age(notYet, 29);

  expect(await retain()).toMatchObject({ jobs: 2, failures: 4 });
  expect(await jobs()).toEqual([resumable, newest]);
  expect(await store.jobs.find(notYet)).not.toBeNull();
  for (const jobId of [old, repair]) expect(await batches(jobId)).toEqual([]);
  // what can be resumed has all that it needs
  expect((await batches(resumable)).length).toBe(6);
  expect(await store.batches.position(resumable, 'messenger')).toMatchObject({ seq: 3 });
  expect(await retain()).toEqual({
    jobs: 0,
    batchSyncs: 0,
    batches: 0,
    failures: 0,
    payloads: 0,
    deliveries: 0,
    expired: 0,
    notifications: 0,
  });
});

test('of a job that ended for good a day ago the last batch of each stream stays', async () => {
  const [done, failed, stopped, recent] = [
    await endedWithBatches('COMPLETED'),
    await endedWithBatches('FAILED'),
    await endedWithBatches('PARTIAL'),
    await endedWithBatches('COMPLETED'),
  ];
  for (const jobId of [done, failed, stopped]) await store.age(jobId, 1.1);
  expect(await retain()).toMatchObject({ batches: 8, jobs: 0, failures: 0 });
  for (const jobId of [done, failed]) expect(await batches(jobId)).toEqual(['instagram 3', 'messenger 3']);
  for (const jobId of [stopped, recent]) expect((await batches(jobId)).length).toBe(6);
});

test('payloads of set-aside items are emptied after 30 days; the items stay', async () => {
  const jobId = await endedWithBatches('COMPLETED');
  await store.age(jobId, 31);
  expect(await retain()).toMatchObject({ jobs: 0, payloads: 2 });
  const { body } = await stack.api.get<{ data: { reason: string; payload: unknown }[] }>(
    `/api/jobs/${jobId}/failures`,
  );
  expect(body.data).toMatchObject([
    { reason: 'bad', payload: null },
    { reason: 'bad', payload: null },
  ]);
});

test('works through more than one statement takes', async () => {
  const jobId = await endedWithBatches('COMPLETED');
  await stack.sql`INSERT INTO sync_failures (job_id, page_id, platform, item_type, graph_id, reason, payload)
    SELECT ${jobId}, ${page.id}, 'messenger', 'message', n::text, 'bad', '{}' FROM generate_series(1, 2500) n`;
  // more ended jobs than one look takes, all of the same moment
  await stack.sql`INSERT INTO sync_jobs (id, page_id, mode, trigger, status, created_at, completed_at)
    SELECT gen_random_uuid(), ${page.id}, 'full', 'manual', 'FAILED', now() - interval '40 days', date_trunc('day', now()) - interval '35 days'
    FROM generate_series(1, 450)`;
  const last = await endedWithBatches('COMPLETED');
  await store.age(jobId, 31);
  expect(await retain()).toMatchObject({ jobs: 451, failures: 2502, batches: 4 });
  expect(await jobs()).toEqual([last]);
});

test('deletes sign-in codes, sessions and idempotency keys that are over', async () => {
  const { sessions, idempotency } = store.store;
  const open = async () =>
    (await sessions.open((await sessions.createCode('read', 'bootstrap')).code))?.id ?? '';
  const [over, current] = [await open(), await open()];
  await stack.sql`UPDATE dashboard_sessions SET expires_at = now() - interval '31 days' WHERE id = ${over}`;
  await stack.sql`UPDATE sign_in_codes SET expires_at = now() - interval '31 days'`;
  const key = { principal: 'bootstrap', key: randomUUID(), requestHash: Buffer.alloc(32) };
  await idempotency.claim(key);
  await stack.sql`UPDATE idempotency_keys SET created_at = now() - interval '25 hours'`;
  await idempotency.claim({ ...key, key: randomUUID() });
  expect(await retain()).toMatchObject({ expired: 4 });
  expect(await stack.sql`SELECT id FROM dashboard_sessions`).toMatchObject([{ id: current }]);
  expect(await stack.sql`SELECT FROM idempotency_keys`).toHaveLength(1);
});

describe('an attempt that comes after the batches were deleted', () => {
  test('adds nothing to a job that has ended for good', async () => {
    const jobId = await endedWithBatches('COMPLETED');
    await store.age(jobId, 1.1);
    await retain();
    const before = await store.jobs.find(jobId);
    for (const seq of [1, 4]) {
      const late = await store.batches.store(store.batch(page, jobId, seq, [conversation(`late-${seq}`)]));
      expect(late.position).toMatchObject({ seq: 3, isLast: true });
    }
    // one whose predecessor is gone
    await expect(store.batches.store(store.batch(page, jobId, 2, []))).rejects.toThrow();
    await expect(store.batches.restart(jobId, 'messenger', 3)).rejects.toThrow(/takes no batch any more/);
    expect(await store.jobs.find(jobId)).toEqual(before);
    expect(await batches(jobId)).toEqual(['instagram 3', 'messenger 3']);
    const [row] = await stack.sql`SELECT count(*) AS n FROM messenger_conversations
      WHERE page_id = ${page.id} AND graph_conversation_id LIKE 'late-%'`;
    expect(row?.n).toBe(0);
  });

  test('finds no job to add to when that is gone too', async () => {
    const jobId = await endedWithBatches('COMPLETED');
    await endedWithBatches('COMPLETED');
    await store.age(jobId, 31);
    await retain();
    await expect(
      store.batches.store(store.batch(page, jobId, 1, [conversation('late-at-all')])),
    ).rejects.toThrow();
    const [row] = await stack.sql`SELECT count(*) AS n FROM messenger_conversations
      WHERE page_id = ${page.id} AND graph_conversation_id = 'late-at-all'`;
    expect(row?.n).toBe(0);
  });
});

test('notifications that were read so long ago are deleted', async () => {
  for (const days of [29, 31]) {
    await stack.sql`INSERT INTO notifications (page_id, kind, severity, title, text, dedupe_key, read_at)
      VALUES (${page.id}, 'sync-failed', 'error', 'a title', '', ${randomUUID()}, now() - ${days} * interval '1 day')`;
  }
  expect(await retain()).toMatchObject({ notifications: 1 });
  expect(await retain()).toMatchObject({ notifications: 0 });
});
