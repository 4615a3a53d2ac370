import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { APP_POOL, type BudgetMeter, type Turn } from '../../src/contract/budget.ts';
import { connectSql, createGraphBudget, type Sql } from '../../src/store/index.ts';
import { paceMs } from '../../src/store/pace.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const PARK_MS = 300_000;
const LONG_MS = 60 * 60_000;
/** Between two statements of a test pass less than these milliseconds, however busy the machine is. */
const SLACK_MS = 2000;

let database: TestDatabase;
let sql: Sql;
let budget: BudgetMeter;
beforeAll(async () => {
  database = await createDatabase();
  sql = database.sql;
  budget = createGraphBudget(sql, 2, PARK_MS);
});
afterAll(() => database.drop());
afterEach(async () => {
  await sql`DELETE FROM graph_budget WHERE asset <> ${APP_POOL}`;
  await sql`UPDATE graph_budget SET next_call_at = now(), blocked_until = NULL, blocked_why = NULL,
    usage_percent = NULL, observed_at = NULL`;
});

const row = async (pool: string) => {
  const [found] = await sql<
    {
      next_call_at: Date;
      blocked_until: Date | null;
      blocked_why: string | null;
      usage_percent: number | null;
    }[]
  >`SELECT * FROM graph_budget WHERE asset = ${pool}`;
  if (found === undefined) throw new Error(`No row of ${pool}`);
  return found;
};

/** Milliseconds that the turns behind the next one are away from it. */
async function spacing(of: BudgetMeter, asset: string): Promise<number> {
  expect(await of.take(asset, LONG_MS)).toMatchObject({ granted: true });
  const first = await row(asset);
  expect(await of.take(asset, LONG_MS)).toMatchObject({ granted: true });
  return (await row(asset)).next_call_at.getTime() - first.next_call_at.getTime();
}

const age = (pool: string, minutes: number) =>
  sql`UPDATE graph_budget SET observed_at = observed_at - ${minutes} * interval '1 minute' WHERE asset = ${pool}`;

/** The block of a pool has passed; what its meter showed is still known. */
const unblock = (pool: string) =>
  sql`UPDATE graph_budget SET blocked_until = now(), next_call_at = now() WHERE asset = ${pool}`;

function denied(turn: Turn): { inMs: number; why: string | undefined } {
  if (turn.granted) throw new Error(`granted in ${turn.waitMs} ms`);
  return { inMs: turn.untilMs - Date.now(), why: turn.why };
}

function expectAbout(ms: number, expected: number) {
  expect(ms).toBeGreaterThan(expected - SLACK_MS);
  expect(ms).toBeLessThanOrEqual(expected + 100);
}

/** The spacing of a meter at so many percent, as far as JavaScript's times can tell. */
function expectPace(ms: number, percent: number) {
  expect(Math.abs(ms - paceMs(percent, 2))).toBeLessThanOrEqual(1);
}

