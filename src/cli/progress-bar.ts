import cliProgress from 'cli-progress';
import type { StreamEvent } from '../contract/resources.ts';
import { conversationsPerSecond, formatCount } from '../contract/statistics.ts';
import { cutText } from './terminal-text.ts';

/** Of a name. */
const NAME_COLUMNS = 24;

/** Without a terminal, a line at most this often, in milliseconds. */
const LINE_MS = 1000;

/** A sync in the terminal. */
export interface ProgressBar {
  show(event: StreamEvent): void;
  stop(): void;
}

/** A live bar on a terminal; anywhere else a line now and then, when something has changed. */
export function createProgressBar(): ProgressBar {
  const startedAt = Date.now();
  let first: number | null = null;
  const lineOf = (event: StreamEvent) => {
    first ??= event.current;
    return describe(event, conversationsPerSecond(event.current - first, Date.now() - startedAt));
  };
  return process.stdout.isTTY ? liveBar(lineOf) : plainLines(lineOf);
}

function liveBar(lineOf: (event: StreamEvent) => string): ProgressBar {
  const bar = new cliProgress.SingleBar({
    format: (options, params, payload: { line: string; known: boolean }) => {
      const drawn = payload.known ? `${cliProgress.Format.BarFormat(params.progress, options)} ` : '';
      return `  ${drawn}${payload.line}`;
    },
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    fps: 20,
    emptyOnZero: true,
    linewrap: false,
    stream: process.stdout,
  });
  let started = false;
  return {
    show(event) {
      const payload = { line: lineOf(event), known: event.total !== null };
      const total = event.total ?? 0;
      if (!started) bar.start(total, event.current, payload);
      started = true;
      bar.setTotal(total);
      bar.update(event.current, payload);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}

function plainLines(lineOf: (event: StreamEvent) => string): ProgressBar {
  let shownAt = 0;
  let waiting: string | null = null;
  const print = () => {
    if (waiting !== null) console.log(`  ${waiting}`);
    waiting = null;
    shownAt = Date.now();
  };
  return {
    show(event) {
      waiting = lineOf(event);
      if (Date.now() - shownAt >= LINE_MS) print();
    },
    stop: print,
  };
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
