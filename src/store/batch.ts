import type { Platform } from '../contract/platform.ts';
import type { JobProgress } from '../contract/progress.ts';

/** A conversation as it is stored. Text is clean (no NUL, no lone surrogates); times are ISO 8601 in UTC. */
export interface ConversationInput {
  graphId: string;
  senderId: string | null;
  senderName: string | null;
  username: string | null;
  updatedTime: string | null;
  lastMessageAt: string | null;
  messageCount: number | null;
  unreadCount: number;
  /** Where older messages begin; `null` when there are none or nobody knows where. */
  historyCursor: string | null;
  historyComplete: boolean;
  /** Older messages that Graph counts and does not show. */
  unavailable: number;
  events: EventInput[];
  /** The conversation as Graph sent it, for `sync_failures` should it be refused. */
  payload(): unknown;
}

/** A message, or anything else that happened, as it is stored. */
export interface EventInput {
  type: string;
  direction: 'inbound' | 'outbound';
  messageId: string | null;
  occurredAt: string;
  text: string | null;
  attachments: unknown[] | null;
  metadata: Record<string, unknown>;
}

/** Something set aside. */
export interface FailureInput {
  itemType: 'conversation' | 'message' | 'history';
  graphId: string | null;
  /** Graph id of the conversation that it is, or belongs to. */
  conversationGraphId: string | null;
  reason: string;
  detail: string | null;
  payload: unknown;
}

/** One Graph page of one platform of one job. */
export interface Batch {
  jobId: string;
  pageId: string;
  platform: Platform;
  /** Number of the batch in its stream, from 1. */
  seq: number;
  /** Cursor after this batch, `null` after the last. */
  nextCursor: string | null;
  isLast: boolean;
  /** Each conversation once. */
  conversations: ConversationInput[];
  /** Conversations that the page listed more than once: counted as unchanged. */
  repeated: number;
  failures: FailureInput[];
  /** Graph calls since the last batch. */
  apiCalls: number;
  /** Whether the batch remembers its conversations, because the job's history phase covers them alone. */
  keepIds: boolean;
  /** Whether messages that are stored take over what Graph shows now. */
  refresh: boolean;
}

/** Where a stream of a job stands. */
export interface StreamPosition {
  seq: number;
  /** Whether the walk ended before it began, because there was nothing new. */
  nothingNew: boolean;
  nextCursor: string | null;
  isLast: boolean;
  fetched: number;
}

/** What a batch did, and the job's counters after it. */
export interface BatchResult {
  position: StreamPosition;
  job: JobProgress;
}
