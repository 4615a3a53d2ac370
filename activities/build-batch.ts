import type { SyncSliceInput } from '../src/contract/slice.ts';
import type { GraphConversation, Rejected } from '../src/graph/index.ts';
import type { Batch, ConversationInput, FailureInput, StreamPosition } from '../src/store/index.ts';
import { mapConversation, type OwnIds } from './map-conversation.ts';
import type { ReadPage } from './page-reader.ts';

/**
 * Makes the batch that a Graph page is stored as: the conversations that the job wants. One listed twice is stored once,
 * as its newest reading. The walk is over where everything that follows was last updated before `stopBelow`.
 *
 * @param room how many more conversations the job may take; `null` for any number
 */
export function buildBatch(
  input: SyncSliceInput,
  own: OwnIds,
  position: StreamPosition,
  read: ReadPage,
  room: number | null,
): Batch {
  const { page } = read;
  const wanted = page.conversations.filter((conversation) => isWanted(conversation, input));
  const rejected = withinRoom(wantedOf(page.rejected, wanted, input), room);
  const space = room === null ? wanted.length : room - countConversations(rejected);
  const taken = wanted.slice(0, space);
  const source = input.mode === 'incremental' ? 'incremental_sync' : 'initial_sync';
  const full = room !== null && taken.length + countConversations(rejected) >= room;
  const newest = new Map<string, ConversationInput>();
  for (const conversation of taken) {
    const mapped = mapConversation(conversation, own, source);
    const there = newest.get(mapped.graphId);
    if (there === undefined || (mapped.updatedTime ?? '') > (there.updatedTime ?? '')) {
      newest.set(mapped.graphId, mapped);
    }
  }
  const isLast = page.after === null || full || reachesMark(page.conversations, input.stopBelow);
  return {
    jobId: input.jobId,
    pageId: input.pageId,
    platform: input.platform,
    seq: position.seq + 1,
    nextCursor: isLast ? null : page.after,
    isLast,
    conversations: [...newest.values()],
    repeated: taken.length - newest.size,
    failures: rejected.map(toFailure),
    apiCalls: read.apiCalls,
    keepIds: input.walkedOnly,
    refresh: input.refresh,
  };
}

/** Of conversations that are not wanted nothing is set aside; one whose time cannot be read may be. */
function wantedOf(
  rejected: readonly Rejected[],
  wanted: readonly GraphConversation[],
  input: SyncSliceInput,
): Rejected[] {
  const ids = new Set(wanted.map((conversation) => conversation.id));
  return rejected.filter((item) =>
    item.itemType === 'message'
      ? item.conversationId === null || ids.has(item.conversationId)
      : isWanted({ updatedTime: timeOf(item.payload), unreadCount: null }, { ...input, unreadOnly: false }),
  );
}

function timeOf(payload: unknown): string | null {
  const raw = typeof payload === 'object' && payload !== null && 'updated_time' in payload;
  const ms = raw ? Date.parse(String(payload.updated_time)) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** A conversation without a time may be of any. */
function isWanted(
  { updatedTime, unreadCount }: Pick<GraphConversation, 'updatedTime' | 'unreadCount'>,
  { stopBelow, until, unreadOnly }: SyncSliceInput,
): boolean {
  const isLater = stopBelow === null || updatedTime === null || updatedTime >= stopBelow;
  const isEarlier = until === null || updatedTime === null || updatedTime <= until;
  return isLater && isEarlier && (!unreadOnly || (unreadCount ?? 0) > 0);
}

/** Whether the page, newest first, ends below the mark. */
function reachesMark(conversations: readonly GraphConversation[], stopBelow: string | null): boolean {
  const oldest = conversations.findLast((conversation) => conversation.updatedTime !== null)?.updatedTime;
  return stopBelow !== null && typeof oldest === 'string' && oldest < stopBelow;
}

function countConversations(rejected: Rejected[]): number {
  return rejected.filter((item) => item.itemType === 'conversation').length;
}

/** What was set aside counts too: conversations beyond the room are left out, messages are not counted. */
function withinRoom(rejected: Rejected[], room: number | null): Rejected[] {
  let left = room ?? rejected.length;
  return rejected.filter((item) => item.itemType === 'message' || left-- > 0);
}

/** What could not be read, as it is set aside. */
export function toFailure(item: Rejected): FailureInput {
  return {
    itemType: item.itemType,
    graphId: item.graphId,
    conversationGraphId: item.conversationId,
    reason: item.itemType === 'conversation' ? 'unreadable_conversation' : 'unreadable_message',
    detail: item.detail,
    payload: item.payload,
  };
}
