import type { JobStatus } from '../contract/job-status.ts';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ProgressHint } from '../store/index.ts';

const STATUS: Record<JobStatus, StreamEvent['status']> = {
  PENDING: 'processing',
  IN_PROGRESS: 'processing',
  PAUSED: 'paused',
  COMPLETED: 'complete',
  UP_TO_DATE: 'complete',
  PARTIAL: 'partial',
  CANCELLED: 'cancelled',
  FAILED: 'error',
};

/**
 * Event ids grow with the job: its revision, times 1,000, and the number of the conversation within the batch. A
 * snapshot comes after all conversations of its revision.
 */
const IDS_PER_REVISION = 1000;

export function snapshotId(revision: number): number {
  return revision * IDS_PER_REVISION + IDS_PER_REVISION - 1;
}

/** The job as one event of the stream. */
export function snapshotEvent(job: JobResource): StreamEvent {
  return {
    status: STATUS[job.status],
    jobStatus: job.status,
    jobId: job.id,
    current: job.totals.fetched,
    total: job.total,
    inserted: job.totals.inserted,
    updated: job.totals.updated,
    skipped: job.totals.unchanged,
    failed: job.totals.failed,
    eventsCreated: job.totals.eventsCreated,
    histories: job.totals.histories,
    historiesLeft: job.historiesLeft,
    name: job.currentName,
    waitingUntil: job.waitingUntil,
    tokenExpired: job.tokenExpired,
    error: job.lastError?.message ?? null,
  };
}

/** One event per conversation of a stored batch; none when the hint has no names. */
export function batchEvents(hint: ProgressHint): { id: number; event: StreamEvent }[] {
  const { batch } = hint;
  if (batch?.items === undefined) return [];
  const { before, total } = batch;
  return batch.items.map(([name, inserted, updated, unchanged, events], index) => {
    const current = before.fetched + inserted + updated + unchanged;
    return {
      id: hint.revision * IDS_PER_REVISION + index,
      event: {
        status: 'processing',
        jobStatus: 'IN_PROGRESS',
        jobId: hint.jobId,
        current,
        total: total === null ? null : Math.max(total, current),
        inserted: before.inserted + inserted,
        updated: before.updated + updated,
        skipped: before.unchanged + unchanged,
        failed: before.failed,
        eventsCreated: before.events + events,
        histories: batch.histories,
        historiesLeft: batch.historiesLeft,
        name,
        waitingUntil: null,
        tokenExpired: false,
        error: null,
      },
    };
  });
}
