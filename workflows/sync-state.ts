import type { JobStatus } from '../src/contract/job-status.ts';
import type { OpenedJob } from '../src/contract/job-steps.ts';
import type { Platform } from '../src/contract/platform.ts';
import { type JobProgress, NO_TOTALS, type WorkflowProgress } from '../src/contract/progress.ts';
import {
  type HistorySliceInput,
  type HistorySliceResult,
  NESTED_MESSAGES,
  type SliceInput,
  type SyncSliceInput,
  type SyncSliceResult,
} from '../src/contract/slice.ts';
import type { SyncError } from '../src/contract/sync-error.ts';
import type { SyncMode, SyncOptions, SyncWorkflowInput } from '../src/contract/sync-options.ts';
import { afterStreamSlice, isOver, newStream, type StreamState } from './stream-state.ts';

/**
 * All that `SyncWorkflow` knows: plain JSON, so that it survives continue-as-new as it is. Every function below
 * is pure; the workflow is a thin shell around them.
 */
export interface SyncState {
  status: JobStatus;
  phase: Exclude<WorkflowProgress['phase'], 'history'>;
  /** How the job runs; `null` until it is open. */
  mode: SyncMode | null;
  /** Whether this run knows the history phase: one that began before there was any does not. */
  knowsHistory: boolean;
  streams: StreamState[];
  job: JobProgress;
  /** Why the walk stands, or is about to stand, still. */
  pause: 'user' | 'token' | null;
  cancelRequested: boolean;
  lastError: SyncError | null;
  continuations: number;
}

export function initialState(knowsHistory = true): SyncState {
  return {
    status: 'PENDING',
    phase: 'opening',
    mode: null,
    knowsHistory,
    streams: [],
    job: { ...NO_TOTALS, historiesLeft: null, total: null, elapsedMs: 0 },
    pause: null,
    cancelRequested: false,
    lastError: null,
    continuations: 0,
  };
}

/** A state that was carried over, perhaps by a version that knew less. */
export function revive(carried: SyncState, knowsHistory: boolean): SyncState {
  const fresh = initialState(knowsHistory);
  return {
    ...fresh,
    ...carried,
    knowsHistory,
    job: { ...fresh.job, ...carried.job },
    streams: carried.streams.map((stream) => ({ ...newStream(stream.platform), ...stream })),
  };
}

/** The job is open: what it covers is known. Streams that are there already go on; nothing counts as stuck. */
export function begin(
  state: SyncState,
  opened: OpenedJob,
  options: Pick<SyncOptions, 'messageDepth'>,
): SyncState {
  const streams = opened.platforms.map((platform): StreamState => {
    const there = state.streams.find((stream) => stream.platform === platform) ?? newStream(platform);
    return {
      ...there,
      hasHistory: state.knowsHistory && wantsHistory(platform, options),
      stopBelow: opened.stopBelow?.[platform] ?? null,
      failures: 0,
      stuckSinceMs: null,
    };
  });
  return { ...state, status: 'IN_PROGRESS', phase: 'walk', mode: opened.mode ?? state.mode, streams };
}

/** Whether the messages that come with a conversation are fewer than the job wants. */
function wantsHistory(platform: Platform, { messageDepth }: Pick<SyncOptions, 'messageDepth'>): boolean {
  return messageDepth === 'all' || messageDepth > NESTED_MESSAGES[platform];
}

export function streamOf(state: SyncState, platform: Platform): StreamState {
  const stream = state.streams.find((candidate) => candidate.platform === platform);
  if (stream === undefined) throw new Error(`No stream ${platform}`);
  return stream;
}

function changeStream(
  state: SyncState,
  platform: Platform,
  change: (stream: StreamState) => StreamState,
): SyncState {
  return {
    ...state,
    streams: state.streams.map((stream) => (stream.platform === platform ? change(stream) : stream)),
  };
}

