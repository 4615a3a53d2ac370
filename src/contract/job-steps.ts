import type { EndedStatus, JobStatus } from './job-status.ts';
import type { Platform } from './platform.ts';
import type { JobTotals } from './progress.ts';
import type { SyncError } from './sync-error.ts';
import type { SyncWorkflowInput } from './sync-options.ts';

/** Input of `openJob`. */
export interface OpenJobInput extends SyncWorkflowInput {
  /** The first run of the workflow: names it across continuations. */
  runId: string;
}

/** What the workflow learns when its job is opened. */
export interface OpenedJob {
  platforms: Platform[];
}

/** A job stands still: because somebody asked, or because its page needs a new token. */
export interface PauseJobInput {
  jobId: string;
  tokenExpired: boolean;
  error: SyncError | null;
}

export interface PausedJob {
  tokenRenewed: boolean;
}

/** The job whose pause is over. */
export interface UnpauseJobInput {
  jobId: string;
}

/** How a job ends. */
export interface CloseJobInput {
  jobId: string;
  status: EndedStatus;
  /** Whether the whole inbox was walked, so that the watermark may move (requirement A7). */
  covered: boolean;
  /** Why not everything was covered, as a sentence. */
  reason: string | null;
  error: SyncError | null;
}

/** The job as its row has it after the end. */
export interface ClosedJob {
  status: JobStatus;
  totals: JobTotals;
  message: string;
}
