import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { JobStatus } from '../src/contract/job-status.ts';
import { cancelSignal, pauseSignal, progressQuery, resumeSignal } from '../src/contract/messages.ts';
import { SEARCH_ATTRIBUTES } from '../src/contract/names.ts';
import type { Platform } from '../src/contract/platform.ts';
import type { SyncResult } from '../src/contract/progress.ts';
import type { HistorySliceResult, SyncSliceResult } from '../src/contract/slice.ts';
import { FAILURE_TYPES, internalError } from '../src/contract/sync-error.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';
import { progressTable } from './details.ts';
import { closeJob, openJob, pauseJob, syncHistorySlice, syncSlice, unpauseJob } from './proxies.ts';
import { isOver } from './stream-state.ts';
import { outcome, progressOf } from './sync-report.ts';
import {
  afterFailure,
  afterSlice,
  afterWait,
  begin,
  carryOver,
  historySliceInput,
  initialState,
  isFinished,
  requestCancel,
  requestPause,
  requestResume,
  revive,
  type SyncState,
  sliceInput,
  streamOf,
} from './sync-state.ts';

/** Runs that began before there was a history phase end without one. */
const WHOLE_HISTORIES = '2026-11-whole-histories';

/** How often a parked job looks whether its page has a new token. */
const LOOK_FOR_TOKEN = '1 hour';

/** A run's input: the job, and after continue-as-new what the run before knew. */
export interface SyncRunInput extends SyncWorkflowInput {
  carried?: SyncState;
}

/**
 * Syncs one page. Started by the API with the Facebook page ID as workflow ID, so that there can be only one. The
 * repair of one conversation is the same work under an ID of its own.
 *
 * Both platforms are walked at once, in slices of about two seconds, then their older messages are fetched; between
 * slices the walk can be paused, parked for Meta or for a new token, and continued as new. A cancel, by signal or by
 * Temporal's own button, aborts the slices in hand, and the job ends with all that was stored and a checkpoint.
 *
 * @throws ApplicationFailure `SyncFailed` when the job could not work at all, CancelledFailure after Temporal's
 *   own cancel
 */
