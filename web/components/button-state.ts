import { hasEnded } from '../../src/contract/job-status.ts';
import type { SyncStatusResource } from '../../src/contract/resources.ts';
import { formatCount, formatNumberOf } from '../format/numbers.ts';
import { canContinue } from '../sync/sync-status.ts';
import { historiesLeft, longProgress, progressOf, shortProgress, waitingUntil } from '../sync/sync-words.ts';
import type { SyncOutcome } from './sync-outcome.ts';

/** What a button has to tell for a few seconds: how a sync ended, or why it could not be started. */
export type Notice = Pick<SyncOutcome, 'status' | 'message' | 'inserted' | 'updated' | 'eventsCreated'>;

/** What the button shows. */
export type ButtonState =
  | { kind: 'idle' }
  | { kind: 'starting' }
  /** `share` of the bar, 0 to 1; `null`: nobody knows. `label` is short, `hint` says more. */
  | { kind: 'syncing'; label: string; hint: string; share: number | null }
  /** Waits for somebody: to let it go on, or (`parked`) to connect the page again. */
  | { kind: 'paused'; label: string; hint: string }
  | { kind: 'parked'; label: string; hint: string }
  | { kind: 'success'; inserted: number; updated: number; eventsCreated: number; hint: string }
  | { kind: 'error'; hint: string }
  /** Ended early. `isNews`: a moment ago. */
  | { kind: 'partial'; hint: string; isNews: boolean };

/** How long success is shown, and how long what went wrong, in milliseconds. */
export const SHOWN_MS = { success: 3000, error: 5000 } as const;

/** @param page what it is called */
export function stateOf(
  status: SyncStatusResource | null | undefined,
  {
    isStarting,
    notice,
    page,
    nowMs,
  }: { isStarting: boolean; notice: Notice | null; page: string; nowMs: number },
): ButtonState {
  const job = status?.job;
  if (isStarting && notice === null) return { kind: 'starting' };
  if (job !== undefined && status && !hasEnded(job.status)) {
    const done = longProgress(job);
    if (job.tokenExpired) {
      const hint = `Meta refused the token of ${page}. Connect the page again, and its sync goes on (${done}).`;
      return { kind: 'parked', label: 'Reconnect page', hint };
    }
    if (job.status === 'PAUSED') {
      return { kind: 'paused', label: 'Continue', hint: `Paused at ${done}. Press to go on.` };
    }
    return { kind: 'syncing', ...syncing(status, page, nowMs) };
  }
  if (notice !== null && notice.status === 'complete') {
    const { inserted, updated, eventsCreated, message } = notice;
    return { kind: 'success', inserted, updated, eventsCreated, hint: message };
  }
  if (notice !== null && notice.status === 'error') return { kind: 'error', hint: notice.message };
  if (job !== undefined && canContinue(job)) {
    const hint = notice?.message ?? `Stopped at ${longProgress(job)}. Press to go on from there.`;
    return { kind: 'partial', hint, isNews: notice !== null };
  }
  return { kind: 'idle' };
}

function syncing(status: SyncStatusResource, page: string, nowMs: number) {
  const { job } = status;
  const until = waitingUntil(status, nowMs);
  const left = historiesLeft(status);
  const { current, total } = progressOf(job);
  const now = until !== null ? `waiting for Meta until ${until}` : job.currentName;
  const what =
    left === null ? longProgress(job) : `older messages: ${formatNumberOf(left, 'conversation')} left`;
  const done = job.totals.histories;
  const share = left === null ? (total ? current / total : null) : done / (done + left);
  return {
    label:
      left !== null ? `${formatCount(left)} to complete` : current === 0 ? 'Syncing …' : shortProgress(job),
    hint: `${page}: ${what}${now === null ? '' : ` · ${now}`}`,
    share,
  };
}

/** What stands on the button, and what is read out instead where signs stand for words. */
export function labelOf(state: ButtonState, showProgress: boolean): { text: string; words?: string } {
  switch (state.kind) {
    case 'idle':
      return { text: 'Sync' };
    case 'starting':
      return { text: 'Starting …' };
    case 'syncing':
      return { text: showProgress ? state.label : 'Syncing …' };
    case 'paused':
    case 'parked':
      return { text: state.label };
    case 'success':
      return successLabel(state);
    case 'error':
      return { text: 'Failed' };
    case 'partial':
      return { text: 'Continue' };
  }
}

function successLabel(state: Extract<ButtonState, { kind: 'success' }>): { text: string; words?: string } {
  const { inserted, updated, eventsCreated } = state;
  if (inserted + updated + eventsCreated === 0) return { text: 'Up to date' };
  const events = formatNumberOf(eventsCreated, 'event');
  return {
    text: `+${formatCount(inserted)} ↻${formatCount(updated)} · ${events}`,
    words: `Synced: ${formatCount(inserted)} new, ${formatCount(updated)} updated, ${events}`,
  };
}
