import type { EndedStatus, JobStatus } from '../../src/contract/job-status.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import type { SyncOutcome } from './sync-outcome.ts';

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
