import type { Platform } from '../contract/platform.ts';
import type { EventInput, FailureInput } from './batch.ts';

/** What a history phase covers. */
export interface HistoryScope {
  jobId: string;
  pageId: string;
  platform: Platform;
  /** Messages of a conversation that are enough; `null` for all there are. Gaps are closed whatever it takes. */
  depth: number | null;
  /** Only conversations that the job itself has walked. */
  walkedOnly: boolean;
  /** The job names its conversations: also those that Graph did not know twice before are asked for. */
  listed: boolean;
}

/** How much of a conversation's messages is stored; see `migrations/0002_whole_histories.sql`. Times are text. */
export interface HistoryState {
  historyCursor: string | null;
  historyComplete: boolean;
  syncedTo: string | null;
  gapCursor: string | null;
  gapTo: string | null;
}

/** A conversation of which messages are missing. */
export interface IncompleteConversation extends HistoryState {
  id: string;
  graphId: string;
  /** Its place in the order of the phase, newest first. */
  activityAt: string;
  /** Messages stored so far, counted up to the scope's depth; 0 without one. */
  stored: number;
}

/** A Graph page of older messages. */
export interface HistoryPage {
  events: EventInput[];
  failures: FailureInput[];
  /** Where still older ones begin; `null` when there are none. */
  after: string | null;
  /** Whether older ones are there and cannot be read. */
  beyondReach: boolean;
  /** How many of those there are. */
  unavailable: number;
  apiCalls: number;
}

/** The cursor after which the conversation's next page begins; `null` for its newest messages. */
export function nextPageOf(conversation: HistoryState): string | null {
  return conversation.gapTo === null ? conversation.historyCursor : conversation.gapCursor;
}

/**
 * Whether nothing is missing, or no more is wanted: gaps are closed whatever it takes.
 *
 * @param depth messages that are enough; `null` for all there are
 */
export function isEnough(conversation: HistoryState & { stored: number }, depth: number | null): boolean {
  return (
    conversation.gapTo === null &&
    (conversation.historyComplete || (depth !== null && conversation.stored >= depth))
  );
}

/** The conversation once the page that came after `nextPageOf` is stored. */
export function withHistoryPage(before: IncompleteConversation, page: HistoryPage): IncompleteConversation {
  return { ...before, ...afterHistoryPage(before, page), stored: before.stored + page.events.length };
}

/**
 * What is stored of a conversation once the page that came after `nextPageOf` is: a gap is closed from above until the
 * page reaches what was there before, then the history goes on where it stopped.
 */
export function afterHistoryPage(before: HistoryState, page: HistoryPage): HistoryState {
  const times = page.events.map((event) => event.occurredAt).sort();
  const isEnd = page.after === null || page.beyondReach;
  const newest = times.at(-1) ?? null;
  if (isEnd) {
    const syncedTo = before.gapTo ?? before.syncedTo ?? newest;
    return { historyCursor: null, historyComplete: true, syncedTo, gapCursor: null, gapTo: null };
  }
  if (before.gapTo === null) {
    return { ...before, historyCursor: page.after, syncedTo: before.syncedTo ?? newest };
  }
  const oldest = times[0];
  const joins =
    before.syncedTo === null || (oldest !== undefined && Date.parse(oldest) < Date.parse(before.syncedTo));
  return joins
    ? { ...before, syncedTo: before.gapTo, gapCursor: null, gapTo: null }
    : { ...before, gapCursor: page.after };
}
