import type { EndedStatus } from '../src/contract/job-status.ts';
import { PLATFORM_LABELS } from '../src/contract/platform.ts';
import type { WorkflowProgress } from '../src/contract/progress.ts';
import { conversationsPerSecond, secondsLeft } from '../src/contract/statistics.ts';
import type { SyncError } from '../src/contract/sync-error.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';
import type { StreamState, SyncState } from './sync-state.ts';

/** How the job ends (requirement A12). */
export function outcome(state: SyncState): {
  status: EndedStatus;
  covered: boolean;
  reason: string | null;
  error: SyncError | null;
} {
  if (state.cancelRequested) return { status: 'CANCELLED', covered: false, reason: null, error: null };
  const stopped = state.streams.filter((stream) => stream.state !== 'done');
  if (stopped.length === 0) {
    const covered = state.streams.every((stream) => stream.why === 'end');
    return { status: 'COMPLETED', covered, reason: null, error: null };
  }
  const gotAnything = state.job.fetched > 0 || stopped.length < state.streams.length;
  const reason = stopped
    .map((stream) => `${PLATFORM_LABELS[stream.platform]}: ${sentenceOf(stream)}`)
    .join(' ');
  return {
    status: gotAnything ? 'PARTIAL' : 'FAILED',
    covered: false,
    reason,
    error: stopped[0]?.error ?? null,
  };
}

/** Answer of the `progress` query. */
export function progressOf(state: SyncState, job: SyncWorkflowInput): WorkflowProgress {
  const streams =
    state.phase === 'walk' ? state.streams : state.streams.map((s) => ({ ...s, waitUntilMs: null }));
  const { total, elapsedMs, ...totals } = state.job;
  const perSecond = conversationsPerSecond(totals.fetched, elapsedMs);
  const waits = streams.map((stream) => stream.waitUntilMs).filter((ms) => ms !== null);
  return {
    jobId: job.jobId,
    status: state.status,
    phase: state.phase,
    mode: job.options.mode,
    tokenExpired: state.pause === 'token',
    waitingUntil: waits.length === 0 ? null : new Date(Math.max(...waits)).toISOString(),
    streams: streams.map((stream) => ({
      platform: stream.platform,
      state: stream.state,
      batches: stream.seq,
      fetched: stream.fetched,
      pageSize: stream.pageSize?.conversations ?? null,
      waitingUntil: stream.waitUntilMs === null ? null : new Date(stream.waitUntilMs).toISOString(),
      restarts: stream.restarts,
      error: stream.error,
    })),
    totals,
    total: state.status === 'COMPLETED' ? totals.fetched : total,
    totalExact: state.status === 'COMPLETED',
    conversationsPerSecond: perSecond,
    secondsLeft: state.phase === 'walk' ? secondsLeft(total, totals.fetched, perSecond) : null,
    lastError: state.lastError,
    continuations: state.continuations,
  };
}

function sentenceOf(stream: StreamState): string {
  if (stream.why === 'unavailable') return 'Meta did not answer properly, again and again. Try again later.';
  return stream.error?.message ?? 'stopped.';
}
