import type { Platform } from './platform.ts';
import type { JobProgress } from './progress.ts';
import type { SyncError } from './sync-error.ts';
import type { MessageDepth, SyncMode } from './sync-options.ts';

/** The most conversations, or messages of one conversation, that a Graph call asks for. */
export const MAX_PAGE_SIZE = 100;

/**
 * The most messages that are asked for inside a page of conversations; older ones are paged by themselves. Of an
 * Instagram conversation only the 20 newest can be read at all.
 */
export const NESTED_MESSAGES: Record<Platform, number> = { messenger: 25, instagram: 20 };

/** How much one call of a walk asks for, and how many pages in a row came back as asked. */
export interface PageSize {
  conversations: number;
  /** Newest messages of each conversation. */
  messages: number;
  goodPages: number;
}

/** What every slice is told: two seconds of work for one platform of one job. */
export interface SliceInput {
  jobId: string;
  /** `facebook_pages.id`. */
  pageId: string;
  platform: Platform;
  messageDepth: MessageDepth;
  maxConversations: number | null;
  /** Slices in a row before this one that failed without anything being stored. */
  failures: number;
  /** Since when there has been nothing but such failures, epoch milliseconds. */
  stuckSinceMs: number | null;
  /** The history phase covers the conversations that the job has walked, not all of the page's that lack messages. */
  walkedOnly: boolean;
  /** The job lists its conversations: they are read one by one, whatever earlier jobs have found. */
  listed: boolean;
  /** Messages that are stored take over what Graph shows now. */
  refresh: boolean;
}

/** Input of the activity `syncSlice`: a stretch of the walk through a platform's conversations, newest first. */
export interface SyncSliceInput extends SliceInput {
  mode: SyncMode;
  /** `null` at the start of a walk; less than the full size after "reduce the amount of data". */
  pageSize: PageSize | null;
  /** The walk is over at the first conversation that was last updated before this; ISO 8601. */
  stopBelow: string | null;
  /** Ask for the newest conversations first, and end at once when they are all stored (requirement A6). */
  lookFirst: boolean;
  /** Take only conversations that were last updated no later than this, ISO 8601, and are unread. */
  until: string | null;
  unreadOnly: boolean;
  /**
   * Start the walk over because its cursor is dead: the number of the last batch before the new start.
   * A repeated attempt that finds a later batch knows that this has been done.
   */
  restartAfterSeq: number | null;
}

/** A conversation's place in the order of the history phase: the time of its last activity as text, and its id. */
export interface HistoryPlace {
  activityAt: string;
  id: string;
}

/** Input of the activity `syncHistorySlice`: a stretch of the older messages of a platform's conversations. */
export interface HistorySliceInput extends SliceInput {
  /** Messages asked for per call; `null` for the most, less after "reduce the amount of data". */
  messageLimit: number | null;
  /** The last conversation that is done with; `null` at the beginning. */
  place: HistoryPlace | null;
  /** The phase begins: count what there is to do. */
  recount: boolean;
}

/**
 * Why a slice ended. What is expected is a value; only a database that is away is thrown.
 *
 * `time` its time is up, go on · `end` all of it is done · `watermark` the rest has not changed since the last sync, or
 * was not asked for · `up_to_date` nothing has changed · `cap` `maxConversations` are reached ·
 * `throttled` Meta wants no calls until `untilMs` · `transient` the network, Meta or the slice itself failed, try again at
 * `untilMs` · `unavailable` for so long that this is given up · `blocked` Meta has blocked the app for now (368) ·
 * `token` the token is dead · `permission` this platform may not be read · `gone` Graph does not know the
 * page (100/33, at times a throttle in disguise) · `bad_request` the cursor is dead, or the request is wrong ·
 * `too_much_data` Meta refuses even a single conversation without its messages.
 */
export type SliceEnd =
  | 'time'
  | 'end'
  | 'watermark'
  | 'up_to_date'
  | 'cap'
  | 'throttled'
  | 'transient'
  | 'unavailable'
  | 'blocked'
  | 'token'
  | 'permission'
  | 'gone'
  | 'bad_request'
  | 'too_much_data';

/** The ends after which there is nothing left to do in this phase. */
export const DONE_ENDS = ['end', 'watermark', 'up_to_date', 'cap'] as const satisfies readonly SliceEnd[];
export type DoneEnd = (typeof DONE_ENDS)[number];

/** What every slice reports. */
export interface SliceResult {
  why: SliceEnd;
  /** When calls are welcome again, epoch milliseconds; set for `throttled`, `transient`, `blocked` and `gone`. */
  untilMs: number | null;
  /** The job after the slice, over all platforms. */
  job: JobProgress;
  /** Whether this attempt stored anything. */
  advanced: boolean;
  error: SyncError | null;
}

/** Result of `syncSlice`. */
export interface SyncSliceResult extends SliceResult {
  /** Number of the platform's last stored batch, and conversations fetched from it by this job so far. */
  seq: number;
  fetched: number;
  /** Page size to go on with. */
  pageSize: PageSize;
}

/** Result of `syncHistorySlice`. */
export interface HistorySliceResult extends SliceResult {
  messageLimit: number;
  place: HistoryPlace | null;
  /** Whether what there is to do has been counted. */
  counted: boolean;
}
