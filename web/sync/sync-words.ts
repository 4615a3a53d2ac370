import type { Platform } from '../../src/contract/platform.ts';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { MODE_LABELS, secondsLeft } from '../../src/contract/statistics.ts';
import { formatCount, formatNumberOf } from '../format/numbers.ts';
import { formatTime } from '../format/times.ts';
import { elapsedMs, isOpen, type KnownSync } from './sync-status.ts';

// What a sync is called, in words that the button and the panel share.

export const PLATFORM_NAMES: Record<Platform, string> = { messenger: 'Messenger', instagram: 'Instagram' };

/** Conversations that are done, and how many there will be; `null`: nobody knows yet. */
export function progressOf({ totals, total }: JobResource): { current: number; total: number | null } {
  return { current: totals.fetched, total: total === null ? null : Math.max(total, totals.fetched) };
}

/** `15 of 250`, `15 conversations` while the total is unknown. */
export function shortProgress(job: JobResource): string {
  const { current, total } = progressOf(job);
  return total === null
    ? formatNumberOf(current, 'conversation')
    : `${formatCount(current)} of ${formatCount(total)}`;
}

/** `15 of 250 conversations` */
export function longProgress(job: JobResource): string {
  const { current, total } = progressOf(job);
  return total === null
    ? formatNumberOf(current, 'conversation')
    : `${formatCount(current)} of ${formatNumberOf(total, 'conversation')}`;
}

/** Until when Meta wants no calls, `14:05`; `null`: it does not make us wait. */
export function waitingUntil({ job }: SyncStatusResource, nowMs: number): string | null {
  const { waitingUntil: until, status } = job;
  if (until === null || status !== 'IN_PROGRESS' || Date.parse(until) <= nowMs) return null;
  return formatTime(until);
}

/** Conversations whose older messages are still to be fetched, while that is what the sync does. */
export function historiesLeft({ job, phase }: SyncStatusResource): number | null {
  return phase === 'walk' || !job.historiesLeft ? null : job.historiesLeft;
}

/** Estimated seconds until all conversations are walked; `null` while nobody can say. */
export function timeLeft(known: KnownSync, nowMs: number): number | null {
  const { job } = known.status;
  const ms = elapsedMs(known, nowMs);
  const { current, total } = progressOf(job);
  if (job.status !== 'IN_PROGRESS' || historiesLeft(known.status) !== null || current === 0) return null;
  return secondsLeft(total, current, ms > 0 ? (current * 1000) / ms : 0);
}

const STARTED_BY: Record<JobResource['trigger'], string> = {
  manual: 'started by hand',
  retry: 'reads again what was set aside',
  repair: 'a repair',
  schedule: 'started by the schedule',
  batch: 'part of a batch',
};

/** `Full sync, started by the schedule` */
export function originOf(job: JobResource): string {
  return `${MODE_LABELS[job.mode]}, ${STARTED_BY[job.trigger]}`;
}

const STEPS = 4;

/**
 * What a screen reader says of a sync that runs: when it begins, with each quarter, and when something else becomes of it.
 * Between two of those the words stay the same, so that nothing is said.
 */
export function announcementOf(status: SyncStatusResource, nowMs: number): string {
  const { job } = status;
  if (!isOpen(status)) return job.message ?? 'The sync has ended.';
  if (job.tokenExpired) return 'The sync waits until the page is connected again.';
  if (job.status === 'PAUSED') return 'The sync is paused.';
  const until = waitingUntil(status, nowMs);
  if (until !== null) return `The sync waits for Meta until ${until}.`;
  if (historiesLeft(status) !== null) return 'The sync fetches older messages.';
  const { current, total } = progressOf(job);
  const quarter = total === null || total === 0 ? 0 : Math.floor((current / total) * STEPS);
  return quarter === 0 ? 'The sync runs.' : `The sync runs: ${(quarter * 100) / STEPS} percent.`;
}
