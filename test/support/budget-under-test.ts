import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { APP_POOL, type BudgetMeter, type Turn } from '../../src/contract/budget.ts';
import { createGraphBudget, type Sql } from '../../src/store/index.ts';
import { paceMs } from '../../src/store/pace.ts';
import { createDatabase, type TestDatabase } from './database.ts';

export const PARK_MS = 300_000;
export const LONG_MS = 60 * 60_000;
/** Between two statements of a test pass less than these milliseconds, however busy the machine is. */
export const SLACK_MS = 2000;

/** A database for the file, a budget of two calls a second in it that is empty before every test, and what is asked of it. */
export function budgetUnderTest() {
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

  return {
    get database() {
      return database;
    },
    get sql() {
      return sql;
    },
    get budget() {
      return budget;
    },
    row,
    spacing,
    age,
    unblock,
  };
}

export function denied(turn: Turn): { inMs: number; why: string | undefined } {
  if (turn.granted) throw new Error(`granted in ${turn.waitMs} ms`);
  return { inMs: turn.untilMs - Date.now(), why: turn.why };
}

export function expectAbout(ms: number, expected: number) {
  expect(ms).toBeGreaterThan(expected - SLACK_MS);
  expect(ms).toBeLessThanOrEqual(expected + 100);
}

/** The spacing of a meter at so many percent, as far as JavaScript's times can tell. */
export function expectPace(ms: number, percent: number) {
  expect(Math.abs(ms - paceMs(percent, 2))).toBeLessThanOrEqual(1);
}
