import type { EndedStatus, JobStatus } from '../../src/contract/job-status.ts';
import type { JobResource } from '../../src/contract/resources.ts';

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

const STATUS: Record<EndedStatus, SyncOutcome['status']> = {
  COMPLETED: 'complete',
  UP_TO_DATE: 'complete',
  PARTIAL: 'partial',
  CANCELLED: 'cancelled',
  FAILED: 'error',
};

/** @param job one that has ended */
export function outcomeOf(job: JobResource): SyncOutcome {
  const { inserted, updated, unchanged, failed, eventsCreated } = job.totals;
  return {
    pageId: job.pageId,
    jobId: job.id,
    status: (STATUS as Partial<Record<JobStatus, SyncOutcome['status']>>)[job.status] ?? 'error',
    inserted,
    updated,
    unchanged,
    failed,
    eventsCreated,
    message: job.message ?? 'The sync has ended.',
    endedAt: job.completedAt ?? new Date().toISOString(),
  };
}
