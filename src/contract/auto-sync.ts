import type { SyncWorkflowInput } from './sync-options.ts';

/** Seconds between two automatic syncs of a page; the database checks the same bounds. */
export const SYNC_INTERVAL = { least: 60, most: 30 * 86_400 } as const;

/** What becomes of contacts that are in a pipeline already. Kept for pipelines: nothing acts on it yet. */
export const PIPELINE_MODES = ['SKIP_EXISTING', 'UPDATE_EXISTING'] as const;
export type PipelineMode = (typeof PIPELINE_MODES)[number];

/** What a page's row says of its schedule. */
export interface AutoSyncPage {
  /** `facebook_pages.id`. */
  pageId: string;
  facebookPageId: string;
  /** Whether there is to be a schedule. */
  wanted: boolean;
  intervalSeconds: number;
  /** Meta has refused the page's token: the schedule stands still until the page is connected again. */
  needsReconnect: boolean;
}

/** What became of a schedule that was compared with its page. */
export type Alignment = 'kept' | 'made' | 'changed' | 'deleted';

/** What `AutoSyncWorkflow` is started with. */
export interface AutoSyncInput {
  /** `facebook_pages.id`. */
  pageId: string;
  facebookPageId: string;
}

/** Input of `planAutoSync`. */
export interface PlanAutoSyncInput extends AutoSyncInput {
  /** Of the job, if it is a new one. */
  jobId: string;
  /** Whether what is left of an earlier sync may be taken up. */
  mayResume: boolean;
}

/**
 * Why an automatic sync does nothing. `incomplete`: what is left of an earlier sync was tried again, and a new one would
 * throw away how far that has come on a platform that none has covered yet.
 */
export type AutoSyncSkip = 'not-connected' | 'needs-reconnect' | 'off' | 'incomplete';

/** The sync that an automatic run is to start; `null` with the reason. */
export type AutoSyncPlan = { job: SyncWorkflowInput; why: null } | { job: null; why: AutoSyncSkip };

/** Input of `notify`: a job that an automatic sync has seen to its end. */
export interface NotifyInput {
  jobId: string;
}

/** What `AutoSyncWorkflow` returns. */
export interface AutoSyncResult {
  /** `joined`: the page was being synced already, and is. */
  outcome: 'synced' | 'joined' | 'skipped';
  why: AutoSyncSkip | null;
  /** The jobs that it has started, one after the other. */
  jobIds: string[];
}
