import { beforeAll, describe, expect, test } from 'vitest';
import type { EndedStatus } from '../../src/contract/job-status.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { conversation } from '../support/batches.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';

const file = storeUnderTest();

let under: TestStore;
let page: PageResource;
let other: PageResource;

/** A sync that ended then, with figures by hand. */
async function ended(
  of: PageResource,
  at: string,
  status: EndedStatus,
  figures: {
    ms?: number;
    inserted?: number;
    updated?: number;
    unchanged?: number;
    failed?: number;
    events?: number;
  },
): Promise<string> {
  const jobId = await under.endedJob(of, status);
  const { ms = 0, inserted = 0, updated = 0, unchanged = 0, failed = 0, events = 0 } = figures;
  await under.sql`UPDATE sync_jobs SET completed_at = ${at}::timestamptz, elapsed_ms = ${ms}, inserted = ${inserted},
    updated = ${updated}, unchanged = ${unchanged}, failed = ${failed}, events_created = ${events},
    fetched = ${inserted + updated + unchanged + failed} WHERE id = ${jobId}`;
  return jobId;
}

beforeAll(async () => {
  under = file.it;
  page = await under.newPage();
  other = await under.newPage();
  // Berlin puts its clocks back on 25 October 2026, at 1:00 UTC: that day begins on the 24th at 22:00 and ends on the 25th at 23:00
  await ended(page, '2026-10-24T21:59:59Z', 'COMPLETED', { ms: 10_000, inserted: 100, events: 1000 });
  await ended(page, '2026-10-24T22:00:00Z', 'COMPLETED', {
    ms: 30_000,
    inserted: 40,
    updated: 10,
    failed: 10,
    events: 70,
  });
  await ended(page, '2026-10-25T12:00:00Z', 'UP_TO_DATE', { ms: 1000 });
  await ended(page, '2026-10-25T22:59:59Z', 'PARTIAL', { ms: 9000, unchanged: 60 });
  await ended(page, '2026-10-25T23:00:00Z', 'FAILED', {});
  await ended(other, '2026-10-25T05:00:00Z', 'CANCELLED', { ms: 5000, inserted: 25, events: 3 });
  // a repair is no sync
  const repair = await under.runningJob(page);
  await under.batches.store(under.batch(page, repair, 1, [conversation('mended')]));
  await under.asRepair(repair);
  await under.close(repair, 'COMPLETED');
  await under.sql`UPDATE sync_jobs SET completed_at = '2026-10-25T06:00:00Z' WHERE id = ${repair}`;
  await under.runningJob(other);
});

const history = (pageId: string | null, range: { timeZone?: string; from?: string; to?: string }) =>
  under.store.analytics.syncHistory(pageId, { timeZone: 'UTC', from: undefined, to: undefined, ...range });

