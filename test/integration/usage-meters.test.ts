/* The meters of Meta's usage headers on the real stack: slower from 75 %, parked from 95 %, and whose calls a throttle stops. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { APP_POOL } from '../../src/contract/budget.ts';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import type { Running } from '../../src/running.ts';
import { paceMs } from '../../src/store/pace.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

let stack: Stack;
let worker: Running;
let pages: TestPage[] = [];
beforeAll(async () => {
  stack = await startStack({ workers: 0, env: { SYNC_SLICE_SECONDS: '0.2' } });
  await logTurns();
});
afterAll(() => stack.close());
afterEach(async () => {
  for (const page of pages) await stack.api.post(`/api/pages/${page.id}/sync/cancel`);
  for (const page of pages) await stack.ended(page);
  await worker.close();
  pages = [];
  usage({});
  stack.simulator.control('DELETE', '/faults');
  await stack.sql`DELETE FROM graph_budget WHERE asset <> ${APP_POOL}`;
  await stack.sql`UPDATE graph_budget SET next_call_at = now(), blocked_until = NULL, usage_percent = NULL, observed_at = NULL`;
});

/** Every turn that is taken of a row that is there, with its distance to the turn behind it. */
async function logTurns(): Promise<void> {
  await stack.sql.unsafe(`
    CREATE TABLE turns (asset text, ms float8);
    CREATE FUNCTION log_turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO turns SELECT NEW.asset, 1000 * extract(epoch FROM
        NEW.next_call_at - greatest(OLD.next_call_at, OLD.blocked_until, clock_timestamp()));
      RETURN NULL;
    END $$;
    CREATE TRIGGER log_turn AFTER UPDATE ON graph_budget FOR EACH ROW
      -- not a call that was late, nor what an answer showed
      WHEN (OLD.next_call_at < NEW.next_call_at AND current_query() LIKE '%INSERT INTO graph_budget%')
      EXECUTE FUNCTION log_turn()`);
}

/** @param parkSeconds how long a full meter, or a throttle, parks when Meta says nothing */
async function startWorker(parkSeconds: number, callsPerSecond = 0): Promise<void> {
  const { graph } = stack.config;
  worker = await stack.addWorker({ graph: { ...graph, callsPerSecond, throttleWaitMs: parkSeconds * 1000 } });
}

function usage(says: object): void {
  stack.simulator.control('POST', '/usage', says);
}

async function syncPage(conversations: number): Promise<TestPage> {
  const page = await stack.addPage({ conversations });
  await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  pages.push(page);
  return page;
}

const status = async (page: TestPage) =>
  (await stack.api.get<SyncStatusResource>(`/api/pages/${page.id}/sync`)).body;

/** Waits until no platform of the page may call for a while, which its job says too. */
const parked = (page: TestPage) =>
  eventually(async () => {
    const now = await status(page);
    const waits = now.streams?.every((stream) => stream.state === 'waiting');
    return waits && now.job.waitingUntil !== null ? now : null;
  }, `page ${page.facebookPageId} to be parked`);

const calls = (page: TestPage) =>
  stack.simulator.control('GET', `/calls?page=${page.facebookPageId}`) as { total: number };

const minutesAway = (now: SyncStatusResource) =>
  (Date.parse(String(now.job.waitingUntil)) - Date.now()) / 60_000;

describe('slower from 75 %', () => {
  const LIMIT = 20;

  test.each([
    ['the asset’s meter at 50', { buc: [{ call_count: 50 }] }, 50],
    ['the asset’s meter at 80', { buc: [{ call_count: 80 }] }, 80],
    ['the app’s meter at 90', { app: { call_count: 90 } }, 90],
    ['the older page header at 85', { page: { total_time: 85 } }, 85],
  ])('%s: turns are as far apart as that asks for', async (_, says, percent) => {
    await startWorker(300, LIMIT);
    usage(says);
    const page = await syncPage(1200);
    expect(await stack.ended(page)).toMatchObject({ status: 'COMPLETED', totals: { fetched: 1200 } });
    const [spaced] = await stack.sql<{ count: number; median: number }[]>`SELECT count(*),
      percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS median FROM turns WHERE asset = ${page.facebookPageId}`;
    expect(spaced?.count).toBeGreaterThanOrEqual(7);
    expect(Math.abs(Number(spaced?.median) - paceMs(percent, LIMIT))).toBeLessThan(2);
  });
});

