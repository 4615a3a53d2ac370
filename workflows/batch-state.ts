import type { AdvancedBatch, BatchProgress, BatchStanding } from '../src/contract/batches.ts';

/** The shortest and the longest time between two looks at a batch, in milliseconds. Temporal's timers are about a second late. */
const LOOK_MS = 500;
const LONGEST_LOOK_MS = 10_000;

/** The longest while all that is left stands still: that a person lets it go on is seen so much later at most. */
const LONGEST_IDLE_LOOK_MS = 5 * 60_000;

/** What `BatchSyncWorkflow` knows: plain JSON, carried over when the run continues as new. */
export interface BatchState {
  /** What the last look found; `null` before the first. */
  standing: BatchStanding | null;
  cancelRequested: boolean;
  /** Whether a look has passed the wish to cancel on. */
  cancelPassedOn: boolean;
  /** Time until the next look, in milliseconds. */
  waitMs: number;
  /** Whether the last look found all that is left to stand still. */
  idle: boolean;
  over: boolean;
  continuations: number;
}

export function initialBatchState(): BatchState {
  return {
    standing: null,
    cancelRequested: false,
    cancelPassedOn: false,
    waitMs: LOOK_MS,
    idle: false,
    over: false,
    continuations: 0,
  };
}

/** Nothing happens when the batch is over, or being cancelled. */
export function requestBatchCancel(state: BatchState): BatchState {
  return state.over ? state : { ...state, cancelRequested: true };
}

/**
 * A look has been taken: while nothing changes the next ones are further and further apart.
 *
 * @param cancel whether it was asked to cancel
 */
export function afterLook(
  state: BatchState,
  { changed, idle, over, ...standing }: AdvancedBatch,
  cancel: boolean,
): BatchState {
  const goesOn = changed || (state.idle && !idle);
  const longest = idle ? LONGEST_IDLE_LOOK_MS : LONGEST_LOOK_MS;
  return {
    ...state,
    standing,
    idle,
    over,
    cancelPassedOn: cancel,
    waitMs: goesOn ? LOOK_MS : Math.min(state.waitMs * 2, longest),
  };
}

/** Whether the next look must not be waited for. */
export function mustLook(state: BatchState): boolean {
  return state.cancelRequested && !state.cancelPassedOn;
}

/** What is carried over when the run continues as new. */
export function carryBatchOver(state: BatchState): BatchState {
  return { ...state, continuations: state.continuations + 1 };
}

/** Answer of the query. */
export function batchProgressOf(state: BatchState, batchId: string): BatchProgress | null {
  const { standing, cancelRequested, continuations } = state;
  return standing === null ? null : { ...standing, batchId, cancelRequested, continuations };
}
