import type { EndedStatus, JobStatus } from './job-status.ts';
import type { Platform } from './platform.ts';
import type { JobTotals } from './progress.ts';
import type { SyncError } from './sync-error.ts';
import type { SyncMode, SyncWorkflowInput } from './sync-options.ts';

/** Input of `openJob`. */
export interface OpenJobInput extends SyncWorkflowInput {
  /** The first run of the workflow: names it across continuations. */
  runId: string;
}

/** What the workflow learns when its job is opened. */
export interface OpenedJob {
  platforms: Platform[];
  /** How the job runs: an incremental one is full when there is nothing to go by. Absent in old histories. */
  mode?: SyncMode;
  /** Where each platform's walk may stop, ISO 8601. Absent in old histories. */
  stopBelow?: Partial<Record<Platform, string>>;
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
  /** Whether the job has covered everything it set out to cover, an inbox or what has changed in it. */
  covered: boolean;
  /** Platforms of which that is true; unless the job is selective, their watermark moves (A7). Absent in old histories. */
  coveredPlatforms?: Platform[];
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
