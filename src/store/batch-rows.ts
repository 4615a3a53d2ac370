import type { BatchPageResource, BatchResource, BatchTotals } from '../contract/batch-resources.ts';
import {
  type BatchMode,
  type BatchPageState,
  type BatchStatus,
  batchCounts,
  batchSentence,
} from '../contract/batches.ts';
import type { JobStatus } from '../contract/job-status.ts';

/** A batch `b` with the counts of its pages and the counters of their jobs. */
export const BATCH_COLUMNS = `b.*, (SELECT coalesce(json_object_agg(state, pages), '{}') FROM (
    SELECT state, count(*) AS pages FROM batch_sync_pages WHERE batch_id = b.id GROUP BY state) s) AS counts,
  (SELECT json_build_object('fetched', coalesce(sum(j.fetched), 0), 'inserted', coalesce(sum(j.inserted), 0),
      'updated', coalesce(sum(j.updated), 0), 'unchanged', coalesce(sum(j.unchanged), 0),
      'failed', coalesce(sum(j.failed), 0), 'eventsCreated', coalesce(sum(j.events_created), 0))
    FROM batch_sync_pages bp JOIN sync_jobs j ON j.id = bp.job_id WHERE bp.batch_id = b.id) AS totals`;

export interface BatchRow {
  id: string;
  status: BatchStatus;
  mode: BatchMode;
  message_depth: number | null;
  concurrency: number;
  cancel_requested: boolean;
  revision: number;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  counts: Partial<Record<BatchPageState, number>>;
  totals: BatchTotals;
}

/** The batch as the API shows it. */
export function toBatch(row: BatchRow): BatchResource {
  const counts = batchCounts(row.counts);
  const elapsedMs = Number(row.completed_at ?? 0) - Number(row.started_at ?? row.created_at);
  return {
    id: row.id,
    status: row.status,
    mode: row.mode,
    messageDepth: row.message_depth ?? 'all',
    concurrency: row.concurrency,
    cancelRequested: row.cancel_requested,
    pages: Object.values(counts).reduce((sum, pages) => sum + pages, 0),
    counts,
    totals: row.totals,
    message: row.completed_at === null ? null : batchSentence(counts, elapsedMs),
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    completedAt: row.completed_at?.toISOString() ?? null,
    revision: row.revision,
  };
}

/** A page `p` of a batch `bp`, with its job `j`. */
export const BATCH_PAGE_COLUMNS = `bp.*, p.facebook_page_id, p.name, j.status AS job_status, j.total, j.fetched, j.inserted,
  j.updated, j.unchanged, j.failed, j.events_created, j.message, j.revision AS job_revision`;

export const BATCH_PAGE_FROM = `batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id
  LEFT JOIN sync_jobs j ON j.id = bp.job_id`;

export interface BatchPageRow {
  page_id: string;
  facebook_page_id: string;
  name: string;
  position: number;
  state: BatchPageState;
  job_id: string | null;
  joined: boolean;
  claimed_at: Date | null;
  settled_at: Date | null;
  revision: number;
  job_status: JobStatus | null;
  job_revision: number | null;
  total: number | null;
  fetched: number;
  inserted: number;
  updated: number;
  unchanged: number;
  failed: number;
  events_created: number;
  message: string | null;
  failure: string | null;
}

/** The sentences of states that are not a job's. */
const MESSAGES: Partial<Record<BatchPageState, string>> = {
  NEEDS_RECONNECT: 'Meta does not take the page’s token: connect the page again, then resume the batch.',
  NOT_CONNECTED: 'The page was disconnected before its turn.',
};

/** The page as the API shows it; the revision is its own or its job's, whichever is later. */
export function toBatchPage(row: BatchPageRow): BatchPageResource {
  const isSettled = row.settled_at !== null;
  return {
    pageId: row.page_id,
    facebookPageId: row.facebook_page_id,
    name: row.name,
    position: row.position,
    state: row.state,
    jobId: row.job_id,
    joined: row.joined,
    job:
      row.job_status === null
        ? null
        : {
            status: row.job_status,
            total: row.total === null ? null : Math.max(row.total, row.fetched),
            fetched: row.fetched,
            inserted: row.inserted,
            updated: row.updated,
            unchanged: row.unchanged,
            failed: row.failed,
            eventsCreated: row.events_created,
          },
    message: isSettled ? (row.failure ?? MESSAGES[row.state] ?? row.message) : null,
    startedAt: row.claimed_at?.toISOString() ?? null,
    settledAt: row.settled_at?.toISOString() ?? null,
    revision: Math.max(row.revision, row.job_revision ?? 0),
  };
}
