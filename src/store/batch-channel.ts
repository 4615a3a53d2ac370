import type { Sql, Transaction } from './sql.ts';

/** The NOTIFY channel of batches. A hint that a batch has changed, and nothing more. */
const BATCH_CHANNEL = 'batch_syncs';

/** Lets those who watch know that the batch's rows have changed. */
export async function tellOfBatch(tx: Transaction, batchId: string): Promise<void> {
  await tx`SELECT pg_notify(${BATCH_CHANNEL}, ${batchId})`;
}

/**
 * Listens on the connection that hears of jobs as well.
 *
 * @param onChange with the batch's id
 */
export async function listenToBatches(sql: Sql, onChange: (batchId: string) => void): Promise<void> {
  await sql.listen(BATCH_CHANNEL, onChange);
}