describe('parked from 95 %', () => {
  test('visibly, with the meter as the reason; a cancel works meanwhile', async () => {
    await startWorker(300);
    usage({ buc: [{ call_count: 97 }] });
    const page = await syncPage(600);
    const now = await parked(page);
    expect(minutesAway(now)).toBeGreaterThan(4);
    expect(minutesAway(now)).toBeLessThan(5.1);
    expect(now.job).toMatchObject({ status: 'IN_PROGRESS', totals: { fetched: 200, failed: 0 } });
    expect(now.job.lastError).toEqual({
      kind: 'throttle',
      message: 'Meta limits how much may be read. The sync waits for that, and goes on by itself.',
      detail: 'Meta’s usage meter of this inbox stands at 97 %',
    });
    // one call a platform: it showed the meter, and what it fetched is stored
    expect(calls(page).total).toBe(2);
    await stack.api.post(`/api/pages/${page.id}/sync/cancel`);
    expect((await stack.ended(page)).status).toBe('CANCELLED');
    expect(calls(page).total).toBe(2);
  });

  test('as long as Meta says that it takes', async () => {
    await startWorker(300);
    usage({ buc: [{ call_count: 96, estimated_time_to_regain_access: 19 }] });
    const now = await parked(await syncPage(600));
    expect(minutesAway(now)).toBeGreaterThan(18);
    expect(minutesAway(now)).toBeLessThan(19.1);
  });

  test('then looked at by one call; a meter that has sunk lets the sync go on', async () => {
    // longer than a slice waits for by itself
    await startWorker(6);
    usage({ buc: [{ call_count: 97 }] });
    const page = await syncPage(1200);
    const first = await parked(page);
    // a look of each platform, which found the meter full again
    await eventually(
      async () => (await status(page)).job.totals.fetched === 400,
      'both platforms to have looked',
    );
    const second = await parked(page);
    expect(Date.parse(String(second.job.waitingUntil))).toBeGreaterThan(
      Date.parse(String(first.job.waitingUntil)) + 1000,
    );
    expect(calls(page).total).toBe(4);
    usage({});
    expect(await stack.ended(page)).toMatchObject({
      status: 'COMPLETED',
      totals: { inserted: 1200, failed: 0 },
    });
    await expectInboxStored(stack, page);
  });

  test('by the app’s meter: also a page that has not called yet', async () => {
    await startWorker(300);
    usage({ app: { call_count: 10, total_time: 99 } });
    const first = await syncPage(600);
    expect((await parked(first)).job.lastError?.detail).toMatch(/meter of the app.* 99 %/);
    const second = await syncPage(300);
    expect(minutesAway(await parked(second))).toBeGreaterThan(4);
    expect(calls(second).total).toBe(0);
  });
});

describe('a throttle', () => {
  test.each([
    ['throttle-4', false],
    ['throttle-341', false],
    ['throttle-80001', true],
    ['throttle-32', true],
    ['throttle-613', true],
  ])('%s met by one page; others go on: %s', async (name, othersGoOn) => {
    await startWorker(300);
    // the code alone, without a meter that shows it
    usage({ raw: { 'x-app-usage': null, 'x-page-usage': null, 'x-business-use-case-usage': null } });
    stack.simulator.control('POST', '/latency', { ms: 40 });
    const running = await syncPage(othersGoOn ? 600 : 20_000);
    await eventually(async () => (await status(running)).job.totals.fetched > 0, 'the first page to get on');
    const throttled = await stack.addPage({ conversations: 300, instagram: false });
    stack.simulator.control('POST', '/faults', {
      match: { page: throttled.facebookPageId },
      fault: { kind: 'error', name },
    });
    await stack.api.post(`/api/pages/${throttled.id}/sync`);
    pages.push(throttled);
    expect(minutesAway(await parked(throttled))).toBeGreaterThan(4);
    stack.simulator.control('POST', '/latency', { ms: 0 });

    if (othersGoOn) {
      expect((await stack.ended(running)).status).toBe('COMPLETED');
      expect((await stack.ended(await syncPage(300))).status).toBe('COMPLETED');
    } else {
      await parked(running);
      const before = calls(running).total;
      const fresh = await syncPage(300);
      await parked(fresh);
      expect(calls(fresh).total).toBe(0);
      expect(calls(running).total).toBe(before);
    }
    expect(calls(throttled).total).toBe(1);
    expect(minutesAway(await parked(throttled))).toBeGreaterThan(4);
  });
});
