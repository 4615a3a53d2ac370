import { PLATFORM_LABELS } from '../src/contract/platform.ts';
import type { WorkflowProgress } from '../src/contract/progress.ts';
import { formatCount } from '../src/contract/statistics.ts';

/** The progress as a Markdown table, for the Temporal Web UI (requirement B5). */
export function progressTable(progress: WorkflowProgress): string {
  const { totals } = progress;
  const rows = progress.streams.map((stream) => {
    const state =
      stream.waitingUntil === null
        ? stream.phase === 'history' && stream.state === 'walking'
          ? 'fetching older messages'
          : stream.state
        : `waiting for Meta until ${stream.waitingUntil}`;
    return `| ${PLATFORM_LABELS[stream.platform]} | ${state} | ${formatCount(stream.batches)} | ${formatCount(stream.fetched)} |`;
  });
  return [
    `**${progress.status}**${progress.tokenExpired ? ' · the page must be connected again' : ''}`,
    '',
    '| platform | state | batches | conversations |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${formatCount(totals.inserted)} new · ${formatCount(totals.updated)} updated · ${formatCount(totals.unchanged)} unchanged · ${formatCount(totals.failed)} set aside · ${formatCount(totals.eventsCreated)} events`,
    ...(progress.historiesLeft === null
      ? []
      : [
          '',
          `Older messages: ${formatCount(totals.histories)} conversations done · ${formatCount(progress.historiesLeft)} left`,
        ]),
    ...(progress.lastError === null
      ? []
      : ['', `Last error: ${progress.lastError.detail ?? progress.lastError.message}`]),
  ].join('\n');
}
