import type { BudgetMeter, Turn } from '../contract/budget.ts';
import type { Sql } from './sql.ts';

/**
 * Turns are a hundredth further apart than the limit says, so that small shifts on the way never put one call too
 * many into Meta's second.
 */
const MARGIN = 1.01;

/**
 * The Graph budget of every asset (page or Instagram account), one row each, shared by all workers: a generic
 * cell rate algorithm in one statement. Calls are spaced evenly; there are no bursts.
 *
 * @param callsPerSecond Meta's limit for the Conversations API is 2; 0 switches the spacing off
 */
export function createGraphBudget(sql: Sql, callsPerSecond: number): BudgetMeter {
  const intervalMs = callsPerSecond > 0 ? (1000 * MARGIN) / callsPerSecond : 0;
  return {
    async take(asset: string, maxWaitMs: number): Promise<Turn> {
      const [row] = await sql<{ granted: boolean; wait_ms: number }[]>`
        WITH taken AS (
          INSERT INTO graph_budget AS b (asset, next_call_at)
          VALUES (${asset}, clock_timestamp() + ${intervalMs} * interval '1 ms')
          ON CONFLICT (asset) DO UPDATE SET
            next_call_at = greatest(b.next_call_at, b.blocked_until, clock_timestamp()) + ${intervalMs} * interval '1 ms'
          WHERE greatest(b.next_call_at, b.blocked_until) <= clock_timestamp() + ${maxWaitMs} * interval '1 ms'
          RETURNING next_call_at - ${intervalMs} * interval '1 ms' AS at
        )
        SELECT true AS granted, extract(epoch FROM at - clock_timestamp())::float8 * 1000 AS wait_ms FROM taken
        UNION ALL
        SELECT false, extract(epoch FROM greatest(next_call_at, blocked_until) - clock_timestamp())::float8 * 1000
        FROM graph_budget WHERE asset = ${asset} AND NOT EXISTS (SELECT FROM taken)`;
      const waitMs = Math.max(0, Math.ceil(row?.wait_ms ?? 0));
      return row?.granted === false
        ? { granted: false, untilMs: Date.now() + waitMs }
        : { granted: true, waitMs };
    },

    async late(asset: string, lateMs: number): Promise<void> {
      if (intervalMs === 0) return;
      await sql`UPDATE graph_budget SET next_call_at = next_call_at + ${lateMs} * interval '1 ms'
        WHERE asset = ${asset}`;
    },

    async block(asset: string, untilMs: number, why: string): Promise<void> {
      await sql`
        INSERT INTO graph_budget AS b (asset, next_call_at, blocked_until, blocked_why)
        VALUES (${asset}, now(), ${new Date(untilMs)}, ${why})
        ON CONFLICT (asset) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until),
          blocked_why = excluded.blocked_why, updated_at = now()`;
    },

    async observe(asset: string, usagePercent: number): Promise<void> {
      await sql`UPDATE graph_budget SET usage_percent = ${usagePercent}, updated_at = now()
        WHERE asset = ${asset} AND usage_percent IS DISTINCT FROM ${usagePercent}`;
    },
  };
}
