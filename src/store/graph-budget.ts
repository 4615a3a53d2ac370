import {
  APP_POOL,
  type AppMeter,
  type AppPoolState,
  type BudgetMeter,
  type Turn,
} from '../contract/budget.ts';
import { FULL_FROM, paceMs, paceTable, SLOW_FROM } from './pace.ts';
import type { Sql } from './sql.ts';

/** Meters are of a rolling hour, those of a day are shown with every answer: an older reading says nothing any more. */
const FORGET_AFTER_MS = 60 * 60_000;

/** A reading that stays the same is written again after this, so that it is not forgotten while it holds. */
const REPEAT_AFTER_MS = 60_000;

/** While another asset's call looks at the app's full meter. */
const ASK_AGAIN_MS = 1000;

interface TurnRow {
  granted: boolean;
  wait_ms: number | null;
  why: string | null;
  own_known: number | null;
  app_known: number | null;
}

/**
 * The Graph budget of every asset (page or Instagram account) and of the app, one row each, shared by all workers: a
 * generic cell rate algorithm in one statement. Calls are spaced evenly; there are no bursts. All times are
 * PostgreSQL's: the workers' clocks need not agree.
 *
 * Every call reads the app's row and none locks it: it is written when its meter shows another percentage, and while the
 * meter is full, when a single call goes to look whether it has sunk.
 *
 * @param callsPerSecond Meta's limit for the Conversations API is 2; 0 switches the spacing off below 75 % of a meter
 * @param parkMs how long a full meter parks its pool when Meta does not say for how long
 */
