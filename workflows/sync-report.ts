import type { EndedStatus } from '../src/contract/job-status.ts';
import { PLATFORM_LABELS, type Platform } from '../src/contract/platform.ts';
import type { WorkflowProgress } from '../src/contract/progress.ts';
import { conversationsPerSecond, formatDuration, secondsLeft } from '../src/contract/statistics.ts';
import type { SyncError } from '../src/contract/sync-error.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';
import { isOver, type StreamState } from './stream-state.ts';
import type { SyncState } from './sync-state.ts';

/** How the job ends (requirement A12). */
export function outcome(state: SyncState): {
  status: EndedStatus;
  covered: boolean;
  coveredPlatforms: Platform[];
  reason: string | null;
  error: SyncError | null;
} {
  if (state.cancelRequested)
    return { status: 'CANCELLED', covered: false, coveredPlatforms: [], reason: null, error: null };
  const stopped = state.streams.filter((stream) => stream.state !== 'done');
  const coveredPlatforms = state.streams.filter(isCovered).map((stream) => stream.platform);
  if (stopped.length === 0) {
    const covered = state.mode !== 'selective' && state.streams.length > 0 && state.streams.every(isCovered);
    const { fetched, histories, historiesFailed } = state.job;
    const looked = state.streams.length > 0 && state.streams.every((stream) => stream.why === 'up_to_date');
    const status = looked && fetched + histories + historiesFailed === 0 ? 'UP_TO_DATE' : 'COMPLETED';
    return { status, covered, coveredPlatforms, reason: null, error: null };
  }
  const gotAnything = state.job.fetched > 0 || stopped.length < state.streams.length;
  const reason = stopped
    .map((stream) => `${PLATFORM_LABELS[stream.platform]}: ${sentenceOf(stream)}`)
    .join(' ');
  return {
    status: gotAnything ? 'PARTIAL' : 'FAILED',
    covered: false,
    coveredPlatforms,
    reason,
    error: stopped[0]?.error ?? null,
  };
}

/** Whether the platform has everything that the job set out to fetch from it. */
function isCovered(stream: StreamState): boolean {
  return (
    stream.state === 'done' &&
    (stream.why === 'end' || stream.why === 'watermark' || stream.why === 'up_to_date')
  );
}

/** The walks may be over on all platforms that are still at work. */
function phaseOf(state: SyncState): WorkflowProgress['phase'] {
  const atWork = state.streams.filter((stream) => !isOver(stream));
  const inHistory = atWork.length > 0 && atWork.every((stream) => stream.phase === 'history');
  return state.phase === 'walk' && inHistory ? 'history' : state.phase;
}

/** Answer of the `progress` query. */
export function progressOf(state: SyncState, job: SyncWorkflowInput): WorkflowProgress {
  const streams =
    state.phase === 'walk' ? state.streams : state.streams.map((s) => ({ ...s, waitUntilMs: null }));
  const { total, elapsedMs, historiesLeft, ...totals } = state.job;
  const phase = phaseOf(state);
  const perSecond = conversationsPerSecond(totals.fetched, elapsedMs);
  const waits = streams.map((stream) => stream.waitUntilMs).filter((ms) => ms !== null);
  return {
    jobId: job.jobId,
    status: state.status,
    phase,
    mode: state.mode ?? job.options.mode,
    tokenExpired: state.pause === 'token',
    waitingUntil: waits.length === 0 ? null : new Date(Math.max(...waits)).toISOString(),
    streams: streams.map((stream) => ({
      platform: stream.platform,
      phase: stream.phase,
      state: stream.state,
      batches: stream.seq,
      fetched: stream.fetched,
      pageSize: stream.pageSize?.conversations ?? null,
      waitingUntil: stream.waitUntilMs === null ? null : new Date(stream.waitUntilMs).toISOString(),
      restarts: stream.restarts,
      error: stream.error,
    })),
    totals,
    historiesLeft,
    total: state.status === 'COMPLETED' ? totals.fetched : total,
    totalExact: state.status === 'COMPLETED',
    conversationsPerSecond: perSecond,
    secondsLeft: phase === 'walk' ? secondsLeft(total, totals.fetched, perSecond) : null,
    lastError: state.lastError,
    continuations: state.continuations,
  };
}

function sentenceOf(stream: StreamState): string {
  if (stream.why === 'unavailable') {
    const forHow = formatDuration(stream.stuckForMs ?? 0);
    const what = stream.error?.kind === 'internal' ? 'an error of its own' : 'Meta did not answer properly';
    return `nothing could be stored for ${forHow}: ${what}. Resume it later.`;
  }
  return stream.error?.message ?? 'stopped.';
}
