import type { JobStatus } from '../contract/job-status.ts';
import type { JobResource } from '../contract/resources.ts';
import { formatCount, formatDuration } from '../contract/statistics.ts';
import { paint, type Tone, timeText } from './output.ts';
import type { Column } from './table.ts';

const TONES: Record<JobStatus, Tone> = {
  PENDING: 'cyan',
  IN_PROGRESS: 'cyan',
  PAUSED: 'yellow',
  COMPLETED: 'green',
  UP_TO_DATE: 'green',
  PARTIAL: 'yellow',
  CANCELLED: 'yellow',
  FAILED: 'red',
};

/** Jobs as a table. Of an 80 columns terminal the four that must be there fill it. */
export const JOB_COLUMNS: readonly Column<JobResource>[] = [
  { title: 'CREATED', value: (job) => timeText(job.createdAt).slice(5) },
  { title: 'PAGE', value: (job) => job.facebookPageId, flexible: true },
  { title: 'STATUS', value: (job) => job.status, paint: (cell, job) => paint(TONES[job.status], cell) },
  { title: 'MODE', value: (job) => job.mode, optional: true },
  { title: 'BY', value: (job) => job.trigger, optional: true },
  { title: 'READ', value: (job) => formatCount(job.totals.fetched), right: true, optional: true },
  { title: 'NEW', value: (job) => formatCount(job.totals.inserted), right: true, optional: true },
  { title: 'SET ASIDE', value: (job) => formatCount(job.totals.failed), right: true, optional: true },
  { title: 'JOB', value: (job) => job.id },
];

/** A job in a few lines. */
export function jobText(job: JobResource): string {
  const { totals } = job;
  const of = job.total === null ? '' : ` of ${job.totalExact ? '' : 'about '}${formatCount(job.total)}`;
  return [
    `Job ${job.id}: ${paint(TONES[job.status], job.status)}`,
    `  ${job.conversationId === null ? `${job.mode} sync` : `repair of conversation ${job.conversationId}`} of page ${job.facebookPageId}, started by: ${job.trigger}`,
    `  created ${timeText(job.createdAt)}, at work for ${formatDuration(job.elapsedMs)}${job.completedAt === null ? '' : `, ended ${timeText(job.completedAt)}`}`,
    `  ${formatCount(totals.fetched)}${of} conversations: ${formatCount(totals.inserted)} new, ${formatCount(totals.updated)} updated, ${formatCount(totals.unchanged)} unchanged, ${formatCount(totals.failed)} set aside`,
    `  ${formatCount(totals.eventsCreated)} events, ${formatCount(totals.histories)} older histories${job.historiesLeft ? ` (${formatCount(job.historiesLeft)} left)` : ''}, ${formatCount(totals.apiCalls)} calls to Meta`,
    ...(job.waitingUntil === null ? [] : [`  waiting for Meta until ${timeText(job.waitingUntil)}`]),
    ...(job.lastError === null ? [] : [`  last error: ${job.lastError.message}`]),
    ...(job.message === null ? [] : [`  ${job.message}`]),
  ].join('\n');
}
