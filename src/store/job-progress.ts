import type { JobProgress } from '../contract/progress.ts';

/** Counters of `sync_jobs j` as they are returned by whatever changes them. */
export const JOB_PROGRESS_COLUMNS = `j.fetched, j.inserted, j.updated, j.unchanged, j.failed, j.events_created,
  j.batches, j.api_calls, j.histories, j.histories_failed, j.histories_left, j.unavailable, j.total, j.elapsed_ms +
    coalesce(extract(epoch FROM clock_timestamp() - j.running_since) * 1000, 0)::bigint AS elapsed_ms`;

export interface JobProgressRow {
  fetched: number;
  inserted: number;
  updated: number;
  unchanged: number;
  failed: number;
  events_created: number;
  batches: number;
  api_calls: number;
  histories: number;
  histories_failed: number;
  histories_left: number | null;
  unavailable: number;
  total: number | null;
  elapsed_ms: number;
}

export function toJobProgress(row: JobProgressRow): JobProgress {
  return {
    fetched: row.fetched,
    inserted: row.inserted,
    updated: row.updated,
    unchanged: row.unchanged,
    failed: row.failed,
    eventsCreated: row.events_created,
    batches: row.batches,
    apiCalls: row.api_calls,
    histories: row.histories,
    historiesFailed: row.histories_failed,
    historiesLeft: row.histories_left,
    unavailable: row.unavailable,
    total: row.total === null ? null : Math.max(row.total, row.fetched),
    elapsedMs: row.elapsed_ms,
  };
}