describe('turns', () => {
  test('are spaced evenly, each asset for itself', async () => {
    expect(await budget.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await budget.take('b', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await spacing(budget, 'a')).toBe(505);
  });

  test('that are too far away are not taken', async () => {
    await budget.take('a', 0);
    const before = await row('a');
    expect(denied(await budget.take('a', 0)).why).toBeUndefined();
    expect((await row('a')).next_call_at).toEqual(before.next_call_at);
  });

  test('taken by two workers at once are two turns, also the first two of an asset', async () => {
    const other = connectSql(database.url, 5);
    const budgets = [budget, createGraphBudget(other, 2, PARK_MS)];
    const turns = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (budgets[i % 2] as BudgetMeter).take('a', LONG_MS)),
    );
    await other.end();
    const waits = turns.map((turn) => (turn.granted ? turn.waitMs : Number.NaN)).sort((x, y) => x - y);
    waits.forEach((wait, i) => {
      expectAbout(wait, i * 505);
    });
    expect((await row('a')).next_call_at.getTime() - Date.now()).toBeGreaterThan(40 * 505 - SLACK_MS);
  });

  test('say what is known of the meters, so that it need not be told again while nothing depends on it', async () => {
    await budget.take('a', 0);
    await budget.observe('a', 30, 0);
    await budget.observe(APP_POOL, 74, 0);
    expect(await budget.take('a', LONG_MS)).toMatchObject({ known: { asset: 30, app: 74 } });
    await budget.observe('a', 75, 0);
    await database.sql`UPDATE graph_budget SET observed_at = now() - interval '2 minutes' WHERE asset = ${APP_POOL}`;
    expect(await budget.take('a', LONG_MS)).toMatchObject({ known: { asset: null, app: null } });
  });

  test('without a limit are granted without writing', async () => {
    const unlimited = createGraphBudget(database.sql, 0, PARK_MS);
    await unlimited.take('a', 0);
    const xmin = async () =>
      (await database.sql`SELECT xmin::text FROM graph_budget WHERE asset = 'a'`)[0]?.xmin;
    const before = await xmin();
    expect(await unlimited.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await xmin()).toBe(before);
  });

  test('of an asset that another worker meets first at the same moment are granted once', async () => {
    for (let i = 0; i < 20; i++) {
      const turns = await Promise.all(Array.from({ length: 4 }, () => budget.take(`new-${i}`, 0)));
      expect(turns.filter((turn) => turn.granted).length).toBe(1);
    }
  });

  test('move back behind a call that was late', async () => {
    await budget.take('a', 0);
    const before = await row('a');
    await budget.late('a', 300);
    expect((await row('a')).next_call_at.getTime() - before.next_call_at.getTime()).toBe(300);
  });
});

