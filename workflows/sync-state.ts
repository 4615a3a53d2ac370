import type { JobStatus } from '../src/contract/job-status.ts';
import type { Platform } from '../src/contract/platform.ts';
import {
  type JobProgress,
  NO_TOTALS,
  type StreamProgress,
  type WorkflowProgress,
} from '../src/contract/progress.ts';
import type { PageSize, SliceEnd, SyncSliceInput, SyncSliceResult } from '../src/contract/slice.ts';
import type { SyncError } from '../src/contract/sync-error.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';

/** The walk of one platform. */
export interface StreamState {
  platform: Platform;
  state: StreamProgress['state'];
  /** Why it is done or stopped. */
  why: SliceEnd | 'internal' | null;
  seq: number;
  fetched: number;
  pageSize: PageSize | null;
  /** Epoch milliseconds until which Meta wants no calls. */
  waitUntilMs: number | null;
  restarts: number;
  /** Set when the next slice starts over: the last batch before. */
  restartAfterSeq: number | null;
  /** Slices in a row that Graph let fail without anything being stored. */
  failures: number;
  /** Answers in a row by which Graph did not know the page. */
  gone: number;
  error: SyncError | null;
}

/**
 * All that `SyncWorkflow` knows: plain JSON, so that it survives continue-as-new as it is. Every function below
 * is pure; the workflow is a thin shell around them.
 */
export interface SyncState {
  status: JobStatus;
  phase: WorkflowProgress['phase'];
  streams: StreamState[];
  job: JobProgress;
  /** Why the walk stands, or is about to stand, still. */
  pause: 'user' | 'token' | null;
  cancelRequested: boolean;
  lastError: SyncError | null;
  continuations: number;
}

/** A dead cursor starts a walk over this often in one run, then the walk fails loudly. */
const MAX_RESTARTS = 1;

/** Graph hides throttling behind "does not exist" at times; so often it gets the benefit of the doubt. */
const MAX_GONE = 3;

export function initialState(): SyncState {
  return {
    status: 'PENDING',
    phase: 'opening',
    streams: [],
    job: { ...NO_TOTALS, total: null, elapsedMs: 0 },
    pause: null,
    cancelRequested: false,
    lastError: null,
    continuations: 0,
  };
}

/** The job is open: the platforms to walk are known. A state that was carried over keeps its streams. */
export function begin(state: SyncState, platforms: readonly Platform[]): SyncState {
  const streams = platforms.map(
    (platform): StreamState =>
      state.streams.find((stream) => stream.platform === platform) ?? {
        platform,
        state: 'walking',
        why: null,
        seq: 0,
        fetched: 0,
        pageSize: null,
        waitUntilMs: null,
        restarts: 0,
        restartAfterSeq: null,
        failures: 0,
        gone: 0,
        error: null,
      },
  );
  return { ...state, status: 'IN_PROGRESS', phase: 'walk', streams };
}

export function streamOf(state: SyncState, platform: Platform): StreamState {
  const stream = state.streams.find((candidate) => candidate.platform === platform);
  if (stream === undefined) throw new Error(`No stream ${platform}`);
  return stream;
}

function changeStream(state: SyncState, platform: Platform, change: Partial<StreamState>): SyncState {
  return {
    ...state,
    streams: state.streams.map((stream) =>
      stream.platform === platform ? { ...stream, ...change } : stream,
    ),
  };
}

/** Input of the stream's next slice. */
export function sliceInput(state: SyncState, platform: Platform, job: SyncWorkflowInput): SyncSliceInput {
  const { pageSize, restartAfterSeq, failures } = streamOf(state, platform);
  const { messageDepth, maxConversations } = job.options;
  return {
    jobId: job.jobId,
    pageId: job.pageId,
    platform,
    pageSize,
    messageDepth,
    maxConversations,
    restartAfterSeq,
    failures,
  };
}

/** What the end of a slice means. This is where every class of Graph error has its defined end. */
export function afterSlice(state: SyncState, platform: Platform, result: SyncSliceResult): SyncState {
  const before = streamOf(state, platform);
  const moved: SyncState = {
    ...state,
    // two platforms report in any order; counters only grow
    job: result.job.batches >= state.job.batches ? result.job : state.job,
    lastError: result.error ?? state.lastError,
  };
  const stream: Partial<StreamState> = {
    seq: result.seq,
    fetched: result.fetched,
    pageSize: result.pageSize,
    restartAfterSeq: null,
    waitUntilMs: null,
    failures: 0,
    gone: 0,
    error: result.error,
    state: 'walking',
  };
  const stop = { ...stream, state: 'stopped', why: result.why } as const;
  switch (result.why) {
    case 'time':
      return changeStream(moved, platform, stream);
    case 'end':
    case 'cap':
      return changeStream(moved, platform, { ...stream, state: 'done', why: result.why, error: null });
    case 'throttled':
    case 'blocked':
      return changeStream(moved, platform, { ...stream, state: 'waiting', waitUntilMs: result.untilMs });
    case 'transient': {
      const failures = result.advanced ? 1 : before.failures + 1;
      return changeStream(moved, platform, {
        ...stream,
        state: 'waiting',
        waitUntilMs: result.untilMs,
        failures,
      });
    }
    case 'token':
      return changeStream({ ...moved, pause: 'token' }, platform, stream);
    case 'gone': {
      const gone = result.advanced ? 1 : before.gone + 1;
      return gone > MAX_GONE
        ? changeStream(moved, platform, stop)
        : changeStream(moved, platform, { ...stream, state: 'waiting', waitUntilMs: result.untilMs, gone });
    }
    case 'bad_request':
      return before.restarts >= MAX_RESTARTS
        ? changeStream(moved, platform, stop)
        : changeStream(moved, platform, {
            ...stream,
            restarts: before.restarts + 1,
            restartAfterSeq: result.seq,
          });
    case 'permission':
    case 'too_much_data':
    case 'unavailable':
      return changeStream(moved, platform, stop);
  }
}

/** The slice failed with something that nobody expected: this platform stops, the other goes on. */
export function afterFailure(state: SyncState, platform: Platform, error: SyncError): SyncState {
  return changeStream({ ...state, lastError: error }, platform, {
    state: 'stopped',
    why: 'internal',
    error,
  });
}

/** The wait for Meta is over. */
export function afterWait(state: SyncState, platform: Platform): SyncState {
  return changeStream(state, platform, { state: 'walking', waitUntilMs: null });
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

/** Whether there is nothing left to walk. */
export function isFinished(state: SyncState): boolean {
  return state.streams.every((stream) => stream.state === 'done' || stream.state === 'stopped');
}

/** What is carried over when the run continues as new. */
export function carryOver(state: SyncState): SyncState {
  return { ...state, continuations: state.continuations + 1 };
}
