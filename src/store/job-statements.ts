import { OPEN_STATUSES } from '../contract/job-status.ts';
import type { SyncError } from '../contract/sync-error.ts';
import { PROGRESS_CHANNEL } from './progress-channel.ts';
import type { Fragment, Transaction } from './sql.ts';

/** Time at work up to now, in milliseconds. */
export function elapsed(tx: Transaction) {
  return tx`elapsed_ms + coalesce(extract(epoch FROM now() - running_since) * 1000, 0)::bigint`;
}

/** The SET items that end a stretch of work: what it took is added up. */
export function endStretch(tx: Transaction) {
  return tx`elapsed_ms = ${elapsed(tx)}, running_since = NULL`;
}

export function jsonOrNull(tx: Transaction, error: SyncError | null) {
  return error === null ? null : tx.json({ ...error });
}

/** `facebook_pages.sync_checkpoint` out of the job's row and its batches (requirement B4). */
export async function writeCheckpoint(tx: Transaction, jobId: string): Promise<void> {
  await tx`
    UPDATE facebook_pages p SET updated_at = now(), sync_checkpoint = jsonb_build_object(
      'jobId', j.id, 'current', j.fetched, 'total', j.total, 'inserted', j.inserted, 'updated', j.updated,
      'skipped', j.unchanged, 'failed', j.failed, 'eventsCreated', j.events_created,
      'lastSyncedId', (SELECT last_conversation_id FROM sync_batches WHERE job_id = j.id
                        AND last_conversation_id IS NOT NULL ORDER BY created_at DESC, stream LIMIT 1),
      'timestamp', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    FROM sync_jobs j WHERE j.id = ${jobId} AND p.id = j.page_id AND j.conversation_id IS NULL
      -- a part of the inbox does not displace what is left of a sync of all of it
      AND (j.mode <> 'selective' OR NOT EXISTS (SELECT FROM sync_jobs k
        WHERE k.id = (p.sync_checkpoint->>'jobId')::uuid AND k.mode <> 'selective'))`;
}

/** Open jobs of the same page, or repairs of the same conversation, but for this one: there is one workflow for all. */
export function othersOf(
  tx: Transaction,
  { pageId, conversationId, jobId }: { pageId: string; conversationId: string | null; jobId: string },
): Fragment {
  return tx`page_id = ${pageId} AND conversation_id IS NOT DISTINCT FROM ${conversationId} AND id <> ${jobId}`;
}

/**
 * Open jobs that have lost their workflow are closed with their checkpoint. A repair has none: the page's belongs to its
 * sync.
 *
 * @param which condition on `sync_jobs`
 * @returns how many were closed
 */
export async function closeOrphans(tx: Transaction, which: Fragment): Promise<number> {
  const orphans = await tx<{ id: string }[]>`
    UPDATE sync_jobs SET status = 'PARTIAL', completed_at = now(), ${endStretch(tx)}, revision = nextval('sync_revision'),
      token_expired = false, message = 'Stopped early: its workflow is gone. What was stored is kept.'
    WHERE ${which} AND status = ANY(${[...OPEN_STATUSES]})
    RETURNING id`;
  for (const { id } of orphans) {
    await writeCheckpoint(tx, id);
    await tell(tx, id);
  }
  return orphans.length;
}

/** Lets those who watch know that the job's row has changed. */
export async function tell(tx: Transaction, jobId: string): Promise<void> {
  await tx`SELECT pg_notify(${PROGRESS_CHANNEL}, json_build_object('jobId', id, 'revision', revision)::text)
    FROM sync_jobs WHERE id = ${jobId}`;
}
