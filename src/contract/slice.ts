import type { Platform } from './platform.ts';
import type { JobProgress } from './progress.ts';
import type { SyncError } from './sync-error.ts';
import type { MessageDepth } from './sync-options.ts';

/** The most conversations that one Graph call asks for. */
export const MAX_PAGE_SIZE = 100;

/** How much one Graph call asks for, and how many pages in a row came back as asked. */
export interface PageSize {
  conversations: number;
  /** Newest messages of each conversation. */
  messages: number;
  goodPages: number;
}

/** Input of the activity `syncSlice`: one platform of one job, for about two seconds. */
export interface SyncSliceInput {
  jobId: string;
  /** `facebook_pages.id`. */
  pageId: string;
  platform: Platform;
  /** `null` at the start of a walk; less than the full size after "reduce the amount of data". */
  pageSize: PageSize | null;
  messageDepth: MessageDepth;
  maxConversations: number | null;
  /** Slices in a row before this one that Graph let fail without anything being stored. */
  failures: number;
  /**
   * Start the walk over because its cursor is dead: the number of the last batch before the new start.
   * A repeated attempt that finds a later batch knows that this has been done.
   */
  restartAfterSeq: number | null;
}

/**
 * Why a slice ended. What is expected is a value; only surprises are thrown.
 *
 * `time` its time is up, go on · `end` the walk is complete · `cap` `maxConversations` are reached ·
 * `throttled` Meta wants no calls until `untilMs` ·
 * `transient` the network or Meta failed, try again at `untilMs` · `unavailable` so often that this is given up · `blocked` Meta has blocked the app for now (368) ·
 * `token` the token is dead · `permission` this platform may not be read · `gone` Graph does not know the
 * page (100/33, at times a throttle in disguise) · `bad_request` the cursor is dead, or the request is wrong ·
 * `too_much_data` Meta refuses even a single conversation without its messages.
 */
export type SliceEnd =
  | 'time'
  | 'end'
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

/** Result of `syncSlice`. */
export interface SyncSliceResult {
  why: SliceEnd;
  /** When calls are welcome again, epoch milliseconds; set for `throttled`, `transient`, `blocked` and `gone`. */
  untilMs: number | null;
  /** Number of the platform's last stored batch, and conversations fetched from it by this job so far. */
  seq: number;
  fetched: number;
  /** Page size to go on with. */
  pageSize: PageSize;
  /** The job after the slice, over all platforms. */
  job: JobProgress;
  /** Whether this attempt stored anything. */
  advanced: boolean;
  error: SyncError | null;
}
