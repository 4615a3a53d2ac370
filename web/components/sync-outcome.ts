/** How a sync ended that a button has followed. Plain values: it may be stored or sent on. */
export interface SyncOutcome {
  pageId: string;
  jobId: string;
  /** `partial` and `cancelled` syncs can be continued. */
  status: 'complete' | 'partial' | 'cancelled' | 'error';
  /** Conversations that are new, have changed, and were stored already. */
  inserted: number;
  updated: number;
  unchanged: number;
  /** Items that were set aside: the job's page says why. */
  failed: number;
  /** Messages and other events that are new. */
  eventsCreated: number;
  /** The sentence of its end, as `Full sync: 250 conversations with 1,000 events in 42s`. */
  message: string;
  /** ISO 8601. */
  endedAt: string;
}
