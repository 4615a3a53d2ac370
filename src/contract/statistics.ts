import type { EndedStatus } from './job-status.ts';
import type { JobTotals } from './progress.ts';
import type { SyncMode } from './sync-options.ts';

/** How a sync of a mode is called. */
export const MODE_LABELS: Record<SyncMode, string> = {
  full: 'Full sync',
  incremental: 'Incremental sync',
  selective: 'Selective sync',
};

const number = new Intl.NumberFormat('en-US');

/** `1,234` */
export function formatCount(n: number): string {
  return number.format(n);
}

/** `0.8s`, `42s`, `2m 0s`, `1h 3m` from milliseconds. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
}

/** Conversations per second, to one decimal; 0 before any time has passed. */
export function conversationsPerSecond(fetched: number, elapsedMs: number): number {
  return elapsedMs > 0 ? Math.round((fetched / elapsedMs) * 10_000) / 10 : 0;
}

/** Percent of what was fetched that is stored, to two decimals; `null` when nothing was fetched. */
export function successRate({ fetched, failed }: Pick<JobTotals, 'fetched' | 'failed'>): number | null {
  return fetched === 0 ? null : Math.round((10_000 * (fetched - failed)) / fetched) / 100;
}

/** Estimated seconds until the total is reached; `null` while total or speed is unknown. */
export function secondsLeft(total: number | null, fetched: number, perSecond: number): number | null {
  return total === null || perSecond === 0 ? null : Math.ceil(Math.max(0, total - fetched) / perSecond);
}

/**
 * The sentence for people at the end of a job (requirement B6), such as
 * `Full sync: 10,000 conversations with 85,000 events in 2m 0s`.
 *
 * @param elapsedMs time that the job was at work, without pauses
 * @param reason why it did not cover everything, as a sentence
 */
export function statisticsSentence(
  job: { mode: SyncMode; status: EndedStatus; elapsedMs: number } & Pick<
    JobTotals,
    'fetched' | 'inserted' | 'updated' | 'failed' | 'eventsCreated' | 'historiesFailed'
  >,
  reason: string | null = null,
): string {
  const label = MODE_LABELS[job.mode];
  const conversations = `${formatCount(job.fetched)} conversation${job.fetched === 1 ? '' : 's'}`;
  const events = `${formatCount(job.eventsCreated)} event${job.eventsCreated === 1 ? '' : 's'}`;
  const failed = job.failed > 0 ? `, ${formatCount(job.failed)} set aside` : '';
  const cut =
    job.historiesFailed > 0 ? `, older messages of ${formatCount(job.historiesFailed)} set aside` : '';
  const done = `${conversations} with ${events} in ${formatDuration(job.elapsedMs)}${failed}${cut}`;
  const because = reason === null ? '' : `. ${reason}`;
  switch (job.status) {
    case 'COMPLETED':
      return job.inserted + job.updated + job.eventsCreated + job.failed + job.historiesFailed === 0
        ? `${label}: ${conversations} read, nothing new, in ${formatDuration(job.elapsedMs)}`
        : `${label}: ${done}`;
    case 'UP_TO_DATE':
      return `${label}: nothing new`;
    case 'CANCELLED':
      return `${label} cancelled after ${done}`;
    case 'PARTIAL':
      return `${label} stopped early after ${done}${because}`;
    case 'FAILED':
      return `${label} failed${because}`;
  }
}
