import type { JobStatus } from './job-status.ts';
import type { Platform } from './platform.ts';
import type { SyncError } from './sync-error.ts';
import type { SyncMode } from './sync-options.ts';

/** Counters of a job. `fetched = inserted + updated + unchanged + failed`, always. */
export interface JobTotals {
  fetched: number;
  inserted: number;
  updated: number;
  unchanged: number;
  failed: number;
  eventsCreated: number;
  batches: number;
  apiCalls: number;
  /** Conversations whose older messages were fetched to the end, and those whose could not be read. */
  histories: number;
  historiesFailed: number;
  /** Messages that Graph counts but no longer shows (of an Instagram conversation it shows the 20 newest). */
  unavailable: number;
}

export const NO_TOTALS: JobTotals = {
  fetched: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
  eventsCreated: 0,
  batches: 0,
  apiCalls: 0,
  histories: 0,
  historiesFailed: 0,
  unavailable: 0,
};

/** Counters of a job, how many conversations it will have covered, and how long it has been at work. */
export interface JobProgress extends JobTotals {
  /** An estimate: what is stored from earlier; `null` while nobody knows. Exact at the end of a complete job. */
  total: number | null;
  /** Conversations whose older messages are still to be fetched; `null` before that phase. */
  historiesLeft: number | null;
  /** Milliseconds at work, without pauses. */
  elapsedMs: number;
}

/** Where one platform stands: first its conversations are walked, then their older messages are fetched. */
export interface StreamProgress {
  platform: Platform;
  phase: 'walk' | 'history';
  state: 'walking' | 'waiting' | 'done' | 'stopped';
  /** Batches stored and conversations fetched. */
  batches: number;
  fetched: number;
  /** Conversations asked for per call; `null` before the first. */
  pageSize: number | null;
  /** ISO time until which Meta wants no calls. */
  waitingUntil: string | null;
  /** How often the walk began anew because its cursor had died. */
  restarts: number;
  error: SyncError | null;
}

/** Answer of the `progress` query: what the workflow knows, at most a slice old. No names, no content. */
export interface WorkflowProgress {
  jobId: string;
  status: JobStatus;
  phase: 'opening' | 'walk' | 'history' | 'closing' | 'ended';
  mode: SyncMode;
  tokenExpired: boolean;
  waitingUntil: string | null;
  streams: StreamProgress[];
  totals: JobTotals;
  /** Conversations whose older messages are still to be fetched; `null` before that phase. */
  historiesLeft: number | null;
  total: number | null;
  totalExact: boolean;
  conversationsPerSecond: number;
  /** Estimated time left in seconds; `null` while the total is unknown. */
  secondsLeft: number | null;
  lastError: SyncError | null;
  /** Number of times that the workflow has continued as new. */
  continuations: number;
}

/** `facebook_pages.sync_checkpoint`, the seeds' shape and what a resumed job needs. */
export interface SyncCheckpoint {
  jobId: string;
  current: number;
  total: number | null;
  inserted: number;
  updated: number;
  skipped: number;
  failed: number;
  eventsCreated: number;
  /** Graph id of the last stored conversation. */
  lastSyncedId: string | null;
  timestamp: string;
}

/** What `SyncWorkflow` returns. */
export interface SyncResult {
  jobId: string;
  status: JobStatus;
  totals: JobTotals;
  message: string;
}
