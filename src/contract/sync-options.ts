import type { Platform } from './platform.ts';

/**
 * How much of an inbox a job covers (requirement A5): all of it, what has changed since the high-water mark, or what
 * is selected.
 */
export const SYNC_MODES = ['full', 'incremental', 'selective'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/**
 * What started a job: a person; the page's schedule; a batch of pages; the wish to read again what a job had set aside;
 * the repair of one conversation, which is no sync of the page and runs beside it.
 */
export const SYNC_TRIGGERS = ['manual', 'retry', 'repair', 'schedule', 'batch'] as const;
export type SyncTrigger = (typeof SYNC_TRIGGERS)[number];

/** The newest messages of a conversation that a job asks for: a number, or all of them. */
export type MessageDepth = number | 'all';

/** What a selective job covers: what fulfils all that is given. */
export interface Selection {
  /** Conversations with an `updated_time` within these, both included; ISO 8601. */
  since: string | null;
  until: string | null;
  /** `null`: those that the page has. */
  platforms: Platform[] | null;
  unreadOnly: boolean;
  /** These conversations and no others, by Graph id; each is read by itself. */
  conversations: Record<Platform, string[]> | null;
}

/** What a job was asked for; kept in `sync_jobs.options`. */
export interface SyncOptions {
  mode: SyncMode;
  trigger: SyncTrigger;
  messageDepth: MessageDepth;
  /** Stop after this many conversations; `null` walks the whole inbox. */
  maxConversations: number | null;
  /** Absent and `null`: everything that the mode covers. */
  selection?: Selection | null;
}

/** What `SyncWorkflow` is started with: ids and options, never content or tokens. */
export interface SyncWorkflowInput {
  jobId: string;
  /** `facebook_pages.id`. */
  pageId: string;
  facebookPageId: string;
  /** Go on with this job where it stopped, with its counters, instead of opening it anew. */
  resume: boolean;
  /** `messenger_conversations.id` of the one conversation that is repaired; absent in syncs of a page. */
  conversationId?: string;
  options: SyncOptions;
  /** History events after which the run continues as new even when Temporal does not suggest it yet. */
  continueAsNewAfterEvents?: number;
}
