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
  const taken = room === null ? page.conversations : page.conversations.slice(0, room);
  const full = room !== null && page.conversations.length + countRejected(page.rejected) >= room;
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
    failures: page.rejected.map(toFailure),
    apiCalls: read.apiCalls,
  };
}

function countRejected(rejected: Rejected[]): number {
  return rejected.filter((item) => item.itemType === 'conversation').length;
}

function toFailure(item: Rejected): FailureInput {
  return {
    itemType: item.itemType,
    graphId: item.graphId,
    reason: item.itemType === 'conversation' ? 'unreadable_conversation' : 'unreadable_message',
    detail: item.detail,
    payload: item.raw,
  };
}