function commonInput(state: SyncState, platform: Platform, job: SyncWorkflowInput): SliceInput {
  const { failures, stuckSinceMs } = streamOf(state, platform);
  const { messageDepth, maxConversations, trigger } = job.options;
  return {
    jobId: job.jobId,
    pageId: job.pageId,
    platform,
    messageDepth,
    maxConversations,
    failures,
    stuckSinceMs,
    walkedOnly: job.options.mode === 'selective' || maxConversations !== null,
    listed: (job.options.selection?.conversations ?? null) !== null,
    refresh: trigger === 'repair',
  };
}

/** Input of the next slice of the stream's walk. */
export function sliceInput(state: SyncState, platform: Platform, job: SyncWorkflowInput): SyncSliceInput {
  const { pageSize, restartAfterSeq, stopBelow } = streamOf(state, platform);
  const selection = job.options.selection ?? null;
  const mode = state.mode ?? job.options.mode;
  return {
    ...commonInput(state, platform, job),
    mode,
    pageSize,
    restartAfterSeq,
    stopBelow: mode === 'selective' ? (selection?.since ?? null) : stopBelow,
    lookFirst: mode === 'incremental' && stopBelow !== null,
    until: selection?.until ?? null,
    unreadOnly: selection?.unreadOnly ?? false,
  };
}

/** Input of the next slice of the stream's history phase. */
export function historySliceInput(
  state: SyncState,
  platform: Platform,
  job: SyncWorkflowInput,
): HistorySliceInput {
  const { messageLimit, historyPlace, counted } = streamOf(state, platform);
  return {
    ...commonInput(state, platform, job),
    messageLimit,
    place: historyPlace,
    recount: !counted,
  };
}

/**
 * What the end of a slice means for the job.
 *
 * @param nowMs the workflow's time
 */
export function afterSlice(
  state: SyncState,
  platform: Platform,
  result: SyncSliceResult | HistorySliceResult,
  nowMs: number,
): SyncState {
  const moved: SyncState = {
    ...state,
    // two platforms report in any order; calls only become more
    job: result.job.apiCalls >= state.job.apiCalls ? { ...state.job, ...result.job } : state.job,
    lastError: result.error ?? state.lastError,
    pause: result.why === 'token' ? 'token' : state.pause,
  };
  return changeStream(moved, platform, (stream) =>
    afterStreamSlice(stream, result, nowMs, state.knowsHistory),
  );
}

/** The slice failed with something that nobody expected: this platform stops, the other goes on. */
export function afterFailure(state: SyncState, platform: Platform, error: SyncError): SyncState {
  return changeStream({ ...state, lastError: error }, platform, (stream) => ({
    ...stream,
    state: 'stopped',
    why: 'internal',
    error,
  }));
}

/** The wait for Meta is over. */
export function afterWait(state: SyncState, platform: Platform): SyncState {
  return changeStream(state, platform, (stream) => ({ ...stream, state: 'walking', waitUntilMs: null }));
}

/** Nothing happens when the job is paused, ending or ended. */
export function requestPause(state: SyncState): SyncState {
  return state.pause !== null || state.cancelRequested || isEnding(state)
    ? state
    : { ...state, pause: 'user' };
}

/** Nothing happens when the job is not paused. */
export function requestResume(state: SyncState): SyncState {
  return state.pause === null ? state : { ...state, pause: null };
}

/** Nothing happens when the job is ending already. */
export function requestCancel(state: SyncState): SyncState {
  return isEnding(state) ? state : { ...state, cancelRequested: true };
}

function isEnding(state: SyncState): boolean {
  return state.phase === 'closing' || state.phase === 'ended';
}

/** Whether there is nothing left to do. */
export function isFinished(state: SyncState): boolean {
  return state.streams.every(isOver);
}

/** What is carried over when the run continues as new. */
export function carryOver(state: SyncState): SyncState {
  return { ...state, continuations: state.continuations + 1 };
}
