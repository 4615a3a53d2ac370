/** What a job's timeline tells of (`sync_job_timeline.kind`). */
export const TIMELINE_KINDS = [
  'created',
  'started',
  'paused',
  'resumed',
  'waiting',
  'went_on',
  'token_expired',
  'error',
  'ended',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/**
 * How much of a timeline is kept: how a job began, and what happened to it last. The trigger `sync_jobs_timeline` has the
 * same numbers.
 */
export const TIMELINE_KEPT = { first: 20, newest: 300 } as const;

/**
 * What a batch of a job is (`sync_batches.kind`): a page of conversations; a new start of the walk, whose cursor had died; a
 * look at the newest conversations, which found nothing new.
 */
export const JOB_BATCH_KINDS = ['page', 'restart', 'look'] as const;
export type JobBatchKind = (typeof JOB_BATCH_KINDS)[number];
