import type { BatchStatus } from '../contract/batches.ts';
import { tellOfBatch } from './batch-channel.ts';
import type { Transaction } from './sql.ts';

/** A batch whose row is locked until the transaction ends: whoever moves its pages does so under this lock. */
export interface LockedBatch {
  status: BatchStatus;
  cancel_requested: boolean;
  concurrency: number;
  run_ids: string[];
  /** For all that this transaction changes. */
  next: number;
}

/** @returns `null` when there is no such batch */
export async function lock(tx: Transaction, batchId: string): Promise<LockedBatch | null> {
  const [batch] = await tx<LockedBatch[]>`
    SELECT status, cancel_requested, concurrency, workflow_run_ids AS run_ids, nextval('sync_revision') AS next
    FROM batch_syncs WHERE id = ${batchId} FOR UPDATE`;
  return batch ?? null;
}

/** Whether the batch rests. */
export function isOver(status: BatchStatus): boolean {
  return status !== 'PENDING' && status !== 'IN_PROGRESS';
}

/** Pages of the batch have moved: the batch has a new revision, and those who watch are told. */
export async function note(tx: Transaction, batchId: string, batch: LockedBatch): Promise<void> {
  await tx`UPDATE batch_syncs SET revision = ${batch.next} WHERE id = ${batchId}`;
  await tellOfBatch(tx, batchId);
}
