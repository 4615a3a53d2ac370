import { afterHistoryPage, type HistoryState, isEnough, nextPageOf } from '../../src/store/history.ts';
import type { EventInput } from '../../src/store/index.ts';

/** A message of a thread; ids are texts, times are seconds. */
export interface ThreadMessage {
  id: string;
  at: number;
}

const iso = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

export const asEvent = ({ id, at }: ThreadMessage): EventInput => ({
  type: 'message',
  direction: 'inbound',
  messageId: id,
  occurredAt: iso(at),
  text: null,
  attachments: null,
  metadata: {},
});

/** A page of the thread (oldest first) after a cursor, newest first, as Graph pages it: the cursor is a message. */
export function pageOf(thread: readonly ThreadMessage[], after: string | null, limit: number) {
  const end = after === null ? thread.length : thread.findIndex(({ id }) => id === after);
  const messages = thread.slice(Math.max(0, end - limit), end).reverse();
  const next = end - limit > 0 ? (messages.at(-1)?.id ?? after) : null;
  return { messages, after: next };
}

/** What a walk reads of a conversation: its newest messages, or with a limit of 0 nothing but that there are some. */
export function readingOf(thread: readonly ThreadMessage[], limit: number) {
  const { messages, after } = pageOf(thread, null, limit);
  const newest = thread.at(-1);
  const oldest = messages.at(-1);
  const complete = limit > 0 && after === null;
  return {
    messages,
    historyCursor: limit > 0 ? after : null,
    historyComplete: complete,
    // `newestAt` of upsert-batch.ts: a reading without messages is about as new as the conversation
    newestAt: messages.length === 0 && complete ? null : iso(newest?.at ?? 0),
    oldestAt: oldest === undefined ? null : iso(oldest.at),
  };
}
export type Reading = ReturnType<typeof readingOf>;

/** A conversation's row and the ids of its stored messages. */
export interface StoredThread {
  row: HistoryState | null;
  ids: Set<string>;
}

/** `mergeConversation` of src/store/conversation-merge.ts as a pure function; NULL is neither true nor false there. */
export function merge({ row: c, ids }: StoredThread, reading: Reading): StoredThread {
  const all = new Set([...ids, ...reading.messages.map(({ id }) => id)]);
  const { newestAt, oldestAt } = reading;
  if (c === null) {
    const { historyCursor, historyComplete } = reading;
    return {
      row: { historyCursor, historyComplete, syncedTo: newestAt, gapCursor: null, gapTo: null },
      ids: all,
    };
  }
  const known = c.gapTo ?? c.syncedTo;
  const newer = newestAt !== null && (known === null || newestAt > known);
  const whole = reading.historyComplete && (known === null || (newestAt !== null && newestAt >= known));
  const joins = c.syncedTo === null || (oldestAt !== null && oldestAt < c.syncedTo);
  const closes = whole || (newer && joins);
  const later = c.syncedTo !== null && (newestAt === null || c.syncedTo > newestAt) ? c.syncedTo : newestAt;
  return {
    row: {
      historyCursor: whole ? null : c.syncedTo === null ? reading.historyCursor : c.historyCursor,
      historyComplete: whole || (c.historyComplete && c.syncedTo !== null),
      syncedTo: closes ? later : c.syncedTo,
      gapTo: closes ? null : newer ? newestAt : c.gapTo,
      gapCursor: closes ? null : newer ? reading.historyCursor : c.gapCursor,
    },
    ids: all,
  };
}

/** Fetches the next missing page; another reading may come in before it is stored, which then may not happen. */
export function fetchPage(
  stored: StoredThread,
  thread: readonly ThreadMessage[],
  limit: number,
  between: (stored: StoredThread) => StoredThread = (same) => same,
): StoredThread {
  const before = stored.row;
  if (before === null) return stored;
  const got = pageOf(thread, nextPageOf(before), limit);
  const events = got.messages.map(asEvent);
  const page = { events, failures: [], after: got.after, beyondReach: false, unavailable: 0, apiCalls: 1 };
  const { row, ids } = between(stored);
  const moved =
    row === null ||
    (['historyCursor', 'historyComplete', 'gapCursor', 'gapTo'] as const).some(
      (key) => row[key] !== before[key],
    );
  if (moved) return { row, ids };
  const next = afterHistoryPage(before, page);
  const syncedTo =
    [row.syncedTo, next.syncedTo]
      .filter((at) => at !== null)
      .sort()
      .at(-1) ?? null;
  return { row: { ...next, syncedTo }, ids: new Set([...ids, ...got.messages.map(({ id }) => id)]) };
}

/** `restart` of histories.ts: the cursor is dead. */
export function restart({ row, ids }: StoredThread): StoredThread {
  if (row === null) return { row, ids };
  return {
    row: { ...row, historyCursor: row.gapTo === null ? null : row.historyCursor, gapCursor: null },
    ids,
  };
}

/** Whether nothing is missing, with the messages counted as the database counts them. */
export function isDone({ row, ids }: StoredThread, depth: number | null): boolean {
  return row !== null && isEnough({ ...row, stored: depth === null ? 0 : Math.min(ids.size, depth) }, depth);
}

/** Messages that the row claims to have: those above a cursor, up to a time, in the one piece or beyond the gap. */
export function claimed({ row }: StoredThread, thread: readonly ThreadMessage[]): string[] {
  if (row === null) return [];
  const above = (cursor: string | null) =>
    cursor === null ? [] : thread.slice(thread.findIndex(({ id }) => id === cursor));
  const upTo = (messages: readonly ThreadMessage[], time: string | null) =>
    time === null ? [] : messages.filter(({ at }) => iso(at) <= time);
  return [
    ...upTo(row.historyComplete ? thread : above(row.historyCursor), row.syncedTo),
    ...upTo(above(row.gapCursor), row.gapTo),
  ].map(({ id }) => id);
}
