/** How much of an inbox a job covers (requirement A5). */
export const SYNC_MODES = ['full'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** What started a job. */
export const SYNC_TRIGGERS = ['manual'] as const;
export type SyncTrigger = (typeof SYNC_TRIGGERS)[number];

/** The newest messages of a conversation that a job asks for: a number, or all of them. */
export type MessageDepth = number | 'all';

/** What a job was asked for; kept in `sync_jobs.options`. */
export interface SyncOptions {
  mode: SyncMode;
  trigger: SyncTrigger;
  messageDepth: MessageDepth;
  /** Stop after this many conversations; `null` walks the whole inbox. */
  maxConversations: number | null;
}

/** What `SyncWorkflow` is started with: ids and options, never content or tokens. */
export interface SyncWorkflowInput {
  jobId: string;
  /** `facebook_pages.id`. */
  pageId: string;
  facebookPageId: string;
  /** Go on with this job where it stopped, with its counters, instead of opening it anew. */
  resume: boolean;
  options: SyncOptions;
  /** History events after which the run continues as new even when Temporal does not suggest it yet. */
  continueAsNewAfterEvents?: number;
}
