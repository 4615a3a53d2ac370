import { describe, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { pageUnderTest } from '../support/page-under-test.ts';

const CONVERSATIONS = 450;
const under = pageUnderTest(CONVERSATIONS, { SYNC_SLICE_SECONDS: '0.2' });
const { expectStored, sync } = under;

const calls = () => under.calls().total;
/** The marks of the page, and its sync's time. */
const marks = async () =>
  (
    await under.stack.sql<
      { messenger: Date | null; instagram: Date | null; last_synced_at: Date | null }[]
    >`SELECT messenger_watermark AS messenger, instagram_watermark AS instagram, last_synced_at
      FROM facebook_pages WHERE id = ${under.page.id}`
  )[0];

describe('an incremental sync (A5)', () => {
  test('of a page that was never synced is a full one', async () => {
    expect(await sync({ mode: 'incremental' })).toMatchObject({ mode: 'full', status: 'COMPLETED' });
    await expectStored();
  });

  test('brings what has changed, and reads no further', async () => {
    await sync();
    const before = calls();
    under.messages('messenger', 300, 3);
    under.messages('instagram', 100, 1);
    const { xmin } = (
      await under.stack.sql`SELECT max(xmin::text::bigint)::text AS xmin
      FROM messenger_conversations WHERE page_id = ${under.page.id}`
    )[0] as { xmin: string };
    const job = await sync({ mode: 'incremental' });
    expect(job).toMatchObject({ mode: 'incremental', status: 'COMPLETED' });
    expect(job.totals).toMatchObject({ fetched: 2, updated: 2, inserted: 0, eventsCreated: 4 });
    // the light question and one page, on each platform
    expect(calls() - before).toBe(4);
    const written = await under.stack.sql`
      SELECT id FROM messenger_conversations WHERE page_id = ${under.page.id} AND xmin::text::bigint > ${xmin}`;
    expect(written).toHaveLength(2);
    await expectStored();
  });

  test('nothing new: one call a platform, and not a row written (A6)', async () => {
    await sync();
    const before = calls();
    const rows = () => under.stack.sql`
      SELECT xmin, id FROM messenger_conversations WHERE page_id = ${under.page.id} ORDER BY id`;
    const was = await rows();
    const job = await sync({ mode: 'incremental' });
    expect(job).toMatchObject({ status: 'UP_TO_DATE', message: 'Incremental sync: nothing new' });
    expect(job.totals).toMatchObject({ fetched: 0, apiCalls: 2, batches: 0 });
    expect(calls() - before).toBe(2);
    expect(await rows()).toEqual(was);
  });

  test('soon after a message that it has stored already: still nothing new', async () => {
    await sync();
    under.messages('messenger', 7, 1);
    expect(await sync({ mode: 'incremental' })).toMatchObject({ status: 'COMPLETED' });
    const before = calls();
    expect(await sync({ mode: 'incremental' })).toMatchObject({ status: 'UP_TO_DATE' });
    expect(calls() - before).toBe(2);
  });

  test('clearing last_synced_at makes the next sync full (A7)', async () => {
    await sync();
    await under.stack.sql`UPDATE facebook_pages SET last_synced_at = NULL WHERE id = ${under.page.id}`;
    const job = await sync({ mode: 'incremental' });
    expect(job).toMatchObject({ mode: 'full', status: 'COMPLETED' });
    expect(job.totals.fetched).toBe(CONVERSATIONS);
  });
});

test('clearing it does so also where no job has covered everything yet', async () => {
  under.error('permission-200', { platform: 'instagram', times: 'always' });
  expect((await sync()).status).toBe('PARTIAL');
  under.noFaults();
  await under.stack.sql`UPDATE facebook_pages SET last_synced_at = NULL WHERE id = ${under.page.id}`;
  expect((await sync({ mode: 'incremental' })).mode).toBe('full');
});

describe('the watermark (A7)', () => {
  test('is the time the walk began', async () => {
    const job = await sync();
    const { messenger, instagram, last_synced_at } = (await marks()) ?? {};
    expect(messenger?.toISOString()).toBe(job.startedAt);
    expect(instagram?.toISOString()).toBe(job.startedAt);
    expect(last_synced_at?.getTime()).toBeGreaterThanOrEqual(Date.parse(job.completedAt ?? ''));
  });

  test('does not move when a job was cancelled, capped or selective', async () => {
    await sync();
    const before = await marks();
    under.messages('messenger', 5, 1);
    await sync({ mode: 'incremental', maxConversations: 1 });
    expect(await marks()).toEqual(before);
    await sync({ mode: 'selective', platforms: ['messenger'] });
    expect(await marks()).toEqual(before);
    under.control('/latency', { ms: 150 });
    await under.start();
    await under.fetched(100);
    await under.command('cancel');
    expect((await under.ended()).status).toBe('CANCELLED');
    expect(await marks()).toEqual(before);
  });

  test('is a platform’s own: one that failed does not hold back the other', async () => {
    await sync();
    const before = await marks();
    under.error('permission-200', { platform: 'instagram', times: 'always' });
    expect((await sync()).status).toBe('PARTIAL');
    const after = await marks();
    expect(after?.messenger?.getTime()).toBeGreaterThan(before?.messenger?.getTime() ?? 0);
    expect(after?.instagram).toEqual(before?.instagram);
    expect(after?.last_synced_at).toEqual(before?.last_synced_at);
    under.noFaults();
    under.messages('instagram', 50, 2);
    await sync({ mode: 'incremental' });
    await expectStored();
  });

  test('that is cleared while a sync runs stays cleared', async () => {
    under.control('/latency', { ms: 60 });
    await under.start();
    await under.fetched(100);
    await under.stack.sql`UPDATE facebook_pages SET last_synced_at = NULL WHERE id = ${under.page.id}`;
    under.fast();
    expect((await under.ended()).status).toBe('COMPLETED');
    expect(await marks()).toEqual({ messenger: null, instagram: null, last_synced_at: null });
  });

  test('another Instagram account has never been synced', async () => {
    await sync();
    const { facebookPageId, name, accessToken, instagramAccountId } = under.page;
    const connect = (account: string | null) =>
      under.stack.api.post('/api/pages', { facebookPageId, name, accessToken, instagramAccountId: account });
    await connect(null);
    await connect(instagramAccountId);
    expect(await marks()).toMatchObject({ instagram: null, messenger: expect.any(Date) });
    const job = await sync({ mode: 'incremental' });
    expect(job.mode).toBe('incremental');
    expect(job.totals.fetched).toBe(135);
  });
});

describe('nothing is missed', () => {
  test('a conversation that moves to the front while the walk goes on', async () => {
    under.control('/latency', { ms: 60 });
    await under.start();
    await under.fetched(100);
    // far behind the cursor: the walk will not meet them
    for (const index of [290, 295, 300]) under.messages('messenger', index, 2);
    under.fast();
    await under.ended();
    const job = await sync({ mode: 'incremental' });
    expect(job.status).toBe('COMPLETED');
    await expectStored();
  });

  test('two in the same second, a minute of clock skew, a cancelled run in between', async () => {
    await sync();
    // our clock is a minute ahead of Meta’s
    await under.stack
      .sql`UPDATE facebook_pages SET messenger_watermark = messenger_watermark + interval '1 minute',
      instagram_watermark = instagram_watermark + interval '1 minute' WHERE id = ${under.page.id}`;
    for (const index of [10, 20, 30]) under.messages('messenger', index, 1);
    under.control('/inbox/conversations', {
      page: under.page.facebookPageId,
      platform: 'instagram',
      count: 3,
    });
    under.control('/latency', { ms: 300 });
    const started = await under.start({ mode: 'incremental' });
    expect(started.status).toBe(202);
    await under.command('cancel');
    const cancelled: JobResource = await under.ended();
    expect(cancelled.status).toBe('CANCELLED');
    under.fast();
    const job = await sync({ mode: 'incremental' });
    expect(job.status).toBe('COMPLETED');
    expect(job.totals.fetched).toBe(6);
    await expectStored();
  });
});
