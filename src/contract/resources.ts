import type { JobStatus } from './job-status.ts';
import type { Platform } from './platform.ts';
import type { JobTotals, StreamProgress, SyncCheckpoint, WorkflowProgress } from './progress.ts';
import type { SyncError } from './sync-error.ts';
import type { MessageDepth, Selection, SyncMode, SyncTrigger } from './sync-options.ts';

/** A page as the API shows it: never its token. Times are ISO 8601 in UTC. */
export interface PageResource {
  id: string;
  facebookPageId: string;
  name: string;
  instagramAccountId: string | null;
  tokenState: 'valid' | 'needs_reconnect';
  lastSyncedAt: string | null;
  syncCheckpoint: SyncCheckpoint | null;
  /** What Meta delivers of the page. */
  webhooks: PageWebhooks;
  createdAt: string;
}

/** Whether the page's webhooks come. */
export interface PageWebhooks {
  /** `unknown`: nobody has looked yet, or webhooks are not configured. */
  subscription: 'unknown' | 'subscribed' | 'failed';
  fields: string[];
  /** Why not all fields that we want are delivered, as a sentence. */
  error: string | null;
  checkedAt: string | null;
  /** When the newest delivery that was applied arrived. */
  lastDeliveryAt: string | null;
}

/** A job as the API shows it. */
export interface JobResource {
  id: string;
  pageId: string;
  facebookPageId: string;
  status: JobStatus;
  mode: SyncMode;
  trigger: SyncTrigger;
  messageDepth: MessageDepth;
  maxConversations: number | null;
  /** What a selective job covers. */
  selection: Selection | null;
  /** The one conversation that the job repairs; such a job is no sync of the page and runs beside it. */
  conversationId: string | null;
  /** Conversations that the job will have covered: an estimate until `totalExact`; `null` while nobody knows. */
  total: number | null;
  totalExact: boolean;
  totals: JobTotals;
  /** Conversations whose older messages are still to be fetched; `null` before that phase. */
  historiesLeft: number | null;
  /** Time at work in milliseconds, without pauses. */
  elapsedMs: number;
  conversationsPerSecond: number;
  tokenExpired: boolean;
  /** The conversation stored last, by the name of its person. */
  currentName: string | null;
  /** Until when Meta wants no calls, if it does not. */
  waitingUntil: string | null;
  lastError: SyncError | null;
  /** The sentence of its end; `null` before. */
  message: string | null;
  /** Items that the schemas could not take, by reason. */
  validation: Record<string, number>;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  /** Grows by one with every change of the job; the base of the stream's event ids. */
  revision: number;
}

/** `GET /api/pages/:id/sync` */
export interface SyncStatusResource {
  job: JobResource;
  /** Whether the workflow itself answered in time, or the row alone. */
  source: 'workflow' | 'row';
  phase: WorkflowProgress['phase'] | null;
  streams: StreamProgress[] | null;
  /** Estimated time left in seconds; `null` while the total is unknown. */
  secondsLeft: number | null;
}

/** An item set aside. */
export interface FailureResource {
  id: number;
  platform: Platform;
  /** `history`: older messages of a conversation that is stored otherwise. */
  itemType: 'conversation' | 'message' | 'history';
  graphId: string | null;
  /** Graph id of the conversation that it is, or belongs to. */
  conversationGraphId: string | null;
  reason: string;
  detail: string | null;
  payload: unknown;
  createdAt: string;
  /** When a later job has read it. */
  resolvedAt: string | null;
}

/** A conversation. */
export interface ConversationResource {
  id: string;
  pageId: string;
  platform: Platform;
  /** `null` while only webhooks know the conversation: they name its person, not the thread. */
  graphConversationId: string | null;
  contactId: string | null;
  senderId: string | null;
  senderName: string | null;
  lastMessageAt: string | null;
  updatedTime: string | null;
  messageCount: number | null;
  unreadCount: number;
  /** Whether all messages that Graph shows are stored. */
  historyComplete: boolean;
  tags: string[];
  version: number;
}

/** One event of a conversation, newest first in lists. */
export interface EventResource {
  id: number;
  conversationId: string;
  eventType: string;
  direction: 'inbound' | 'outbound';
  messageId: string | null;
  occurredAt: string;
  text: string | null;
  attachments: unknown;
  metadata: Record<string, unknown>;
}

/** A page of a list; `nextCursor` is `null` on the last one. */
export interface ListResource<T> {
  data: T[];
  nextCursor: string | null;
}

/** One event of the live stream, the seeds' fields (requirement B3). */
export interface StreamEvent {
  status: 'processing' | 'paused' | 'complete' | 'partial' | 'cancelled' | 'error';
  jobStatus: JobStatus;
  jobId: string;
  current: number;
  total: number | null;
  inserted: number;
  updated: number;
  skipped: number;
  failed: number;
  eventsCreated: number;
  /** Conversations whose older messages were fetched to the end, and those that are left (`null` before that phase). */
  histories: number;
  historiesLeft: number | null;
  name: string | null;
  /** Until when Meta wants no calls, if it does not. */
  waitingUntil: string | null;
  /** Parked until the page is connected anew. */
  tokenExpired: boolean;
  /** What went wrong last, as a sentence; `null` while conversations come. */
  error: string | null;
}
