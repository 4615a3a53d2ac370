import {
  mintConversationCursor,
  mintMessageCursor,
  readConversationCursor,
  readMessageCursor,
  TOP,
  TOP_CODE,
} from '../graph/cursor.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Json } from '../types.ts';

let salt = 0;

/** Where a list call starts and how to make URLs and cursors for it. */
export type ListPlace = {
  inbox: Inbox;
  /** The conversation whose messages are listed; null on the conversations edge. */
  slot: number | null;
  requestedAfter: string | null;
  /** The request's own URL, absolute, token included. */
  url: string;
};

/**
 * The right rows, but `cursors.after` is the one that was asked with, and `next` leads there: a walk that trusts it
 * never ends. On a first page it is a cursor that leads to the first page again.
 */
export function sameCursor(answer: Json, place: ListPlace): Json {
  const after = place.requestedAfter ?? mint(place, 0);
  return { ...answer, paging: pagingTo(place, after) };
}

/** No rows, yet a `next` (with a cursor not seen before) that goes on at this very place. */
export function emptyPageWithNext(place: ListPlace): Json {
  salt += 1;
  return { data: [], paging: pagingTo(place, mint(place, salt)) };
}

function pagingTo(place: ListPlace, after: string): Json {
  const url = new URL(place.url);
  url.searchParams.delete('before');
  url.searchParams.set('after', after);
  return { cursors: { before: after, after }, next: url.href };
}

function mint({ inbox, slot, requestedAfter }: ListPlace, withSalt: number): string {
  const generation = inbox.cursorGeneration;
  if (slot === null) {
    const position = requestedAfter ? readConversationCursor(requestedAfter, generation) : TOP;
    return mintConversationCursor(generation, position, withSalt);
  }
  const code = requestedAfter ? readMessageCursor(requestedAfter, generation, slot) : TOP_CODE;
  return mintMessageCursor(generation, slot, code, withSalt);
}
