import type { SyncSliceInput } from '../src/contract/slice.ts';
import type { Rejected } from '../src/graph/index.ts';
import type { Batch, ConversationInput, FailureInput, StreamPosition } from '../src/store/index.ts';
import { mapConversation, type OwnIds } from './map-conversation.ts';
import type { ReadPage } from './page-reader.ts';

/** `metadata.source` of what a full sync stores. */
const SOURCE = 'initial_sync';

/**
 * Makes the batch that a Graph page is stored as. A conversation listed twice is stored once, as its newest
 * reading.
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
  const rejected = withinRoom(page.rejected, room);
  const space = room === null ? page.conversations.length : room - countConversations(rejected);
  const taken = page.conversations.slice(0, space);
  const full = room !== null && taken.length + countConversations(rejected) >= room;
  const newest = new Map<string, ConversationInput>();
  for (const conversation of taken) {
    const mapped = mapConversation(conversation, own, SOURCE);
    const there = newest.get(mapped.graphId);
    if (there === undefined || (mapped.updatedTime ?? '') > (there.updatedTime ?? '')) {
      newest.set(mapped.graphId, mapped);
    }
  }
  const isLast = page.after === null || full;
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
  };
}

function countConversations(rejected: Rejected[]): number {
  return rejected.filter((item) => item.itemType === 'conversation').length;
}

/** What was set aside counts too: conversations beyond the room are left out, messages are not counted. */
function withinRoom(rejected: Rejected[], room: number | null): Rejected[] {
  let left = room ?? rejected.length;
  return rejected.filter((item) => item.itemType === 'message' || left-- > 0);
}

function toFailure(item: Rejected): FailureInput {
  return {
    itemType: item.itemType,
    graphId: item.graphId,
    reason: item.itemType === 'conversation' ? 'unreadable_conversation' : 'unreadable_message',
    detail: item.detail,
    payload: item.payload,
  };
}