export function createGraphBudget(
  sql: Sql,
  callsPerSecond: number,
  parkMs = 300_000,
): BudgetMeter & AppMeter {
  const paces = paceTable(callsPerSecond);
  const after = (ms: number) => sql`clock_timestamp() + ${ms} * interval '1 ms'`;
  // below the slowing nothing depends on hearing the same again, but for a sign of life now and then
  const known = sql`CASE WHEN usage_percent < ${SLOW_FROM} AND observed_at > ${after(-REPEAT_AFTER_MS)} THEN usage_percent END`;
  const remembered = sql`observed_at > ${after(-FORGET_AFTER_MS)}`;
  return {
    async take(asset: string, maxWaitMs: number): Promise<Turn> {
      const [row] = await sql<TurnRow[]>`
        WITH app AS (
          SELECT blocked_until, blocked_why, CASE WHEN ${remembered} THEN usage_percent END AS percent,
            -- the next look at a full meter; otherwise the app has no turns of its own
            CASE WHEN ${remembered} AND usage_percent >= ${FULL_FROM} THEN next_call_at END AS next_look_at,
            ${known} AS known
          FROM graph_budget WHERE asset = ${APP_POOL}
        ), own AS (
          SELECT next_call_at, blocked_until, blocked_why, CASE WHEN ${remembered} THEN usage_percent END AS percent,
            ${known} AS known
          FROM graph_budget WHERE asset = ${asset}
        ), state AS (
          SELECT greatest(app.blocked_until, app.next_look_at) AS app_free_at,
            greatest(own.next_call_at, own.blocked_until) AS own_free_at,
            app.next_look_at IS NOT NULL AS app_is_full, own.next_call_at IS NOT NULL AS is_there,
            own.known AS own_known, app.known AS app_known,
            -- the app's look is the app's: it keeps no asset waiting
            (${paces}::float8[])[1 + greatest(0, 1 + least(greatest(least(coalesce(app.percent, 0), ${FULL_FROM} - 1), own.percent), ${FULL_FROM})
              - ${SLOW_FROM})] * interval '1 ms' AS pace
          FROM (VALUES (1)) AS always LEFT JOIN app ON true LEFT JOIN own ON true
        ), free AS (
          -- without a limit, and with no meter to mind, there is nothing to write
          SELECT FROM state WHERE pace = '0' AND is_there AND NOT app_is_full
            AND coalesce(greatest(app_free_at, own_free_at), '-infinity') <= clock_timestamp()
        ), look AS (
          -- of all assets one may look: who comes second finds the look taken
          UPDATE graph_budget a SET next_call_at = greatest(a.next_call_at, a.blocked_until, clock_timestamp()) + ${paceMs(FULL_FROM, callsPerSecond)} * interval '1 ms'
          FROM state WHERE a.asset = ${APP_POOL} AND state.app_is_full
            AND greatest(a.next_call_at, a.blocked_until, state.own_free_at) <= ${after(maxWaitMs)}
          RETURNING a.asset
        ), taken AS (
          INSERT INTO graph_budget AS b (asset, next_call_at)
          SELECT ${asset}, greatest(app_free_at, clock_timestamp()) + pace FROM state
          WHERE NOT EXISTS (SELECT FROM free) AND (NOT app_is_full OR EXISTS (SELECT FROM look))
            AND coalesce(app_free_at, '-infinity') <= ${after(maxWaitMs)}
          ON CONFLICT (asset) DO UPDATE SET next_call_at = (SELECT pace FROM state)
            + greatest(b.next_call_at, b.blocked_until, excluded.next_call_at - (SELECT pace FROM state))
          WHERE greatest(b.next_call_at, b.blocked_until) <= ${after(maxWaitMs)}
          RETURNING next_call_at - (SELECT pace FROM state) AS at
        )
        SELECT true AS granted, extract(epoch FROM at - clock_timestamp())::float8 * 1000 AS wait_ms, NULL AS why,
          own_known, app_known
        FROM taken CROSS JOIN state
        UNION ALL
        SELECT true, 0, NULL, own_known, app_known FROM free CROSS JOIN state
        UNION ALL
        SELECT false, extract(epoch FROM greatest(app.blocked_until, own_free_at,
            -- somebody looks, which takes no longer than a call: ask again soon
            CASE WHEN app_is_full THEN least(app.next_look_at, ${after(ASK_AGAIN_MS)}) END) - clock_timestamp())::float8 * 1000,
          CASE WHEN app_free_at >= coalesce(own_free_at, '-infinity') THEN app.blocked_why
            WHEN own.blocked_until > clock_timestamp() OR own.percent >= ${FULL_FROM} THEN own.blocked_why
          END, NULL, NULL
        FROM state LEFT JOIN app ON true LEFT JOIN own ON true
        WHERE NOT EXISTS (SELECT FROM taken) AND NOT EXISTS (SELECT FROM free)`;
      const waitMs = Math.max(0, Math.ceil(row?.wait_ms ?? 0));
      if (row?.granted) {
        return { granted: true, waitMs, known: { asset: row.own_known, app: row.app_known } };
      }
      return { granted: false, untilMs: Date.now() + waitMs, ...(row?.why ? { why: row.why } : {}) };
    },

    async late(asset: string, lateMs: number): Promise<void> {
      // without a limit there is no second of Meta's to keep out of
      if (callsPerSecond === 0) return;
      await sql`UPDATE graph_budget SET next_call_at = next_call_at + ${lateMs} * interval '1 ms'
        WHERE asset = ${asset}`;
    },

    async pool(): Promise<AppPoolState> {
      const [row] = await sql<{ blocked_ms: number | null; why: string | null; percent: number | null }[]>`
        SELECT CASE WHEN blocked_until > clock_timestamp()
            THEN extract(epoch FROM blocked_until - clock_timestamp())::float8 * 1000 END AS blocked_ms,
          blocked_why AS why, CASE WHEN ${remembered} THEN usage_percent END AS percent
        FROM graph_budget WHERE asset = ${APP_POOL}`;
      const blockedMs = row?.blocked_ms ?? null;
      return {
        blockedUntilMs: blockedMs === null ? null : Date.now() + Math.ceil(blockedMs),
        why: blockedMs === null ? null : (row?.why ?? null),
        usagePercent: row?.percent ?? null,
      };
    },

    async block(pool: string, waitMs: number, why: string): Promise<void> {
      await sql`
        INSERT INTO graph_budget AS b (asset, next_call_at, blocked_until, blocked_why)
        VALUES (${pool}, now(), ${after(waitMs)}, ${why})
        ON CONFLICT (asset) DO UPDATE SET
          blocked_until = greatest(b.blocked_until, excluded.blocked_until),
          blocked_why = CASE WHEN b.blocked_until > excluded.blocked_until THEN b.blocked_why ELSE excluded.blocked_why END,
          updated_at = now()`;
    },

    async observe(pool: string, usagePercent: number, regainMs: number): Promise<void> {
      const isFull = usagePercent >= FULL_FROM;
      const until = after(regainMs > 0 ? regainMs : parkMs);
      const why = `Meta’s usage meter of ${pool === APP_POOL ? 'the app, which is one for all pages,' : 'this inbox'} stands at ${usagePercent} %`;
      // an UPDATE, not an upsert: that would lock the app's row with every call, whether there is anything to write or not
      await sql`UPDATE graph_budget SET
          usage_percent = ${usagePercent}, observed_at = clock_timestamp(), updated_at = now(),
          blocked_until = CASE WHEN ${isFull} THEN greatest(blocked_until, ${until}) ELSE blocked_until END,
          blocked_why = CASE WHEN ${isFull} AND coalesce(blocked_until, '-infinity') < ${until} THEN ${why} ELSE blocked_why END,
          -- the look is over: from here on the park counts, or the meter's own pace
          next_call_at = CASE WHEN usage_percent >= ${FULL_FROM}
            THEN least(next_call_at, ${after(isFull ? 0 : paceMs(usagePercent, callsPerSecond))}) ELSE next_call_at END
        WHERE asset = ${pool} AND (usage_percent IS DISTINCT FROM ${usagePercent}
          OR observed_at < ${after(-REPEAT_AFTER_MS)}
          OR (${isFull} AND (next_call_at > clock_timestamp() OR coalesce(blocked_until, '-infinity') < ${after(regainMs)})))`;
    },
  };
}
