import type { Sql } from './sql.ts';

/** The NOTIFY channel of job progress. A hint: whoever listens must be able to do without any single one. */
export const PROGRESS_CHANNEL = 'sync_progress';

/** One stored conversation: its person's name and the batch's running counts including it. */
export type StoredItem = [
  name: string | null,
  inserted: number,
  updated: number,
  unchanged: number,
  events: number,
];

/** What a batch, or a change of state, tells on the channel. A change of state has no `batch`. */
export interface ProgressHint {
  jobId: string;
  /** The job's revision after the change. */
  revision: number;
  batch?: {
    /** The job's counters before the batch, to which the items' running counts are added. */
    before: {
      fetched: number;
      inserted: number;
      updated: number;
      unchanged: number;
      failed: number;
      events: number;
    };
    total: number | null;
    histories: number;
    historiesLeft: number | null;
    /** At most `MAX_ITEMS` of the batch's conversations, evenly spread; absent when they would not fit. */
    items?: StoredItem[];
  };
}

/** A NOTIFY holds 8,000 bytes; nobody sees more than 20 names a second. */
export const MAX_ITEMS = 20;

/**
 * Listens on a connection of its own, which comes back by itself after a loss and ends with `sql`.
 *
 * @param onReady called at the start and after every reconnect: hints may have been missed
 */
export async function listenToProgress(
  sql: Sql,
  onHint: (hint: ProgressHint) => void,
  onReady: () => void,
): Promise<void> {
  await sql.listen(PROGRESS_CHANNEL, (payload) => onHint(JSON.parse(payload) as ProgressHint), onReady);
}
