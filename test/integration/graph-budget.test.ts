import { describe, expect, test, vi } from 'vitest';
import { APP_POOL, type BudgetMeter } from '../../src/contract/budget.ts';
import { connectSql, createGraphBudget } from '../../src/store/index.ts';
import {
  budgetUnderTest,
  denied,
  expectAbout,
  LONG_MS,
  PARK_MS,
  SLACK_MS,
} from '../support/budget-under-test.ts';

const under = budgetUnderTest();
const { row, spacing } = under;

describe('turns', () => {
  test('are spaced evenly, each asset for itself', async () => {
    expect(await under.budget.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await under.budget.take('b', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await spacing(under.budget, 'a')).toBe(505);
  });

  test('that are too far away are not taken', async () => {
    await under.budget.take('a', 0);
    const before = await row('a');
    expect(denied(await under.budget.take('a', 0)).why).toBeUndefined();
    expect((await row('a')).next_call_at).toEqual(before.next_call_at);
  });

  test('taken by two workers at once are two turns, also the first two of an asset', async () => {
    const other = connectSql(under.database.url, 5);
    const budgets = [under.budget, createGraphBudget(other, 2, PARK_MS)];
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
    await under.budget.take('a', 0);
    await under.budget.observe('a', 30, 0);
    await under.budget.observe(APP_POOL, 74, 0);
    expect(await under.budget.take('a', LONG_MS)).toMatchObject({ known: { asset: 30, app: 74 } });
    await under.budget.observe('a', 75, 0);
    await under.database
      .sql`UPDATE graph_budget SET observed_at = now() - interval '2 minutes' WHERE asset = ${APP_POOL}`;
    expect(await under.budget.take('a', LONG_MS)).toMatchObject({ known: { asset: null, app: null } });
  });

  test('without a limit are granted without writing', async () => {
    const unlimited = createGraphBudget(under.database.sql, 0, PARK_MS);
    await unlimited.take('a', 0);
    const xmin = async () =>
      (await under.database.sql`SELECT xmin::text FROM graph_budget WHERE asset = 'a'`)[0]?.xmin;
    const before = await xmin();
    expect(await unlimited.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await xmin()).toBe(before);
  });

  test('of an asset that another worker meets first at the same moment are granted once', async () => {
    for (let i = 0; i < 20; i++) {
      const turns = await Promise.all(Array.from({ length: 4 }, () => under.budget.take(`new-${i}`, 0)));
      expect(turns.filter((turn) => turn.granted).length).toBe(1);
    }
  });

  test('move back behind a call that was late', async () => {
    await under.budget.take('a', 0);
    const before = await row('a');
    await under.budget.late('a', 300);
    expect((await row('a')).next_call_at.getTime() - before.next_call_at.getTime()).toBe(300);
  });
});

describe('a block', () => {
  test('of an asset stops its calls alone, one of the app the calls of all', async () => {
    await under.budget.block('a', 60_000, 'too many calls to this page');
    expect(denied(await under.budget.take('a', 5000))).toMatchObject({ why: 'too many calls to this page' });
    expect(await under.budget.take('b', 5000)).toMatchObject({ granted: true });
    await under.budget.block(APP_POOL, 120_000, 'the app has called too often');
    for (const asset of ['a', 'b', 'c']) {
      const { inMs, why } = denied(await under.budget.take(asset, 5000));
      expectAbout(inMs, 120_000);
      expect(why).toBe('the app has called too often');
    }
  });

  test('is never shortened, and keeps its reason', async () => {
    await under.budget.block('a', 600_000, 'long');
    await under.budget.block('a', 1000, 'short');
    const { inMs, why } = denied(await under.budget.take('a', 5000));
    expectAbout(inMs, 600_000);
    expect(why).toBe('long');
  });

  test('that ends soon is waited for', async () => {
    await under.budget.block('a', 3000, 'soon over');
    const own = await under.budget.take('a', 5000);
    await under.budget.block(APP_POOL, 4000, 'soon over');
    const all = await under.budget.take('b', 5000);
    expectAbout(own.granted ? own.waitMs : Number.NaN, 3000);
    expectAbout(all.granted ? all.waitMs : Number.NaN, 4000);
  });

  test('counts by PostgreSQL’s clock, however wrong the worker’s is', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await under.budget.block('a', 60_000, 'a minute');
      await under.budget.block(APP_POOL, 50_000, 'less than a minute');
      expectAbout(denied(await under.budget.take('a', 5000)).inMs, 60_000);
    } finally {
      vi.useRealTimers();
    }
    expectAbout(denied(await under.budget.take('a', 5000)).inMs, 60_000);
  });
});

describe('the app’s row', () => {
  /** Changes when the row is written or locked. */
  const traces = async () =>
    (await under.sql`SELECT xmin, xmax, ctid FROM graph_budget WHERE asset = ${APP_POOL}`)[0];

  test('is neither written nor locked by calls that show the same', async () => {
    await under.budget.observe(APP_POOL, 41, 0);
    const before = await traces();
    for (let i = 0; i < 20; i++) {
      await under.budget.take(`page-${i}`, 0);
      await under.budget.observe(APP_POOL, 41, 0);
      await under.budget.observe(`page-${i}`, i, 0);
    }
    expect(await traces()).toEqual(before);
    await under.budget.observe(APP_POOL, 42, 0);
    expect(await traces()).not.toEqual(before);
  });

  test('that is being written holds up no turn', async () => {
    const other = connectSql(under.database.url, 1);
    await other.begin(async (tx) => {
      await tx`UPDATE graph_budget SET usage_percent = 50, observed_at = now() WHERE asset = ${APP_POOL}`;
      expect(await under.budget.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    });
    await other.end();
  });

  test('that somebody removed is as one that nobody has read', async () => {
    await under.sql`DELETE FROM graph_budget WHERE asset = ${APP_POOL}`;
    expect(await under.budget.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await spacing(under.budget, 'a')).toBe(505);
    await under.budget.block(APP_POOL, 60_000, 'again');
    expect(denied(await under.budget.take('a', 0)).why).toBe('again');
  });
});
