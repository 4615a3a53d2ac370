/** Every state of a job (`sync_jobs.status`). */
export const JOB_STATUSES = [
  'PENDING',
  'IN_PROGRESS',
  'PAUSED',
  'COMPLETED',
  'UP_TO_DATE',
  'PARTIAL',
  'CANCELLED',
  'FAILED',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/**
 * The legal moves of a job. The trigger `sync_jobs_legal_move` holds the same table; a test compares both.
 * `PARTIAL` and `CANCELLED` go back to `IN_PROGRESS` when the job is resumed from its checkpoint.
 */
export const LEGAL_MOVES: Record<JobStatus, readonly JobStatus[]> = {
  PENDING: ['IN_PROGRESS', 'PARTIAL', 'CANCELLED', 'FAILED'],
  IN_PROGRESS: ['PAUSED', 'COMPLETED', 'UP_TO_DATE', 'PARTIAL', 'CANCELLED', 'FAILED'],
  PAUSED: ['IN_PROGRESS', 'PARTIAL', 'CANCELLED', 'FAILED'],
  COMPLETED: [],
  UP_TO_DATE: [],
  PARTIAL: ['IN_PROGRESS'],
  CANCELLED: ['IN_PROGRESS'],
  FAILED: [],
};

/** States of a job that a workflow is, or will be, working on. */
export const OPEN_STATUSES = ['PENDING', 'IN_PROGRESS', 'PAUSED'] as const satisfies readonly JobStatus[];

/** States in which a job rests; a resumed one may leave `PARTIAL` and `CANCELLED` again. */
export const ENDED_STATUSES = [
  'COMPLETED',
  'UP_TO_DATE',
  'PARTIAL',
  'CANCELLED',
  'FAILED',
] as const satisfies readonly JobStatus[];

export type EndedStatus = (typeof ENDED_STATUSES)[number];

/** Whether a job in this state rests. */
export function hasEnded(status: JobStatus): status is EndedStatus {
  return (ENDED_STATUSES as readonly JobStatus[]).includes(status);
}

/** Whether a job may move from one state to another. */
export function isLegalMove(from: JobStatus, to: JobStatus): boolean {
  return LEGAL_MOVES[from].includes(to);
}
