import type { Fragment, Transaction } from './sql.ts';

/** Whether the job `j` reads a part of an inbox only: that somebody started it does not make the page's sync. */
function isPart(tx: Transaction): Fragment {
  return tx`(j.mode = 'selective' OR j.options ->> 'maxConversations' IS NOT NULL)`;
}

/** Whether the job `j` waits for a token of its page `p`: once there is one, it goes on by itself. */
function isParked(tx: Transaction): Fragment {
  return tx`(j.status = 'PAUSED' AND j.token_expired AND p.token_state <> 'valid')`;
}

/** How often a page has its turn again after a job that it had joined was cancelled. */
const JOINED_CANCELS = 3;

/**
 * Whether the job of the page `bp`, in `STARTING`, has begun by an attempt that could not say so. An ended job that is to
 * be resumed has not begun; one that ended since its page's turn has.
 */
export function hasBegun(tx: Transaction): Fragment {
  return tx`EXISTS (SELECT FROM sync_jobs begun WHERE begun.id = bp.job_id
    AND (begun.completed_at IS NULL OR begun.completed_at > bp.claimed_at))`;
}

/**
 * Settles the pages of a batch whose jobs have ended, or wait for a new token; that wait is not the batch's. A page whose
 * job turns out to have begun, by an attempt that could not say so, is `SYNCING`; one that has waited for somebody's job
 * on a part of its inbox, or for one that its owner has cancelled, has its turn after all.
 *
 * @param revision of the batch, with this change
 * @param cancelled whether the batch itself is to end
 * @returns how many pages have moved
 */
export async function settleEnded(
  tx: Transaction,
  batchId: string,
  revision: number,
  cancelled: boolean,
): Promise<number> {
  const moved = await tx`
    UPDATE batch_sync_pages bp SET state = s.next, revision = ${revision},
      settled_at = CASE WHEN s.next NOT IN ('PENDING', 'SYNCING') THEN now() END,
      job_id = CASE WHEN s.next <> 'PENDING' THEN bp.job_id END, joined = bp.joined AND s.next <> 'PENDING',
      joined_cancels = bp.joined_cancels + (s.next = 'PENDING' AND s.was_cancelled)::int
    FROM (
      SELECT bp.page_id, j.status = 'CANCELLED' AS was_cancelled, CASE
        WHEN j.id IS NULL THEN 'FAILED'
        WHEN bp.joined AND j.completed_at IS NOT NULL AND ${isPart(tx)} THEN 'PENDING'
        WHEN bp.joined AND j.status = 'CANCELLED' AND NOT ${cancelled} AND bp.joined_cancels < ${JOINED_CANCELS}
          THEN 'PENDING'
        WHEN j.status IN ('COMPLETED', 'UP_TO_DATE') THEN 'COMPLETED'
        WHEN j.completed_at IS NOT NULL THEN j.status
        WHEN ${isParked(tx)} THEN 'NEEDS_RECONNECT'
        ELSE 'SYNCING' END AS next
      FROM batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id LEFT JOIN sync_jobs j ON j.id = bp.job_id
      WHERE bp.batch_id = ${batchId} AND (bp.state = 'SYNCING' OR bp.state = 'STARTING' AND ${hasBegun(tx)})
    ) s
    WHERE bp.batch_id = ${batchId} AND bp.page_id = s.page_id AND s.next <> bp.state`;
  return moved.count;
}

/**
 * Gives pages their turn, in their order, while fewer than `concurrency` are at work; one whose job a person has paused
 * is not. Pages that cannot be synced are settled when their turn has come, and take no place. A page that was in the
 * batch before it was resumed keeps its job: one that is open is followed, one with the page's checkpoint is resumed.
 *
 * @param revision of the batch, with this change
 * @returns how many pages have moved
 */
export async function claimTurns(
  tx: Transaction,
  batchId: string,
  revision: number,
  concurrency: number,
): Promise<number> {
  const moved = await tx`
    WITH line AS (
      SELECT bp.page_id, bp.position, CASE
          WHEN p.disconnected_at IS NOT NULL THEN 'NOT_CONNECTED'
          WHEN j.status IN ('COMPLETED', 'UP_TO_DATE') AND NOT ${isPart(tx)} THEN 'COMPLETED'
          WHEN ${isParked(tx)} THEN 'NEEDS_RECONNECT'
          WHEN j.id IS NOT NULL AND j.completed_at IS NULL THEN 'SYNCING'
          WHEN p.token_state <> 'valid' THEN 'NEEDS_RECONNECT'
          ELSE 'STARTING' END AS next,
        j.status IN ('PARTIAL', 'CANCELLED') AND NOT ${isPart(tx)}
          AND p.sync_checkpoint ->> 'jobId' = j.id::text AS can_resume
      FROM batch_sync_pages bp JOIN facebook_pages p ON p.id = bp.page_id LEFT JOIN sync_jobs j ON j.id = bp.job_id
      WHERE bp.batch_id = ${batchId} AND bp.state = 'PENDING'
    ), busy AS (
      SELECT count(*) AS pages FROM batch_sync_pages bp LEFT JOIN sync_jobs j ON j.id = bp.job_id
      WHERE bp.batch_id = ${batchId} AND bp.state IN ('STARTING', 'SYNCING') AND j.status IS DISTINCT FROM 'PAUSED'
    ), turn AS (
      SELECT l.*, count(*) FILTER (WHERE next IN ('STARTING', 'SYNCING'))
        OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM line l
    )
    UPDATE batch_sync_pages bp SET state = t.next, revision = ${revision}, claimed_at = clock_timestamp(),
      start_tried_at = NULL, failure = NULL,
      settled_at = CASE WHEN t.next NOT IN ('STARTING', 'SYNCING') THEN now() END,
      joined = bp.joined AND t.next <> 'STARTING',
      job_id = CASE WHEN t.next <> 'STARTING' OR t.can_resume THEN bp.job_id ELSE gen_random_uuid() END
    FROM turn t, busy
    WHERE bp.batch_id = ${batchId} AND bp.page_id = t.page_id AND t.before + busy.pages < ${concurrency}`;
  return moved.count;
}
