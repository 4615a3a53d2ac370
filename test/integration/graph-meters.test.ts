import { describe, expect, test } from 'vitest';
import { APP_POOL, type Turn } from '../../src/contract/budget.ts';
import { connectSql, createGraphBudget } from '../../src/store/index.ts';
import { paceMs } from '../../src/store/pace.ts';
import { budgetUnderTest, denied, expectAbout, expectPace, PARK_MS } from '../support/budget-under-test.ts';
import { eventually } from '../support/eventually.ts';

const under = budgetUnderTest();
const { row, spacing, age, unblock } = under;

describe('a meter slows its turns', () => {
  test.each([[74], [75], [80], [85], [90], [94]])('at %i percent of the asset', async (percent) => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', percent, 0);
    expectPace(await spacing(under.budget, 'a'), percent);
    expect(await spacing(under.budget, 'b')).toBe(505);
  });

  test('of the app: those of all assets, also where no limit is set; the fuller meter counts', async () => {
    await under.budget.observe(APP_POOL, 80, 0);
    expectPace(await spacing(under.budget, 'a'), 80);
    expectPace(await spacing(createGraphBudget(under.sql, 0), 'b'), 80);
    await under.budget.observe('a', 90, 0);
    expectPace(await spacing(under.budget, 'a'), 90);
    await under.budget.observe(APP_POOL, 93, 0);
    expectPace(await spacing(under.budget, 'a'), 93);
  });

  test('not at all without a limit below 75 %', async () => {
    const unlimited = createGraphBudget(under.sql, 0);
    await unlimited.observe(APP_POOL, 74, 0);
    expect(await unlimited.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
    expect(await unlimited.take('a', 0)).toMatchObject({ granted: true, waitMs: 0 });
  });

  test('until it sinks', async () => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', 94, 0);
    await under.budget.observe('a', 20, 0);
    expect(await spacing(under.budget, 'a')).toBe(505);
  });

  test.each(['a', APP_POOL])('for an hour after it was last seen: pool %s', async (pool) => {
    await under.budget.take('a', 0);
    await under.budget.observe(pool, 90, 0);
    await age(pool, 59);
    expectPace(await spacing(under.budget, 'a'), 90);
    await age(pool, 2);
    expect(await spacing(under.budget, 'a')).toBe(505);
  });

  test('for as long as it is seen, though it shows the same', async () => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', 90, 0);
    await age('a', 59);
    await under.budget.observe('a', 90, 0);
    await age('a', 59);
    expectPace(await spacing(under.budget, 'a'), 90);
  });
});

describe('a full meter parks', () => {
  test.each([
    [95, 0, PARK_MS],
    [118, 0, PARK_MS],
    [97, 19 * 60_000, 19 * 60_000],
    [97, 1000, 1000],
  ])('at %i percent, with %i ms to regain access: %i ms', async (percent, regainMs, expected) => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', percent, regainMs);
    const { inMs, why } = denied(await under.budget.take('a', 0));
    expectAbout(inMs, expected);
    expect(why).toBe(`Meta’s usage meter of this inbox stands at ${percent} %`);
    expect((await row('a')).blocked_until).not.toBeNull();
    expect(await under.budget.take('b', 0)).toMatchObject({ granted: true, waitMs: 0 });
  });

  test('longer when a later answer says so, never shorter', async () => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', 97, 0);
    await under.budget.observe('a', 97, 19 * 60_000);
    await under.budget.observe('a', 98, 0);
    await under.budget.observe('a', 60, 0);
    expectAbout(denied(await under.budget.take('a', 0)).inMs, 19 * 60_000);
  });

  test('then one call looks: still full parks again, sunk lets go on at its pace', async () => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', 97, 0);
    await unblock('a');
    expect(await under.budget.take('a', 5000)).toMatchObject({ granted: true, waitMs: 0 });
    const next = denied(await under.budget.take('a', 5000));
    expectAbout(next.inMs, 15_000);
    expect(next.why).toMatch(/97 %/);

    await under.budget.observe('a', 97, 0);
    expectAbout(denied(await under.budget.take('a', 5000)).inMs, PARK_MS);
    // the park is all that is waited for
    await under.sql`UPDATE graph_budget SET blocked_until = now() WHERE asset = 'a'`;
    expect(await under.budget.take('a', 5000)).toMatchObject({ granted: true });
    await under.budget.observe('a', 80, 0);
    const turn = await under.budget.take('a', 5000);
    expect(turn).toMatchObject({ granted: true });
    expect(turn.granted && turn.waitMs).toBeLessThanOrEqual(Math.ceil(paceMs(80, 2)));
  });

  test('of the app: every asset, and of all of them one call looks', async () => {
    await under.budget.observe(APP_POOL, 96, 0);
    for (const asset of ['a', 'b']) {
      const { inMs, why } = denied(await under.budget.take(asset, 5000));
      expectAbout(inMs, PARK_MS);
      expect(why).toMatch(/the app.* 96 %/);
    }
    await unblock(APP_POOL);
    const assets = Array.from({ length: 12 }, (_, i) => `page-${i}`);
    const looks = await Promise.all(assets.map((asset) => under.budget.take(asset, 5000)));
    expect(looks.filter((turn) => turn.granted).length).toBe(1);
    expectAbout(denied(await under.budget.take('a', 5000)).inMs, 1000);

    await under.budget.observe(APP_POOL, 40, 0);
    for (const asset of ['a', 'b'])
      expect(await under.budget.take(asset, 5000)).toMatchObject({ granted: true, waitMs: 0 });
    // also the one that looked goes on soon
    for (const asset of assets) expect(await under.budget.take(asset, 5000)).toMatchObject({ granted: true });
  });

  test('of the app: of those that ask at the same moment one looks', async () => {
    await under.budget.observe(APP_POOL, 96, 0);
    await unblock(APP_POOL);
    const other = connectSql(under.database.url, 2);
    let looks: Promise<Turn[]> | undefined;
    await other.begin(async (tx) => {
      await tx`UPDATE graph_budget SET updated_at = now() WHERE asset = ${APP_POOL}`;
      looks = Promise.all(['a', 'b', 'c'].map((asset) => under.budget.take(asset, 5000)));
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
    await under.budget.block('a', PARK_MS, 'Meta said so');
    await under.budget.observe(APP_POOL, 96, 0);
    await unblock(APP_POOL);
    expectAbout(denied(await under.budget.take('a', 5000)).inMs, PARK_MS);
    expect(await under.budget.take('b', 5000)).toMatchObject({ granted: true, waitMs: 0 });
  });

  test('and is forgotten like any other: turns come as if nothing were known', async () => {
    await under.budget.take('a', 0);
    await under.budget.observe('a', 97, 0);
    await under.budget.observe(APP_POOL, 97, 0);
    for (const pool of ['a', APP_POOL]) {
      await unblock(pool);
      await age(pool, 61);
    }
    expect(await spacing(under.budget, 'a')).toBe(505);
  });
});
