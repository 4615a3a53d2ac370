import { type BatchStatus, batchCounts, type WorkingPage } from '../contract/batches.ts';
import { APP_POOL } from '../contract/budget.ts';
import type { SyncOptions, SyncWorkflowInput } from '../contract/sync-options.ts';
import type { Transaction } from './sql.ts';

/** A page, and its job in a batch. */
export interface JobOfPage {
  pageId: string;
  facebookPageId: string;
  jobId: string;
}

/** One that is to be cancelled, with the first run of the workflow that took it up. */
export interface CancelledJob extends JobOfPage {
  runId: string;
}

/** How the batch has ended; `null` while a page is open. */
export async function endOf(
  tx: Transaction,
  batchId: string,
  cancelled: boolean,
): Promise<BatchStatus | null> {
  const [left] = await tx<{ open: boolean; short: boolean }[]>`
    SELECT coalesce(bool_or(settled_at IS NULL), false) AS open, coalesce(bool_or(state <> 'COMPLETED'), false) AS short
    FROM batch_sync_pages WHERE batch_id = ${batchId}`;
  if (left === undefined || left.open) return null;
  if (!left.short) return 'COMPLETED';
  return cancelled ? 'CANCELLED' : 'PARTIAL';
}

/** How many pages are in which state, and those at work. */
export async function standing(tx: Transaction, batchId: string, concurrency: number) {
  const counts = await tx<{ state: string; pages: number }[]>`
    SELECT state, count(*)::int AS pages FROM batch_sync_pages WHERE batch_id = ${batchId} GROUP BY state`;
  const working = await tx<WorkingPage[]>`
    SELECT page_id AS "pageId", job_id AS "jobId", joined FROM batch_sync_pages
    WHERE batch_id = ${batchId} AND state IN ('STARTING', 'SYNCING') ORDER BY position LIMIT ${concurrency}`;
  return {
    counts: batchCounts(Object.fromEntries(counts.map(({ state, pages }) => [state, pages]))),
    working: [...working],
  };
}

/** A job whose row is there already is to be resumed: one that has begun since its page's turn would not be `STARTING`. */
export async function startsOf(tx: Transaction, batchId: string): Promise<SyncWorkflowInput[]> {
  const rows = await tx<
    (Omit<SyncWorkflowInput, 'options'> &
      Omit<SyncOptions, 'maxConversations' | 'messageDepth'> & {
        messageDepth: SyncOptions['messageDepth'] | null;
      })[]
  >`
    SELECT bp.job_id AS "jobId", bp.page_id AS "pageId", p.facebook_page_id AS "facebookPageId", j.id IS NOT NULL AS resume,
      coalesce(j.mode, b.mode) AS mode, coalesce(j.trigger, 'batch') AS trigger,
      coalesce(j.options -> 'messageDepth', to_jsonb(b.message_depth)) AS "messageDepth"
    FROM batch_sync_pages bp JOIN batch_syncs b ON b.id = bp.batch_id JOIN facebook_pages p ON p.id = bp.page_id
    LEFT JOIN sync_jobs j ON j.id = bp.job_id
    WHERE bp.batch_id = ${batchId} AND bp.state = 'STARTING' ORDER BY bp.position`;
  return rows.map(({ mode, trigger, messageDepth, ...job }) => ({
    ...job,
    options: { mode, trigger, messageDepth: messageDepth ?? 'all', maxConversations: null },
  }));
}

/** Pages whose job somebody has tried to start, and of which no row tells whether it has begun. */
export async function undecidedOf(tx: Transaction, batchId: string): Promise<JobOfPage[]> {
  const rows = await tx<JobOfPage[]>`
    SELECT bp.page_id AS "pageId", p.facebook_page_id AS "facebookPageId", bp.job_id AS "jobId"
    FROM batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id
    WHERE bp.batch_id = ${batchId} AND bp.state = 'STARTING'`;
  return [...rows];
}

/** The batch's own jobs at work. One that no run has taken up yet can be told from no other: it has its turn later. */
export async function cancelsOf(tx: Transaction, batchId: string): Promise<CancelledJob[]> {
  const rows = await tx<CancelledJob[]>`
    SELECT bp.page_id AS "pageId", p.facebook_page_id AS "facebookPageId", bp.job_id AS "jobId",
      j.workflow_run_id AS "runId"
    FROM batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id JOIN sync_jobs j ON j.id = bp.job_id
    WHERE bp.batch_id = ${batchId} AND bp.state = 'SYNCING' AND NOT bp.joined AND j.completed_at IS NULL
      AND j.workflow_run_id IS NOT NULL`;
  return [...rows];
}

/** Whether every page that is left stands still: its job is paused by a person, or waits for Meta for over a minute. */
export async function isIdle(tx: Transaction, batchId: string): Promise<boolean> {
  const [left] = await tx<{ idle: boolean }[]>`
    SELECT coalesce(bool_and(bp.state = 'SYNCING' AND (j.status = 'PAUSED' OR j.status = 'IN_PROGRESS' AND EXISTS (
        SELECT FROM graph_budget b WHERE b.asset IN (p.facebook_page_id, p.instagram_account_id, ${APP_POOL})
          AND b.blocked_until > now() + interval '1 minute'))), false) AS idle
    FROM batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id LEFT JOIN sync_jobs j ON j.id = bp.job_id
    WHERE bp.batch_id = ${batchId} AND bp.state IN ('STARTING', 'SYNCING')`;
  return left?.idle ?? false;
}