describe('syncs by day', () => {
  test('days are those of the time zone, also when clocks change; a day without a sync is there', async () => {
    const { days, ...all } = await history(page.id, {
      timeZone: 'Europe/Berlin',
      from: '2026-10-23',
      to: '2026-10-26',
    });
    expect(days.map(({ day, syncs, conversations }) => [day, syncs, conversations])).toEqual([
      ['2026-10-23', 0, 0],
      ['2026-10-24', 1, 100],
      ['2026-10-25', 3, 120],
      ['2026-10-26', 1, 0],
    ]);
    expect(days[0]).toMatchObject({
      successRate: null,
      averageDurationSeconds: null,
      conversationsPerSecond: null,
    });
    expect(days[2]).toEqual({
      day: '2026-10-25',
      syncs: 3,
      succeeded: 2,
      partial: 1,
      cancelled: 0,
      failed: 0,
      successRate: 66.7,
      // (30 + 1 + 9) / 3
      averageDurationSeconds: 13.3,
      averageConversations: 40,
      conversations: 120,
      inserted: 40,
      updated: 10,
      unchanged: 60,
      setAside: 10,
      eventsCreated: 70,
      // 120 in 40 s
      conversationsPerSecond: 3,
    });
    expect(days[3]).toMatchObject({
      failed: 1,
      successRate: 0,
      averageDurationSeconds: 0,
      conversationsPerSecond: null,
    });
    expect(all).toMatchObject({
      pageId: page.id,
      timeZone: 'Europe/Berlin',
      from: '2026-10-23',
      to: '2026-10-26',
      totals: {
        syncs: 5,
        succeeded: 3,
        successRate: 60,
        averageDurationSeconds: 10,
        conversations: 220,
        eventsCreated: 1070,
        conversationsPerSecond: 4.4,
      },
    });
  });

  test('the same syncs fall on other days elsewhere', async () => {
    const counts = async (timeZone: string) =>
      (await history(page.id, { timeZone, from: '2026-10-24', to: '2026-10-26' })).days.map(
        ({ syncs }) => syncs,
      );
    expect(await counts('UTC')).toEqual([2, 3, 0]);
    // 5:45 ahead
    expect(await counts('Asia/Kathmandu')).toEqual([0, 3, 2]);
    expect(await counts('America/New_York')).toEqual([2, 3, 0]);
  });

  test('all pages together', async () => {
    const { pageId, days, totals } = await history(null, { from: '2026-10-24', to: '2026-10-25' });
    expect(pageId).toBeNull();
    expect(days[1]).toMatchObject({ syncs: 4, cancelled: 1, conversations: 85, eventsCreated: 3 });
    expect(totals).toMatchObject({ syncs: 6, successRate: 50, conversations: 245 });
  });

  test('without a range the last 30 days up to today, of the time zone', async () => {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Kiritimati' }).format();
    const { from, to, days } = await history(page.id, { timeZone: 'Pacific/Kiritimati' });
    expect(to).toBe(today);
    expect(days).toHaveLength(30);
    expect(days[0]?.day).toBe(from);
    expect((await history(page.id, { to: '2026-03-01' })).from).toBe('2026-01-31');
  });

  test('a time zone that PostgreSQL does not know is refused by it', async () => {
    await expect(history(null, { timeZone: 'Mars/Olympus' })).rejects.toMatchObject({ code: '22023' });
  });

  test('at a prompt: a row a page and day in UTC, and the function for other time zones', async () => {
    const rows =
      await under.sql`SELECT page_name, day::text, total_syncs, successful_syncs, success_rate, avg_duration_seconds,
      conversations, conversations_per_second FROM sync_days WHERE page_id = ${page.id}`;
    expect([...rows]).toEqual([
      {
        page_name: page.name,
        day: '2026-10-25',
        total_syncs: 3,
        successful_syncs: 1,
        success_rate: '33.3',
        avg_duration_seconds: '3.3',
        conversations: 60,
        conversations_per_second: '6.0',
      },
      {
        page_name: page.name,
        day: '2026-10-24',
        total_syncs: 2,
        successful_syncs: 2,
        success_rate: '100.0',
        avg_duration_seconds: '20.0',
        conversations: 160,
        conversations_per_second: '4.0',
      },
    ]);
    // of all pages, and of each
    const each =
      await under.sql`SELECT p.name, d.total_syncs FROM sync_days_of(first_day => '2026-10-25', last_day => '2026-10-25',
      by_page => true) d JOIN facebook_pages p ON p.id = d.page_id WHERE d.page_id = ANY(${[page.id, other.id]}) ORDER BY 2 DESC`;
    expect([...each]).toEqual([
      { name: page.name, total_syncs: 3 },
      { name: other.name, total_syncs: 1 },
    ]);
    const berlin =
      await under.sql`SELECT day::text, total_syncs FROM sync_days_of('Europe/Berlin', ${page.id})`;
    expect([...berlin]).toEqual([
      { day: '2026-10-26', total_syncs: 1 },
      { day: '2026-10-25', total_syncs: 3 },
      { day: '2026-10-24', total_syncs: 1 },
    ]);
  });
});

describe('the list of jobs', () => {
  const all = { after: null, limit: 200 };
  const times = { early: '2026-10-01T00:00:00.000Z', late: '2026-10-02T00:00:00.123Z' };
  let mine: PageResource;
  let early: string;
  let late: string;
  beforeAll(async () => {
    mine = await under.newPage();
    early = await under.endedJob(mine, 'FAILED');
    late = await under.endedJob(mine, 'PARTIAL');
    await under.sql`UPDATE sync_jobs SET created_at = ${times.early}, mode = 'incremental', trigger = 'retry' WHERE id = ${early}`;
    // as PostgreSQL has it, to the microsecond, while the API shows milliseconds
    await under.sql`UPDATE sync_jobs SET created_at = '2026-10-02T00:00:00.123456Z' WHERE id = ${late}`;
  });
  const list = async (filter: Parameters<TestStore['jobs']['list']>[1]) =>
    (await under.jobs.list(all, { pageId: mine.id, ...filter })).data.map(({ id }) => id);

  test('is narrowed by all that is given', async () => {
    expect(await list({})).toEqual([late, early]);
    expect(await list({ status: ['FAILED'] })).toEqual([early]);
    expect(await list({ status: ['FAILED', 'PARTIAL'] })).toEqual([late, early]);
    expect(await list({ status: ['COMPLETED'] })).toEqual([]);
    expect(await list({ mode: 'incremental' })).toEqual([early]);
    expect(await list({ trigger: 'manual' })).toEqual([late]);
    expect(await list({ trigger: 'manual', mode: 'incremental' })).toEqual([]);
    expect(await list({ since: times.late })).toEqual([late]);
    expect(await list({ until: times.early })).toEqual([early]);
    expect(await list({ since: times.early, until: times.late })).toEqual([late, early]);
  });

  test('keeps its filter from page to page', async () => {
    const filter = { pageId: mine.id, status: ['FAILED' as const, 'PARTIAL' as const] };
    const first = await under.jobs.list({ after: null, limit: 1 }, filter);
    expect(first.data.map(({ id }) => id)).toEqual([late]);
    const after = JSON.parse(Buffer.from(first.nextCursor ?? '', 'base64url').toString());
    const second = await under.jobs.list({ after, limit: 1 }, filter);
    expect(second).toMatchObject({ data: [{ id: early }], nextCursor: null });
  });
});
