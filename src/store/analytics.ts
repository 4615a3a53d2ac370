import type {
  SyncDay,
  SyncFigures,
  SyncHistoryQuery,
  SyncHistoryResource,
} from '../contract/sync-history.ts';
import { dayRange } from './day-range.ts';
import { messageHistory } from './message-history.ts';
import type { Sql } from './sql.ts';

/** A row of `sync_days_of`, of which only the day is there when no sync has ended on it. */
interface DayRow {
  day: string;
  total_syncs: number | null;
  successful_syncs: number;
  partial_syncs: number;
  cancelled_syncs: number;
  failed_syncs: number;
  conversations: number;
  inserted: number;
  updated: number;
  unchanged: number;
  failed: number;
  events_created: number;
  work_ms: number;
}

type Sums = Omit<DayRow, 'day' | 'total_syncs'> & { total_syncs: number };

const NOTHING: Sums = {
  total_syncs: 0,
  successful_syncs: 0,
  partial_syncs: 0,
  cancelled_syncs: 0,
  failed_syncs: 0,
  conversations: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
  events_created: 0,
  work_ms: 0,
};

/** What has happened, by days. Of syncs the SQL function `sync_days_of` adds up. */
export function createAnalyticsStore(sql: Sql) {
  return {
    /**
     * Every day of a range, also those without a sync, and all of them together.
     *
     * @param range without days: the last 30; without an end: up to today; without a beginning: 30 days up to the end
     * @throws PostgresError 22023 when PostgreSQL does not know the time zone
     */
    async syncHistory(
      pageId: string | null,
      { timeZone, from, to }: Omit<SyncHistoryQuery, 'pageId'>,
    ): Promise<SyncHistoryResource> {
      const { first, last } = await dayRange(sql, { timeZone, from, to });
      // the limits are values of the statement, not of a row: only so an index can be used
      const rows = await sql<DayRow[]>`
        SELECT to_char(d, 'YYYY-MM-DD') AS day, s.total_syncs, s.successful_syncs, s.partial_syncs, s.cancelled_syncs, s.failed_syncs,
          s.conversations, s.inserted, s.updated, s.unchanged, s.failed, s.events_created, s.work_ms
        FROM generate_series(${first}::timestamp, ${last}::timestamp, '1 day') d
        LEFT JOIN sync_days_of(${timeZone}::text, ${pageId}::uuid, ${first}::date, ${last}::date) s ON s.day = d::date
        ORDER BY d`;
      const sums = rows.map(sumsOf);
      return {
        pageId,
        timeZone,
        from: first,
        to: last,
        totals: figuresOf(sums.reduce(add, NOTHING)),
        days: rows.map((row, index): SyncDay => ({ day: row.day, ...figuresOf(sums[index] ?? NOTHING) })),
      };
    },

    /** @throws PostgresError 22023 when PostgreSQL does not know the time zone */
    messageHistory: (pageId: string | null, query: Omit<SyncHistoryQuery, 'pageId'>) =>
      messageHistory(sql, pageId, query),
  };
}

function sumsOf({ day: _day, total_syncs, ...sums }: DayRow): Sums {
  return total_syncs === null ? NOTHING : { total_syncs, ...sums };
}

function add(a: Sums, b: Sums): Sums {
  const keys = Object.keys(NOTHING) as (keyof Sums)[];
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Sums;
}

function figuresOf(sums: Sums): SyncFigures {
  const { total_syncs: syncs, successful_syncs: succeeded, conversations, work_ms: ms } = sums;
  return {
    syncs,
    succeeded,
    partial: sums.partial_syncs,
    cancelled: sums.cancelled_syncs,
    failed: sums.failed_syncs,
    successRate: ratio(100 * succeeded, syncs),
    averageDurationSeconds: ratio(ms / 1000, syncs),
    averageConversations: ratio(conversations, syncs),
    conversations,
    inserted: sums.inserted,
    updated: sums.updated,
    unchanged: sums.unchanged,
    setAside: sums.failed,
    eventsCreated: sums.events_created,
    conversationsPerSecond: ratio(1000 * conversations, ms),
  };
}

/** To one decimal; `null` of nothing. */
function ratio(a: number, b: number): number | null {
  return b === 0 ? null : Math.round((10 * a) / b) / 10;
}
