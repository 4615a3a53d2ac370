import { beforeEach, describe, expect, test } from 'vitest';
import type { PageResource } from '../../src/contract/resources.ts';
import { conversation } from '../support/batches.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';

const file = storeUnderTest();

let under: TestStore;
let page: PageResource;
beforeEach(async () => {
  under = file.it;
  page = await under.newPage();
});

const row = async (view: string) =>
  (await under.sql.unsafe(`SELECT * FROM ${view} WHERE page_id = '${page.id}'`))[0];
/** As the view says, and the API with it. */
const health = async () => {
  const seen = (await row('page_health'))?.health;
  expect((await under.store.pages.find(page.id))?.health).toBe(seen);
  return seen;
};
const synced = (ago: string) =>
  under.sql.unsafe(
    `UPDATE facebook_pages SET last_synced_at = now() - interval '${ago}' WHERE id = '${page.id}'`,
  );

test('every view answers on a page that was never synced', async () => {
  expect(await row('active_syncs')).toBeUndefined();
  expect(await row('sync_locks')).toBeUndefined();
  expect(await row('sync_statistics')).toMatchObject({
    page_name: page.name,
    total_syncs: 0,
    success_rate: null,
    avg_duration_seconds: null,
    conversations: 0,
    conversations_per_second: null,
    last_sync_at: null,
  });
  expect(await row('page_health')).toMatchObject({
    health: 'never_synced',
    last_sync_status: null,
    open_job_id: null,
    failed_syncs_24h: 0,
    set_aside: 0,
    conversations: 0,
    incomplete_histories: 0,
    blocked_until: null,
  });
});

describe('active_syncs and sync_locks', () => {
  test('show a running sync with its counters, and a paused one; none after its end', async () => {
    const jobId = await under.runningJob(page, 'the-run');
    await under.batches.store(under.batch(page, jobId, 1, [conversation('a'), conversation('b')]));
    expect(await row('active_syncs')).toMatchObject({ total: null, percent: null });
    await under.sql`UPDATE sync_jobs SET total = 8, running_since = now() - interval '10 seconds' WHERE id = ${jobId}`;
    expect(await row('active_syncs')).toMatchObject({
      job_id: jobId,
      facebook_page_id: page.facebookPageId,
      status: 'IN_PROGRESS',
      fetched: 2,
      total: 8,
      percent: '25.0',
      inserted: 2,
      events_created: 2,
      conversations_per_second: '0.2',
      waiting_until: null,
    });
    expect(await row('sync_locks')).toMatchObject({
      job_id: jobId,
      workflow_id: page.facebookPageId,
      workflow_run_id: 'the-run',
      held_for: expect.stringMatching(/^00:00:1\d/),
    });
    await under.lifecycle.pause(jobId, true, {
      kind: 'auth',
      message: 'Connect it again',
      detail: null,
    });
    expect(await row('active_syncs')).toMatchObject({
      status: 'PAUSED',
      token_expired: true,
      last_error: 'Connect it again',
    });
    expect(await row('sync_locks')).toMatchObject({ status: 'PAUSED' });
    await under.close(jobId, 'CANCELLED');
    expect(await row('active_syncs')).toBeUndefined();
    expect(await row('sync_locks')).toBeUndefined();
  });

  test('a repair is not the page’s sync', async () => {
    const jobId = await under.runningJob(page);
    await under.batches.store(under.batch(page, jobId, 1, [conversation('broken')]));
    await under.asRepair(jobId);
    for (const view of ['active_syncs', 'sync_locks']) expect(await row(view)).toBeUndefined();
    expect(await health()).toBe('never_synced');
    await under.close(jobId, 'FAILED');
    expect(await row('sync_statistics')).toMatchObject({ total_syncs: 0, failed_syncs: 0 });
    expect(await row('page_health')).toMatchObject({ health: 'never_synced', failed_syncs_24h: 0 });
  });

  test('a lock cannot be deleted: the error says what to do, and the sync goes on', async () => {
    const { sql } = under;
    const jobId = await under.runningJob(page);
    const error = await sql`DELETE FROM sync_locks WHERE page_id = ${page.id}`.catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      message: `the lock of page ${page.facebookPageId} is its workflow, not a row`,
      hint: expect.stringContaining(`temporal workflow cancel --workflow-id ${page.facebookPageId}`),
    });
    await expect(sql`UPDATE sync_locks SET status = 'FAILED'`).rejects.toThrow(/is its workflow/);
    expect((await under.jobs.find(jobId))?.status).toBe('IN_PROGRESS');
    await under.close(jobId, 'COMPLETED');
    expect((await sql`DELETE FROM sync_locks WHERE page_id = ${page.id}`).count).toBe(0);
  });
});

