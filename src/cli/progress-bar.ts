import type { StreamEvent } from '../contract/resources.ts';
import { conversationsPerSecond, formatCount } from '../contract/statistics.ts';
import { type Bar, createBar } from './bar.ts';
import { cutText } from './terminal-text.ts';

/** Of a name. */
const NAME_COLUMNS = 24;

/** A sync in the terminal. */
export function createProgressBar(): Bar<StreamEvent> {
  const startedAt = Date.now();
  let first: number | null = null;
  return createBar((event) => {
    first ??= event.current;
    const perSecond = conversationsPerSecond(event.current - first, Date.now() - startedAt);
    return { current: event.current, total: event.total, line: describe(event, perSecond) };
  });
}

function describe(event: StreamEvent, perSecond: number): string {
  const of = event.total === null ? '' : ` of ${formatCount(event.total)}`;
  const failed = event.failed > 0 ? ` · ${formatCount(event.failed)} set aside` : '';
  const name = event.name === null ? '' : ` · ${cutText(event.name, NAME_COLUMNS)}`;
  const doing =
    event.waitingUntil !== null
      ? ` · waiting for Meta until ${new Date(event.waitingUntil).toLocaleTimeString()}`
      : event.jobStatus === 'PAUSED'
        ? ` · paused${event.tokenExpired ? `: ${event.error}` : ''}`
        : event.historiesLeft !== null && event.historiesLeft > 0
          ? ` · older messages of ${formatCount(event.histories)} of ${formatCount(event.histories + event.historiesLeft)} conversations`
          : name;
  return (
    `${formatCount(event.current)}${of} conversations · ` +
    `${formatCount(event.inserted)} new · ${formatCount(event.updated)} updated · ${formatCount(event.skipped)} unchanged` +
    `${failed} · ${formatCount(event.eventsCreated)} events · ${perSecond}/s${doing}`
  );
}
