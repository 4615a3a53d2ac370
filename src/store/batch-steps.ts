import {
  type AdvanceBatchInput,
  type AdvancedBatch,
  type BatchStatus,
  batchCounts,
  type WorkingPage,
} from '../contract/batches.ts';
import type { SyncOptions, SyncWorkflowInput } from '../contract/sync-options.ts';
import { tellOfBatch } from './batch-channel.ts';
import { claimTurns, settleEnded } from './batch-pages.ts';
import type { Sql, Transaction } from './sql.ts';

/** What a look at a batch found to do beside the database. */
export interface BatchStep extends AdvancedBatch {
  /** Jobs to start, those of an attempt before included. */
  starts: SyncWorkflowInput[];
  /** The batch's own jobs that are to be cancelled. */
  cancels: { pageId: string; facebookPageId: string; jobId: string }[];
}

/** What became of the start of a page's job. `runId` names its workflow; `joined` the job that was running already. */
export interface StartedPage {
  pageId: string;
  /** The job that was to be started. */
  jobId: string;
  /** The job that was running already, and is followed instead; `null` when ours was started. */
  joined: string | null;
}

interface LockedBatch {
  status: BatchStatus;
  cancel_requested: boolean;
  concurrency: number;
  run_ids: string[];
  /** For all that this transaction changes. */
  next: number;
}

const NOTHING: BatchStep = {
  status: 'CANCELLED',
  counts: batchCounts(),
  working: [],
  changed: false,
  over: true,
  starts: [],
  cancels: [],
};

/**
 * Moves batches on. Every function is one transaction under a lock on the batch's row, and may be repeated: it does what
 * is still to be done.
 */
export function createBatchSteps(sql: Sql) {
  return {
    /**
     * A run of the workflow takes the batch up: the first one when it is new, a later one when it is resumed, or when the
     * run before it is gone. Pages that are not done have their turn once more. Called by the API and by the workflow;
     * does nothing when the run has taken the batch up before, or the batch is complete.
     */
    async takeUp(batchId: string, runId: string): Promise<void> {
      await sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch !== null) await takeUp(tx, batchId, batch, runId);
      });
    },

    /** Remembers that a person wants the batch to end. Does nothing when it has ended. */
    async requestCancel(batchId: string): Promise<void> {
      await sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null || isOver(batch.status) || batch.cancel_requested) return;
        await tx`UPDATE batch_syncs SET cancel_requested = true, revision = ${batch.next} WHERE id = ${batchId}`;
        await tellOfBatch(tx, batchId);
      });
    },

    /**
     * Settles pages whose jobs have ended, or wait for a token, and gives those that come next their turn.
     *
     * @returns what is to be started and cancelled: all of it again until `started` is told, or the job's row says so
     */
    async advance({ batchId, runId, cancel }: AdvanceBatchInput): Promise<BatchStep> {
      return sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null) return NOTHING;
        let changed = await takeUp(tx, batchId, batch, runId);
        if (batch.run_ids.at(-1) !== runId || isOver(batch.status)) {
          return { ...(await standing(tx, batchId, batch)), changed, over: true, starts: [], cancels: [] };
        }
        if (cancel && !batch.cancel_requested) {
          batch.cancel_requested = true;
          changed = true;
        }
        const settled = await settleEnded(tx, batchId, batch.next);
        const turned = batch.cancel_requested
          ? await cancelPending(tx, batchId, batch.next)
          : await claimTurns(tx, batchId, batch.next, batch.concurrency);
        const ended = await endOf(tx, batchId, batch.cancel_requested);
        if (changed || settled + turned > 0 || ended !== null) {
          changed = true;
          batch.status = ended ?? batch.status;
          await tx`UPDATE batch_syncs SET revision = ${batch.next}, cancel_requested = ${batch.cancel_requested},
            status = ${batch.status}, completed_at = ${ended === null ? null : tx`now()`} WHERE id = ${batchId}`;
          await tellOfBatch(tx, batchId);
        }
        return {
          ...(await standing(tx, batchId, batch)),
          changed,
          over: ended !== null,
          starts: await startsOf(tx, batchId),
          cancels: batch.cancel_requested ? await cancelsOf(tx, batchId) : [],
        };
      });
    },

    /** Remembers which jobs were started, or joined. Does nothing for pages that have moved on. */
    async started(batchId: string, pages: readonly StartedPage[]): Promise<void> {
      await sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null) return;
        const moved = await tx`
          UPDATE batch_sync_pages bp SET state = 'SYNCING', job_id = coalesce(s.joined, s.job_id),
            joined = s.joined IS NOT NULL, revision = ${batch.next}
          FROM unnest(${pages.map((p) => p.pageId)}::uuid[], ${pages.map((p) => p.jobId)}::uuid[],
            ${pages.map((p) => p.joined)}::uuid[]) AS s (page_id, job_id, joined)
          WHERE bp.batch_id = ${batchId} AND bp.page_id = s.page_id AND bp.job_id = s.job_id AND bp.state = 'STARTING'`;
        if (moved.count === 0) return;
        await tx`UPDATE batch_syncs SET revision = ${batch.next} WHERE id = ${batchId}`;
        await tellOfBatch(tx, batchId);
      });
    },

    /** The page's sync that has not ended, and the first run of the workflow that took it up. */
    async openSync(pageId: string): Promise<{ id: string; runId: string | null } | null> {
      const [row] = await sql<{ id: string; runId: string | null }[]>`
        SELECT id, workflow_run_id AS "runId" FROM sync_jobs
        WHERE page_id = ${pageId} AND conversation_id IS NULL AND completed_at IS NULL`;
      return row ?? null;
    },

    /** Deletes up to `limit` batches that ended more than `days` ago, with their pages. */
    async deleteEnded(days: number, limit: number): Promise<number> {
      const deleted = await sql`DELETE FROM batch_syncs WHERE id IN (SELECT id FROM batch_syncs
        WHERE completed_at < now() - ${days} * interval '1 day' ORDER BY completed_at LIMIT ${limit})`;
      return deleted.count;
    },
  };
}