export async function SyncWorkflow(input: SyncRunInput): Promise<SyncResult> {
  const { carried, ...job } = input;
  const knowsHistory = patched(WHOLE_HISTORIES);
  let state: SyncState = carried === undefined ? initialState(knowsHistory) : revive(carried, knowsHistory);
  let walk: CancellationScope | null = null;
  let cancelledByTemporal = false;

  const cancel = () => {
    state = requestCancel(state);
    if (state.cancelRequested) walk?.cancel();
  };
  setHandler(progressQuery, () => progressOf(state, job));
  setHandler(pauseSignal, () => {
    state = requestPause(state);
  });
  setHandler(resumeSignal, () => {
    state = requestResume(state);
  });
  setHandler(cancelSignal, cancel);
  // the same ending for Temporal's Cancel: everything below runs where it cannot be cut off
  CancellationScope.current().cancelRequested.catch(() => {
    cancelledByTemporal = true;
    cancel();
  });

  const tell = () => setCurrentDetails(progressTable(progressOf(state, job)));
  const moveTo = (status: JobStatus) => {
    state = { ...state, status };
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.syncStatus, value: status }]);
    tell();
  };
  // in the sandbox this is the workflow's own time, the same at every replay
  const nowMs = () => Date.now();
  const mustContinueAsNew = () => {
    const info = workflowInfo();
    return info.continueAsNewSuggested || info.historyLength >= (job.continueAsNewAfterEvents ?? Infinity);
  };
  const mustYield = () => state.cancelRequested || state.pause !== null || mustContinueAsNew();

  function nextSlice(platform: Platform): Promise<SyncSliceResult | HistorySliceResult> {
    const stream = streamOf(state, platform);
    if (stream.phase === 'walk') {
      const summary = `${platform} page ${stream.seq + 1} · ${stream.fetched} conversations`;
      return syncSlice.executeWithOptions({ summary }, [sliceInput(state, platform, job)]);
    }
    const { histories, historiesLeft } = state.job;
    const left = historiesLeft === null ? '' : ` of ${histories + historiesLeft}`;
    const summary = `${platform} older messages · ${histories}${left} conversations`;
    return syncHistorySlice.executeWithOptions({ summary }, [historySliceInput(state, platform, job)]);
  }

  /** Walks one platform until it is finished or the walk must yield. */
  async function walkPlatform(platform: Platform): Promise<void> {
    while (!mustYield()) {
      const stream = streamOf(state, platform);
      if (isOver(stream)) return;
      if (stream.waitUntilMs !== null) {
        const waitMs = Math.max(1, stream.waitUntilMs - nowMs());
        const until = new Date(stream.waitUntilMs).toISOString();
        if (await condition(mustYield, waitMs, { summary: `${platform}: waiting for Meta until ${until}` }))
          return;
        state = afterWait(state, platform);
      }
      try {
        const result = await nextSlice(platform);
        // only now: signals and the other platform have changed the state meanwhile
        state = afterSlice(state, platform, result, nowMs());
      } catch (error) {
        if (isCancellation(error)) return;
        if (!(error instanceof ActivityFailure)) throw error;
        state = afterFailure(state, platform, internalError(error.cause?.message ?? error.message));
      }
      tell();
    }
  }

  /** Walks the platforms at once, or one after the other when a cap is counted over both. */
  async function walkAll(): Promise<void> {
    const platforms = state.streams.map((stream) => stream.platform);
    if (job.options.maxConversations === null) {
      const walks = await Promise.allSettled(platforms.map(walkPlatform));
      const broken = walks.find((result) => result.status === 'rejected' && !isCancellation(result.reason));
      if (broken?.status === 'rejected') throw broken.reason;
      return;
    }
    for (const platform of platforms) await walkPlatform(platform);
  }

  async function open(): Promise<void> {
    const opened = await openJob({ ...job, runId: workflowInfo().firstExecutionRunId });
    state = begin(state, opened, job.options);
    if (opened.mode !== undefined && opened.mode !== job.options.mode) {
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.syncMode, value: opened.mode }]);
    }
    moveTo('IN_PROGRESS');
  }

  /** Stands still until somebody resumes or cancels, or the page turns out to have a new token. */
  async function standStill(reason: 'user' | 'token'): Promise<void> {
    const parked = reason === 'token';
    const pause = () =>
      pauseJob({ jobId: job.jobId, tokenExpired: parked, error: parked ? state.lastError : null });
    const mayGoOn = () => state.pause === null || state.cancelRequested;
    let { tokenRenewed } = await pause();
    moveTo('PAUSED');
    // a signal tells of a new token; should it be lost, the page itself does
    while (parked && !tokenRenewed && !(await condition(mayGoOn, LOOK_FOR_TOKEN))) {
      // the park goes on in the next run
      if (mustContinueAsNew()) return;
      ({ tokenRenewed } = await pause());
    }
    if (parked && tokenRenewed) state = requestResume(state);
    await condition(mayGoOn);
    if (state.cancelRequested) return;
    const opened = await unpauseJob({ jobId: job.jobId });
    state = begin(state, opened, job.options);
    moveTo('IN_PROGRESS');
  }

  return CancellationScope.nonCancellable(async () => {
    if (carried === undefined) await open();
    while (!state.cancelRequested && !isFinished(state)) {
      if (mustContinueAsNew()) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof SyncWorkflow>({ ...job, carried: carryOver(state) });
      }
      if (state.pause !== null) {
        await standStill(state.pause);
        continue;
      }
      walk = new CancellationScope();
      await walk.run(walkAll).catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
    }

    state = { ...state, phase: 'closing' };
    const closed = await closeJob({ jobId: job.jobId, ...outcome(state) });
    state = { ...state, phase: 'ended', job: { ...state.job, ...closed.totals } };
    moveTo(closed.status);
    log.info('Sync ended', { jobId: job.jobId, status: closed.status });
    if (cancelledByTemporal) throw new CancelledFailure(closed.message);
    if (closed.status === 'FAILED')
      throw ApplicationFailure.nonRetryable(closed.message, FAILURE_TYPES.syncFailed);
    return { jobId: job.jobId, ...closed };
  });
}