describe('a meter slows its turns', () => {
  test.each([[74], [75], [80], [85], [90], [94]])('at %i percent of the asset', async (percent) => {
    await budget.take('a', 0);
    await budget.observe('a', percent, 0);
    expectPace(await spacing(budget, 'a'), percent);
    expect(await spacing(budget, 'b')).toBe(505);
  });

  test('of the app: those of all assets, also where no limit is set; the fuller meter counts', async () => {
    await budget.observe(APP_POOL, 80, 0);
    expectPace(await spacing(budget, 'a'), 80);
    expectPace(await spacing(createGraphBudget(sql, 0), 'b'), 80);
    await budget.observe('a', 90, 0);
    expectPace(await spacing(budget, 'a'), 90);
    await budget.observe(APP_POOL, 93, 0);
    expectPace(await spacing(budget, 'a'), 93);
  });

  test('not at all without a limit below 75 %', async () => {
    const unlimited = createGraphBudget(sql, 0);
    await unlimited.observe(APP_POOL, 74, 0);
    expect(await unlimited.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await unlimited.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
  });

  test('until it sinks', async () => {
    await budget.take('a', 0);
    await budget.observe('a', 94, 0);
    await budget.observe('a', 20, 0);
    expect(await spacing(budget, 'a')).toBe(505);
  });

  test.each(['a', APP_POOL])('for an hour after it was last seen: pool %s', async (pool) => {
    await budget.take('a', 0);
    await budget.observe(pool, 90, 0);
    await age(pool, 59);
    expectPace(await spacing(budget, 'a'), 90);
    await age(pool, 2);
    expect(await spacing(budget, 'a')).toBe(505);
  });

  test('for as long as it is seen, though it shows the same', async () => {
    await budget.take('a', 0);
    await budget.observe('a', 90, 0);
    await age('a', 59);
    await budget.observe('a', 90, 0);
    await age('a', 59);
    expectPace(await spacing(budget, 'a'), 90);
  });
});

describe('a full meter parks', () => {
  test.each([
    [95, 0, PARK_MS],
    [118, 0, PARK_MS],
    [97, 19 * 60_000, 19 * 60_000],
    [97, 1000, 1000],
  ])('at %i percent, with %i ms to regain access: %i ms', async (percent, regainMs, expected) => {
    await budget.take('a', 0);
    await budget.observe('a', percent, regainMs);
    const { inMs, why } = denied(await budget.take('a', 0));
    expectAbout(inMs, expected);
    expect(why).toBe(`Meta’s usage meter of this inbox stands at ${percent} %`);
    expect((await row('a')).blocked_until).not.toBeNull();
    expect(await budget.take('b', 0)).toMatchObject({ granted: true, waitMs: 0 });
  });

  test('longer when a later answer says so, never shorter', async () => {
    await budget.take('a', 0);
    await budget.observe('a', 97, 0);
    await budget.observe('a', 97, 19 * 60_000);
    await budget.observe('a', 98, 0);
    await budget.observe('a', 60, 0);
    expectAbout(denied(await budget.take('a', 0)).inMs, 19 * 60_000);
  });

  test('then one call looks: still full parks again, sunk lets go on at its pace', async () => {
    await budget.take('a', 0);
    await budget.observe('a', 97, 0);
    await unblock('a');
    expect(await budget.take('a', 5000)).toMatchObject({ granted: true, waitMs: 0 });
    const next = denied(await budget.take('a', 5000));
    expectAbout(next.inMs, 15_000);
    expect(next.why).toMatch(/97 %/);

    await budget.observe('a', 97, 0);
    expectAbout(denied(await budget.take('a', 5000)).inMs, PARK_MS);
    // the park is all that is waited for
    await sql`UPDATE graph_budget SET blocked_until = now() WHERE asset = 'a'`;
    expect(await budget.take('a', 5000)).toMatchObject({ granted: true });
    await budget.observe('a', 80, 0);
    const turn = await budget.take('a', 5000);
    expect(turn).toMatchObject({ granted: true });
    expect(turn.granted && turn.waitMs).toBeLessThanOrEqual(Math.ceil(paceMs(80, 2)));
  });

  test('of the app: every asset, and of all of them one call looks', async () => {
    await budget.observe(APP_POOL, 96, 0);
    for (const asset of ['a', 'b']) {
      const { inMs, why } = denied(await budget.take(asset, 5000));
      expectAbout(inMs, PARK_MS);
      expect(why).toMatch(/the app.* 96 %/);
    }
    await unblock(APP_POOL);
    const assets = Array.from({ length: 12 }, (_, i) => `page-${i}`);
    const looks = await Promise.all(assets.map((asset) => budget.take(asset, 5000)));
    expect(looks.filter((turn) => turn.granted).length).toBe(1);
    expectAbout(denied(await budget.take('a', 5000)).inMs, 1000);

    await budget.observe(APP_POOL, 40, 0);
    for (const asset of ['a', 'b'])
      expect(await budget.take(asset, 5000)).toMatchObject({ granted: true, waitMs: 0 });
    // also the one that looked goes on soon
    for (const asset of assets) expect(await budget.take(asset, 5000)).toMatchObject({ granted: true });
  });

  test('of the app: of those that ask at the same moment one looks', async () => {
    await budget.observe(APP_POOL, 96, 0);
    await unblock(APP_POOL);
    const other = connectSql(database.url, 2);
    let looks: Promise<Turn[]> | undefined;
    await other.begin(async (tx) => {
      await tx`UPDATE graph_budget SET updated_at = now() WHERE asset = ${APP_POOL}`;
      looks = Promise.all(['a', 'b', 'c'].map((asset) => budget.take(asset, 5000)));
      // all three have seen that a look is due
      await eventually(async () => {
        const waiting = await other`SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return waiting.length === 3;
      }, 'three takes to wait for the row');
    });
    await other.end();
    expect((await looks)?.filter((turn) => turn.granted).length).toBe(1);
  });

  test('an asset that has no turn does not use up the app’s look', async () => {
    await budget.block('a', PARK_MS, 'Meta said so');
    await budget.observe(APP_POOL, 96, 0);
    await unblock(APP_POOL);
    expectAbout(denied(await budget.take('a', 5000)).inMs, PARK_MS);
    expect(await budget.take('b', 5000)).toMatchObject({ granted: true, waitMs: 0 });
  });

  test('and is forgotten like any other: turns come as if nothing were known', async () => {
    await budget.take('a', 0);
    await budget.observe('a', 97, 0);
    await budget.observe(APP_POOL, 97, 0);
    for (const pool of ['a', APP_POOL]) {
      await unblock(pool);
      await age(pool, 61);
    }
    expect(await spacing(budget, 'a')).toBe(505);
  });
});

describe('a block', () => {
  test('of an asset stops its calls alone, one of the app the calls of all', async () => {
    await budget.block('a', 60_000, 'too many calls to this page');
    expect(denied(await budget.take('a', 5000))).toMatchObject({ why: 'too many calls to this page' });
    expect(await budget.take('b', 5000)).toMatchObject({ granted: true });
    await budget.block(APP_POOL, 120_000, 'the app has called too often');
    for (const asset of ['a', 'b', 'c']) {
      const { inMs, why } = denied(await budget.take(asset, 5000));
      expectAbout(inMs, 120_000);
      expect(why).toBe('the app has called too often');
    }
  });

  test('is never shortened, and keeps its reason', async () => {
    await budget.block('a', 600_000, 'long');
    await budget.block('a', 1000, 'short');
    const { inMs, why } = denied(await budget.take('a', 5000));
    expectAbout(inMs, 600_000);
    expect(why).toBe('long');
  });

  test('that ends soon is waited for', async () => {
    await budget.block('a', 3000, 'soon over');
    const own = await budget.take('a', 5000);
    await budget.block(APP_POOL, 4000, 'soon over');
    const all = await budget.take('b', 5000);
    expectAbout(own.granted ? own.waitMs : Number.NaN, 3000);
    expectAbout(all.granted ? all.waitMs : Number.NaN, 4000);
  });

  test('counts by PostgreSQL’s clock, however wrong the worker’s is', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await budget.block('a', 60_000, 'a minute');
      await budget.block(APP_POOL, 50_000, 'less than a minute');
      expectAbout(denied(await budget.take('a', 5000)).inMs, 60_000);
    } finally {
      vi.useRealTimers();
    }
    expectAbout(denied(await budget.take('a', 5000)).inMs, 60_000);
  });
});

describe('the app’s row', () => {
  /** Changes when the row is written or locked. */
  const traces = async () =>
    (await sql`SELECT xmin, xmax, ctid FROM graph_budget WHERE asset = ${APP_POOL}`)[0];

  test('is neither written nor locked by calls that show the same', async () => {
    await budget.observe(APP_POOL, 41, 0);
    const before = await traces();
    for (let i = 0; i < 20; i++) {
      await budget.take(`page-${i}`, 0);
      await budget.observe(APP_POOL, 41, 0);
      await budget.observe(`page-${i}`, i, 0);
    }
    expect(await traces()).toEqual(before);
    await budget.observe(APP_POOL, 42, 0);
    expect(await traces()).not.toEqual(before);
  });

  test('that is being written holds up no turn', async () => {
    const other = connectSql(database.url, 1);
    await other.begin(async (tx) => {
      await tx`UPDATE graph_budget SET usage_percent = 50, observed_at = now() WHERE asset = ${APP_POOL}`;
      expect(await budget.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    });
    await other.end();
  });

  test('that somebody removed is as one that nobody has read', async () => {
    await sql`DELETE FROM graph_budget WHERE asset = ${APP_POOL}`;
    expect(await budget.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await spacing(budget, 'a')).toBe(505);
    await budget.block(APP_POOL, 60_000, 'again');
    expect(denied(await budget.take('a', 0)).why).toBe('again');
  });
});
