import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import { type JobProgress, NO_TOTALS } from '../../src/contract/progress.ts';
import type { SliceEnd, SyncSliceResult } from '../../src/contract/slice.ts';
import type { SyncError } from '../../src/contract/sync-error.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import { begin, initialState, type StreamState, type SyncState } from '../../workflows/sync-state.ts';

export const UNTIL = Date.UTC(2026, 0, 31, 14, 5);
export const SIZE = { conversations: 50, messages: 25, goodPages: 2 };
export const ENDS = [
  'time',
  'end',
  'cap',
  'throttled',
  'transient',
  'unavailable',
  'blocked',
  'token',
  'permission',
  'gone',
  'bad_request',
  'too_much_data',
] as const satisfies readonly SliceEnd[];
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
  elapsedMs: batches * 500,
  ...NO_TOTALS,
  batches,
  fetched: batches * 100,
  inserted: batches * 100,
  apiCalls: batches,
});
export const problem = (message: string): SyncError => ({ kind: 'transient', message, detail: null });

export function slice(why: SliceEnd, more: Partial<SyncSliceResult> = {}): SyncSliceResult {
  const isFine = why === 'time' || why === 'end' || why === 'cap';
  const waits = why === 'throttled' || why === 'transient' || why === 'blocked' || why === 'gone';
  return {
    why,
    untilMs: waits ? UNTIL : null,
    seq: 3,
    fetched: 300,
    pageSize: SIZE,
    job: totals(3),
    advanced: true,
    error: isFine ? null : problem(`${why}.`),
    ...more,
  };
}

export const walking = (platforms: readonly Platform[] = PLATFORMS) => begin(initialState(), platforms);
export const json = (state: SyncState): SyncState => JSON.parse(JSON.stringify(state)) as SyncState;
