import type { JobProgress } from '../contract/progress.ts';

/** Counters of `sync_jobs j` as they are returned by whatever changes them. */
export const JOB_PROGRESS_COLUMNS = `j.fetched, j.inserted, j.updated, j.unchanged, j.failed, j.events_created,
  j.batches, j.api_calls, j.total, j.elapsed_ms +
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
    total: row.total === null ? null : Math.max(row.total, row.fetched),
    elapsedMs: row.elapsed_ms,
  };
}