test('sync_statistics adds up what has ended', async () => {
  const durations = { COMPLETED: 10_000, UP_TO_DATE: 2000, PARTIAL: 4000, FAILED: 0 } as const;
  for (const status of ['COMPLETED', 'UP_TO_DATE', 'PARTIAL', 'FAILED'] as const) {
    const jobId = await under.runningJob(page);
    if (status === 'COMPLETED' || status === 'PARTIAL') {
      const conversations = [1, 2, 3, 4].map((n) => conversation(`${status}-${n}`));
      await under.batches.store(under.batch(page, jobId, 1, conversations));
    }
    await under.close(jobId, status);
    await under.sql`UPDATE sync_jobs SET elapsed_ms = ${durations[status]} WHERE id = ${jobId}`;
  }
  const running = await under.runningJob(page);
  expect(await row('sync_statistics')).toMatchObject({
    total_syncs: 4,
    successful_syncs: 2,
    partial_syncs: 1,
    cancelled_syncs: 0,
    failed_syncs: 1,
    success_rate: '50.0',
    avg_duration_seconds: '4.0',
    avg_conversations: '2.0',
    conversations: 8,
    inserted: 8,
    events_created: '8',
    conversations_per_second: '0.5',
  });
  await under.close(running, 'CANCELLED');
  expect(await row('sync_statistics')).toMatchObject({ total_syncs: 5, cancelled_syncs: 1 });
});

describe('page_health', () => {
  test('names the state of a page by the first rule that holds', async () => {
    const { sql, lifecycle } = under;
    expect(await health()).toBe('never_synced');
    const first = await under.runningJob(page);
    expect(await health()).toBe('syncing');
    await sql`INSERT INTO graph_budget (asset, next_call_at, blocked_until)
      VALUES (${page.facebookPageId}, now(), now() + interval '1 hour')`;
    expect(await row('page_health')).toMatchObject({
      health: 'waiting',
      open_job_id: first,
      blocked_until: expect.any(Date),
    });
    expect(await row('active_syncs')).toMatchObject({ waiting_until: expect.any(Date) });
    await sql`UPDATE graph_budget SET blocked_until = now() - interval '1 second' WHERE asset = ${page.facebookPageId}`;
    expect(await health()).toBe('syncing');
    await lifecycle.pause(first, false, null);
    expect(await health()).toBe('paused');
    await under.close(first, 'CANCELLED');
    expect(await health()).toBe('incomplete');
    await under.endedJob(page, 'FAILED');
    expect(await row('page_health')).toMatchObject({
      health: 'failing',
      failed_syncs_24h: 1,
      last_success_at: null,
    });
    await under.endedJob(page, 'COMPLETED');
    expect(await row('page_health')).toMatchObject({
      health: 'ok',
      last_sync_status: 'COMPLETED',
      last_success_at: expect.any(Date),
      last_sync_message: expect.stringMatching(/^Full sync/),
      open_job_id: null,
    });
    await synced('25 hours');
    expect(await health()).toBe('stale');
    await sql`UPDATE facebook_pages SET last_synced_at = NULL WHERE id = ${page.id}`;
    expect(await health()).toBe('never_synced');
    await sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${page.id}`;
    expect(await health()).toBe('token_expired');
  });

  test('forgets failures after 24 hours', async () => {
    const jobId = await under.endedJob(page, 'FAILED');
    expect(await row('page_health')).toMatchObject({ failed_syncs_24h: 1 });
    await under.age(jobId, 1);
    expect(await row('page_health')).toMatchObject({ failed_syncs_24h: 0 });
  });

  test('counts what is set aside until that is resolved, each thing once, and incomplete histories', async () => {
    const aside = (graphId: string | null, itemType: 'conversation' | 'message' = 'conversation') => ({
      itemType,
      graphId,
      conversationGraphId: graphId,
      reason: 'invalid',
      detail: null,
      payload: {},
    });
    const store = async (...[conversations, failures]: [ReturnType<typeof conversation>[], object[]]) => {
      const jobId = await under.runningJob(page);
      const batch = under.batch(page, jobId, 1, conversations, { failures: failures as never });
      await under.batches.store(batch);
      await under.close(jobId, 'PARTIAL');
    };
    await store(
      [conversation('whole'), conversation('cut', { historyCursor: 'older', historyComplete: false })],
      [aside('bad'), aside('worse'), aside('m-late', 'message'), aside(null)],
    );
    expect(await row('page_health')).toMatchObject({
      set_aside: 4,
      conversations: 2,
      incomplete_histories: 1,
    });
    await store([], [aside('bad')]);
    expect(await row('page_health')).toMatchObject({ set_aside: 4 });
    await under.sql`UPDATE sync_failures SET resolved_at = now() WHERE page_id = ${page.id} AND graph_id = 'bad'`;
    expect(await row('page_health')).toMatchObject({ set_aside: 3 });
  });
});

test('the seeds’ lock clean-up finds nothing to do', async () => {
  await under.runningJob(page);
  expect(await under.sql`SELECT cleanup_expired_locks()`).toEqual([{ cleanup_expired_locks: 0 }]);
  expect(await row('sync_locks')).toBeDefined();
});

test('the seeds’ duplicates query finds nobody twice; conversations without a person share an empty sender', async () => {
  const jobId = await under.runningJob(page);
  const nobody = { senderId: null, senderName: null };
  const conversations = [conversation('a'), conversation('b', nobody), conversation('c', nobody)];
  await under.batches.store(under.batch(page, jobId, 1, conversations));
  const duplicates = await under.sql`SELECT sender_id, page_id, COUNT(*) FROM messenger_conversations
    WHERE page_id = ${page.id} GROUP BY sender_id, page_id HAVING COUNT(*) > 1`;
  expect([...duplicates]).toEqual([{ sender_id: null, page_id: page.id, count: 2 }]);
});
