import { type AdvanceBatchInput, type AdvancedBatch, batchCounts } from '../contract/batches.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';
import { tellOfBatch } from './batch-channel.ts';
import { isOver, type LockedBatch, lock } from './batch-lock.ts';
import { claimTurns, settleEnded } from './batch-pages.ts';
import {
  type CancelledJob,
  cancelsOf,
  endOf,
  isIdle,
  type JobOfPage,
  standing,
  startsOf,
  undecidedOf,
} from './batch-work.ts';
import type { Sql, Transaction } from './sql.ts';

/** What a look at a batch found to do beside the database. */
export interface BatchStep extends AdvancedBatch {
  /** Jobs to start, those of an attempt before included. */
  starts: SyncWorkflowInput[];
  /** After a cancel: jobs of which it is not known whether they have been started. */
  undecided: JobOfPage[];
  /** The batch's own jobs that are to be cancelled, with the first run of the workflow that took each up. */
  cancels: CancelledJob[];
}

const NOTHING: BatchStep = {
  status: 'CANCELLED',
  counts: batchCounts(),
  working: [],
  changed: false,
  idle: false,
  over: true,
  starts: [],
  undecided: [],
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

    /** First run of the workflow that has the batch now; `null` when none has taken it up yet. */
    async currentRun(batchId: string): Promise<string | null> {
      const [row] = await sql<{ run: string | null }[]>`
        SELECT workflow_run_ids[cardinality(workflow_run_ids)] AS run FROM batch_syncs WHERE id = ${batchId}`;
      return row?.run ?? null;
    },

    /**
     * Remembers that a person wants the batch to end. Does nothing when it has ended, or has been taken up anew since.
     *
     * @param runId the run that the person wants to end; `null` when none had taken the batch up
     */
    async requestCancel(batchId: string, runId: string | null): Promise<void> {
      await sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null || isOver(batch.status) || batch.cancel_requested) return;
        if (runId === null ? batch.run_ids.length > 1 : batch.run_ids.at(-1) !== runId) return;
        await tx`UPDATE batch_syncs SET cancel_requested = true, revision = ${batch.next} WHERE id = ${batchId}`;
        await tellOfBatch(tx, batchId);
      });
    },

    /**
     * Settles pages whose jobs have ended, or wait for a token, and gives those that come next their turn.
     *
     * @returns what is to be started and cancelled: all of it again until `started` is told, or the job's row says so
     */
    async advance({ batchId, runId, cancel, replacesLost }: AdvanceBatchInput): Promise<BatchStep> {
      return sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null) return NOTHING;
        let changed = await takeUp(tx, batchId, batch, runId, replacesLost);
        if (batch.run_ids.at(-1) !== runId || isOver(batch.status)) {
          const stands = await standing(tx, batchId, batch.concurrency);
          return { ...NOTHING, status: batch.status, ...stands, changed };
        }
        if (cancel && !batch.cancel_requested) {
          batch.cancel_requested = true;
          changed = true;
        }
        const settled = await settleEnded(tx, batchId, batch.next, batch.cancel_requested);
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
        const cancelled = batch.cancel_requested;
        const cancels = cancelled ? await cancelsOf(tx, batchId) : [];
        return {
          status: batch.status,
          ...(await standing(tx, batchId, batch.concurrency)),
          changed,
          idle: cancels.length === 0 && (await isIdle(tx, batchId)),
          over: ended !== null,
          starts: cancelled ? [] : await startsOf(tx, batchId),
          undecided: cancelled ? await undecidedOf(tx, batchId) : [],
          cancels,
        };
      });
    },

    /** Deletes up to `limit` batches that ended more than `days` ago, with their pages. */
    async deleteEnded(days: number, limit: number): Promise<number> {
      const deleted = await sql`DELETE FROM batch_syncs WHERE id IN (SELECT id FROM batch_syncs
        WHERE completed_at < now() - ${days} * interval '1 day' ORDER BY completed_at LIMIT ${limit})`;
      return deleted.count;
    },
  };
}

/**
 * @param replacesLost whether the run goes on where a run that is gone was, and changes nothing else
 * @returns whether the run is new, and has taken the batch up now; `batch` is as it is then
 */
async function takeUp(
  tx: Transaction,
  batchId: string,
  batch: LockedBatch,
  runId: string,
  replacesLost = false,
): Promise<boolean> {
  if (batch.run_ids.includes(runId) || batch.status === 'COMPLETED') return false;
  if (replacesLost && isOver(batch.status)) return false;
  batch.run_ids.push(runId);
  batch.status = 'IN_PROGRESS';
  batch.cancel_requested = replacesLost && batch.cancel_requested;
  await tx`
    UPDATE batch_syncs SET status = 'IN_PROGRESS', cancel_requested = ${batch.cancel_requested}, started_at = coalesce(started_at, now()),
      completed_at = NULL, workflow_run_ids = ${batch.run_ids}, revision = ${batch.next} WHERE id = ${batchId}`;
  if (!replacesLost) {
    // what ended while nobody looked is not done either
    await settleEnded(tx, batchId, batch.next, false);
    await tx`
      UPDATE batch_sync_pages SET state = 'PENDING', settled_at = NULL, joined_cancels = 0, failure = NULL,
        revision = ${batch.next}
      WHERE batch_id = ${batchId} AND settled_at IS NOT NULL AND state <> 'COMPLETED'`;
  }
  await tellOfBatch(tx, batchId);
  return true;
}

/** Cancels pages of which nothing can be at work: also one whose job nobody has tried to start. */
async function cancelPending(tx: Transaction, batchId: string, revision: number): Promise<number> {
  const cancelled = await tx`
    UPDATE batch_sync_pages bp SET state = 'CANCELLED', settled_at = now(), revision = ${revision},
      job_id = (SELECT id FROM sync_jobs WHERE id = bp.job_id)
    WHERE batch_id = ${batchId} AND (state = 'PENDING' OR state = 'STARTING' AND start_tried_at IS NULL)`;
  return cancelled.count;
}
