import {
  type FailedSync,
  type HealthReportResource,
  type LongRunningSync,
  MAX_REPORTED,
  type QuietPage,
  type RateLimit,
  type StuckSync,
  type TokenAlert,
} from '../contract/health-report.ts';
import { PAGE_HEALTHS } from '../contract/page-health.ts';
import type { Sql } from './sql.ts';

/** A stuck sync before anybody has asked Temporal for its workflow. */
export type SilentSync = Omit<StuckSync, 'workflow'> & { workflowRunId: string | null };

/** The report as far as the database knows it. */
export type StoredHealth = Omit<HealthReportResource, 'stuck'> & {
  stuck: { count: number; data: SilentSync[] };
};

/** The pages of one health, and those of them of which Meta does not deliver everything. */
type PagesRow = { health: QuietPage['health']; pages: number; quiet: number; rows: QuietPage[] | null };
type Counted<T> = T & { all: number };
/** Times as they come from PostgreSQL, which JSON writes as the API does. */
type Row<T> = Counted<{ [K in keyof T]: T[K] }>;

/** What needs somebody's attention: the SQL views of health, of all pages at once. */
export function createHealthStore(sql: Sql) {
  const page = sql`page_id AS "pageId", facebook_page_id AS "facebookPageId", page_name AS "pageName"`;
  const started = sql`job_id AS "jobId", ${page}, mode, trigger, ${time('started_at')} AS "startedAt"`;
  const limit = sql`LIMIT ${MAX_REPORTED}`;
  const all = sql`count(*) OVER () AS all`;

  /** As ISO 8601 in UTC, `null` where there is none. */
  function time(column: string) {
    return sql`to_char(${sql(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  }

  return {
    async report(): Promise<StoredHealth> {
      const [pages, stuck, longRunning, failed, tokens, rateLimits] = await Promise.all([
        // the view is read once, of all pages
        sql<PagesRow[]>`
          WITH health AS (
            SELECT h.*, row_number() OVER (PARTITION BY h.is_quiet ORDER BY h.page_name, h.page_id) AS place
            FROM (SELECT *, health <> 'disconnected' AND (silent_since IS NOT NULL OR subscription_state = 'failed') AS is_quiet FROM page_states) h
          )
          SELECT health, count(*) AS pages, count(*) FILTER (WHERE is_quiet) AS quiet,
            json_agg(json_build_object('pageId', page_id, 'facebookPageId', facebook_page_id, 'pageName', page_name,
              'health', health, 'silentSince', ${time('silent_since')}, 'subscriptionError', subscription_error,
              'lastDeliveryAt', ${time('last_webhook_at')}, 'pendingDeliveries', pending_deliveries) ORDER BY place)
              FILTER (WHERE is_quiet AND place <= ${MAX_REPORTED}) AS rows
          FROM health GROUP BY health`,
        sql<
          Row<SilentSync>[]
        >`SELECT ${started}, status, fetched, total, ${time('last_heard_at')} AS "lastHeardAt",
          last_error AS "lastError", workflow_run_id AS "workflowRunId", ${all} FROM stuck_syncs ${limit}`,
        sql<
          Row<LongRunningSync>[]
        >`SELECT ${started}, fetched, total, floor(extract(epoch FROM elapsed))::int AS "elapsedSeconds",
          over_half_an_hour AS "overHalfAnHour", conversations_per_second::float8 AS "conversationsPerSecond",
          ${time('waiting_until')} AS "waitingUntil", last_error AS "lastError", ${all} FROM long_running_syncs ${limit}`,
        sql<
          Row<FailedSync>[]
        >`SELECT ${started}, token_expired AS "tokenExpired", message, ${time('completed_at')} AS "completedAt",
          ${all} FROM failed_syncs ${limit}`,
        sql<Row<TokenAlert>[]>`SELECT ${page}, state, ${time('expires_at')} AS "expiresAt",
          ${time('data_access_expires_at')} AS "dataAccessExpiresAt", ${all} FROM token_alerts ${limit}`,
        sql<
          Row<RateLimit>[]
        >`SELECT asset, pool, ${page}, usage_percent AS "usagePercent", headroom_percent AS "headroomPercent",
          ${time('observed_at')} AS "observedAt", ${time('blocked_until')} AS "blockedUntil", blocked_why AS "blockedWhy",
          ${all} FROM rate_limit_headroom ${limit}`,
      ]);
      const counts = new Map(pages.map((row) => [row.health, row.pages]));
      return {
        at: new Date().toISOString(),
        pages: Object.fromEntries(
          PAGE_HEALTHS.map((health) => [health, counts.get(health) ?? 0]),
        ) as HealthReportResource['pages'],
        stuck: some(stuck),
        longRunning: some(longRunning),
        failed: some(failed),
        tokens: some(tokens),
        webhooks: {
          count: pages.reduce((sum, row) => sum + row.quiet, 0),
          data: pages.flatMap((row) => row.rows ?? []),
        },
        rateLimits: some(rateLimits),
      };
    },
  };
}

function some<T>(rows: readonly Counted<T>[]): { count: number; data: T[] } {
  return { count: rows[0]?.all ?? 0, data: rows.map(({ all: _all, ...row }) => row as T) };
}
