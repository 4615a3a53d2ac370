import type { Platform } from '../src/contract/platform.ts';
import type { StreamProgress } from '../src/contract/progress.ts';
import {
  type HistoryPlace,
  type HistorySliceResult,
  MAX_PAGE_SIZE,
  type PageSize,
  type SliceEnd,
  type SyncSliceResult,
} from '../src/contract/slice.ts';
import type { SyncError } from '../src/contract/sync-error.ts';

/** One platform: its conversations are walked, then their older messages are fetched. */
export interface StreamState {
  platform: Platform;
  phase: StreamProgress['phase'];
  state: StreamProgress['state'];
  /** Why it is done or stopped. */
  why: SliceEnd | 'internal' | null;
  /** How the walk ended, once it has. */
  walkEnd: SliceEnd | null;
  /** Whether a history phase follows the walk. */
  hasHistory: boolean;
  /** Where the walk may stop, ISO 8601. */
  stopBelow: string | null;
  seq: number;
  fetched: number;
  pageSize: PageSize | null;
  /** Messages asked for per call of the history phase, and the last conversation that it is done with. */
  messageLimit: number | null;
  historyPlace: HistoryPlace | null;
  /** Whether the history phase has counted what there is to do. */
  counted: boolean;
  /** Epoch milliseconds until which Meta wants no calls. */
  waitUntilMs: number | null;
  /** How often the walk began anew, and what it had fetched when it last did. */
  restarts: number;
  restartedAt: number | null;
  /** Set when the next slice starts over: the last batch before. */
  restartAfterSeq: number | null;
  /** Slices in a row that failed without anything being stored, since when, and for how long when it was given up. */
  failures: number;
  stuckSinceMs: number | null;
  stuckForMs: number | null;
  /** Answers in a row by which Graph did not know the page. */
  gone: number;
  error: SyncError | null;
}

/** Graph hides throttling behind "does not exist" at times; so often it gets the benefit of the doubt. */
const MAX_GONE = 3;

export function newStream(platform: Platform): StreamState {
  return {
    platform,
    phase: 'walk',
    state: 'walking',
    why: null,
    walkEnd: null,
    hasHistory: false,
    stopBelow: null,
    seq: 0,
    fetched: 0,
    pageSize: null,
    messageLimit: null,
    historyPlace: null,
    counted: false,
    waitUntilMs: null,
    restarts: 0,
    restartedAt: null,
    restartAfterSeq: null,
    failures: 0,
    stuckSinceMs: null,
    stuckForMs: null,
    gone: 0,
    error: null,
  };
}

/** Whether there is nothing left to do. */
export function isOver(stream: StreamState): boolean {
  return stream.state === 'done' || stream.state === 'stopped';
}

/**
 * What the end of a slice means. This is where every class of Graph error has its defined end; a dead token is the
 * job's matter.
 *
 * @param nowMs the workflow's time
 * @param knowsHistory false in runs that began before there was a history phase: they restart a walk but once, as they did
 */
export function afterStreamSlice(
  before: StreamState,
  result: SyncSliceResult | HistorySliceResult,
  nowMs: number,
  knowsHistory = true,
): StreamState {
  const stream: StreamState = {
    ...before,
    ...('seq' in result
      ? { seq: result.seq, fetched: result.fetched, pageSize: result.pageSize }
      : {
          messageLimit: result.messageLimit,
          historyPlace: result.place,
          counted: before.counted || result.counted,
        }),
    restartAfterSeq: null,
    waitUntilMs: null,
    failures: 0,
    gone: 0,
    error: result.error,
    state: 'walking',
  };
  // only what stands still is timed
  if (result.advanced) stream.stuckSinceMs = null;
  const wait = { ...stream, state: 'waiting', waitUntilMs: result.untilMs } as const;
  const stop = { ...stream, state: 'stopped', why: result.why } as const;
  switch (result.why) {
    case 'time':
      return { ...stream, stuckSinceMs: null };
    case 'end':
    case 'watermark':
    case 'up_to_date':
    case 'cap':
      return afterPhase({ ...stream, error: null, stuckSinceMs: null }, result.why);
    case 'throttled':
    case 'blocked': {
      // Meta's orders are no standstill
      const waited = Math.max(0, (result.untilMs ?? nowMs) - nowMs);
      return { ...wait, stuckSinceMs: stream.stuckSinceMs === null ? null : stream.stuckSinceMs + waited };
    }
    case 'transient':
      return {
        ...wait,
        failures: result.advanced ? 1 : before.failures + 1,
        stuckSinceMs: stream.stuckSinceMs ?? nowMs,
      };
    case 'unavailable':
      return { ...stop, stuckForMs: before.stuckSinceMs === null ? 0 : nowMs - before.stuckSinceMs };
    case 'token':
      return stream;
    case 'gone': {
      const gone = result.advanced ? 1 : before.gone + 1;
      return gone > MAX_GONE ? stop : { ...wait, gone };
    }
    case 'bad_request':
      return 'seq' in result && getsAnotherStart(before, result.fetched, knowsHistory)
        ? {
            ...stream,
            restarts: before.restarts + 1,
            restartedAt: result.fetched,
            restartAfterSeq: result.seq,
          }
        : stop;
    case 'permission':
    case 'too_much_data':
      return stop;
  }
}

/** A dead cursor starts the walk over as often as it gets on in between; without that once, then it fails loudly. */
function getsAnotherStart(before: StreamState, fetched: number, knowsHistory: boolean): boolean {
  if (!knowsHistory) return before.restarts === 0;
  return before.restartedAt === null || fetched >= before.restartedAt + MAX_PAGE_SIZE;
}

/** The walk is followed by the history phase, where the job wants one. */
function afterPhase(stream: StreamState, why: SliceEnd): StreamState {
  if (stream.phase === 'history') return { ...stream, state: 'done', why: stream.walkEnd };
  const walked = { ...stream, walkEnd: why };
  return stream.hasHistory ? { ...walked, phase: 'history' } : { ...walked, state: 'done', why };
}
