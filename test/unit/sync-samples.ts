import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import { type JobProgress, NO_TOTALS } from '../../src/contract/progress.ts';
import {
  DONE_ENDS,
  type HistorySliceResult,
  type SliceEnd,
  type SliceResult,
  type SyncSliceResult,
} from '../../src/contract/slice.ts';
import type { SyncError } from '../../src/contract/sync-error.ts';
import type { MessageDepth, SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import type { StreamState } from '../../workflows/stream-state.ts';
import { begin, initialState } from '../../workflows/sync-state.ts';

/** The workflow's time, and when Meta wants calls again. */
export const NOW = Date.UTC(2026, 0, 31, 14, 0);
export const UNTIL = Date.UTC(2026, 0, 31, 14, 5);
export const SIZE = { conversations: 50, messages: 25, goodPages: 2 };
export const MESSAGE_LIMIT = 40;
/** Every way in which a slice ends; the type makes sure that none is forgotten. */
export const ENDS = Object.keys({
  time: 0,
  end: 0,
  watermark: 0,
  up_to_date: 0,
  cap: 0,
  throttled: 0,
  transient: 0,
  unavailable: 0,
  blocked: 0,
  token: 0,
  permission: 0,
  gone: 0,
  bad_request: 0,
  too_much_data: 0,
} satisfies Record<SliceEnd, 0>) as SliceEnd[];
export const FINAL: readonly StreamState['state'][] = ['done', 'stopped'];
export const JOB: SyncWorkflowInput = {
  jobId: 'job',
  pageId: 'page',
  facebookPageId: '100',
  resume: false,
  options: { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: 500 },
};

export const totals = (batches: number): JobProgress => ({
  total: null,
  historiesLeft: null,
  elapsedMs: batches * 500,
  ...NO_TOTALS,
  batches,
  fetched: batches * 100,
  inserted: batches * 100,
  apiCalls: batches,
});
export const problem = (message: string): SyncError => ({ kind: 'transient', message, detail: null });

function sliceResult(why: SliceEnd): SliceResult {
  const isFine = why === 'time' || (DONE_ENDS as readonly SliceEnd[]).includes(why);
  const waits = why === 'throttled' || why === 'transient' || why === 'blocked' || why === 'gone';
  return {
    why,
    untilMs: waits ? UNTIL : null,
    job: totals(3),
    advanced: true,
    error: isFine ? null : problem(`${why}.`),
  };
}

/** What a slice of a walk reports. */
export function slice(why: SliceEnd, more: Partial<SyncSliceResult> = {}): SyncSliceResult {
  return { ...sliceResult(why), seq: 3, fetched: 300, pageSize: SIZE, ...more };
}

/** What a slice of the history phase reports. */
export function historySlice(why: SliceEnd, more: Partial<HistorySliceResult> = {}): HistorySliceResult {
  return { ...sliceResult(why), messageLimit: MESSAGE_LIMIT, place: null, counted: true, ...more };
}

/** A job that is open; one that asks for few messages has no history phase. */
export const walking = (platforms: readonly Platform[] = PLATFORMS, messageDepth: MessageDepth = 'all') =>
  begin(initialState(), { platforms: [...platforms] }, { messageDepth });
export const shallow = (platforms: readonly Platform[] = PLATFORMS) => walking(platforms, 5);
export const json = <T>(state: T): T => JSON.parse(JSON.stringify(state)) as T;