function isOver(status: BatchStatus): boolean {
  return status !== 'PENDING' && status !== 'IN_PROGRESS';
}

async function lock(tx: Transaction, batchId: string): Promise<LockedBatch | null> {
  const [batch] = await tx<LockedBatch[]>`
    SELECT status, cancel_requested, concurrency, workflow_run_ids AS run_ids, nextval('sync_revision') AS next
    FROM batch_syncs WHERE id = ${batchId} FOR UPDATE`;
  return batch ?? null;
}

/** @returns whether the run is new, and has taken the batch up now; `batch` is as it is then */
async function takeUp(tx: Transaction, batchId: string, batch: LockedBatch, runId: string): Promise<boolean> {
  if (batch.run_ids.includes(runId) || batch.status === 'COMPLETED') return false;
  batch.run_ids.push(runId);
  batch.status = 'IN_PROGRESS';
  batch.cancel_requested = false;
  await tx`
    UPDATE batch_syncs SET status = 'IN_PROGRESS', cancel_requested = false, started_at = coalesce(started_at, now()),
      completed_at = NULL, workflow_run_ids = ${batch.run_ids}, revision = ${batch.next} WHERE id = ${batchId}`;
  // what ended while nobody looked is not done either
  await settleEnded(tx, batchId, batch.next);
  await tx`
    UPDATE batch_sync_pages SET state = 'PENDING', settled_at = NULL, revision = ${batch.next}
    WHERE batch_id = ${batchId} AND settled_at IS NOT NULL AND state <> 'COMPLETED'`;
  await tellOfBatch(tx, batchId);
  return true;
}

async function cancelPending(tx: Transaction, batchId: string, revision: number): Promise<number> {
  const cancelled = await tx`
    UPDATE batch_sync_pages SET state = 'CANCELLED', settled_at = now(), revision = ${revision}
    WHERE batch_id = ${batchId} AND state = 'PENDING'`;
  return cancelled.count;
}

/** How the batch has ended; `null` while a page is open. */
async function endOf(tx: Transaction, batchId: string, cancelled: boolean): Promise<BatchStatus | null> {
  const [left] = await tx<{ open: boolean; short: boolean }[]>`
    SELECT coalesce(bool_or(settled_at IS NULL), false) AS open, coalesce(bool_or(state <> 'COMPLETED'), false) AS short
    FROM batch_sync_pages WHERE batch_id = ${batchId}`;
  if (left === undefined || left.open) return null;
  if (!left.short) return 'COMPLETED';
  return cancelled ? 'CANCELLED' : 'PARTIAL';
}

async function standing(tx: Transaction, batchId: string, { status, concurrency }: LockedBatch) {
  const counts = await tx<{ state: string; pages: number }[]>`
    SELECT state, count(*)::int AS pages FROM batch_sync_pages WHERE batch_id = ${batchId} GROUP BY state`;
  const working = await tx<WorkingPage[]>`
    SELECT page_id AS "pageId", job_id AS "jobId", joined FROM batch_sync_pages
    WHERE batch_id = ${batchId} AND state IN ('STARTING', 'SYNCING') ORDER BY position LIMIT ${concurrency}`;
  return {
    status,
    counts: batchCounts(Object.fromEntries(counts.map(({ state, pages }) => [state, pages]))),
    working: [...working],
  };
}

/** A job whose row is there already is to be resumed: one that has begun since its page's turn would not be `STARTING`. */
async function startsOf(tx: Transaction, batchId: string): Promise<SyncWorkflowInput[]> {
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

async function cancelsOf(tx: Transaction, batchId: string): Promise<BatchStep['cancels']> {
  const rows = await tx<BatchStep['cancels']>`
    SELECT bp.page_id AS "pageId", p.facebook_page_id AS "facebookPageId", bp.job_id AS "jobId"
    FROM batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id
    WHERE bp.batch_id = ${batchId} AND bp.state = 'SYNCING' AND NOT bp.joined`;
  return [...rows];
}
