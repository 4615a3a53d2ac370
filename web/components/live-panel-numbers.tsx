import type { StreamProgress } from '../../src/contract/progress.ts';
import { formatCount, formatNumberOf } from '../format/numbers.ts';
import { formatDuration, formatTime } from '../format/times.ts';
import { elapsedMs, type KnownSync } from '../sync/sync-status.ts';
import { PLATFORM_NAMES, timeLeft } from '../sync/sync-words.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { classNames } from '../ui/class-names.ts';

/** The counters of a sync, and its time. */
export function LivePanelNumbers({ known, nowMs }: { known: KnownSync; nowMs: number }) {
  const { totals, status } = known.status.job;
  const left = timeLeft(known, nowMs);
  const numbers: [name: string, value: string | null][] = [
    ['New', `+${formatCount(totals.inserted)}`],
    ['Updated', `↻${formatCount(totals.updated)}`],
    ['Events', formatCount(totals.eventsCreated)],
    ['Unchanged', totals.unchanged > 0 ? formatCount(totals.unchanged) : null],
    ['Set aside', totals.failed > 0 ? formatCount(totals.failed) : null],
    ['Elapsed', formatDuration(elapsedMs(known, nowMs) / 1000)],
    ['Time left', left === null ? (status === 'IN_PROGRESS' ? '–' : null) : `about ${formatDuration(left)}`],
  ];
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-x-4 gap-y-3">
      {numbers.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt className="text-xs text-muted">{name}</dt>
              <dd className="font-medium tabular-nums">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

const TONES: Record<StreamProgress['state'], Tone> = {
  walking: 'accent',
  waiting: 'warning',
  done: 'success',
  stopped: 'danger',
};

function wordsOf({ state, phase, waitingUntil }: StreamProgress): string {
  switch (state) {
    case 'walking':
      return phase === 'history' ? 'older messages' : 'reading';
    case 'waiting':
      return waitingUntil === null ? 'waiting' : `waiting until ${formatTime(waitingUntil)}`;
    case 'done':
      return 'done';
    case 'stopped':
      return 'stopped';
  }
}

/** Where each platform stands. */
export function LivePanelPlatforms({ streams }: { streams: readonly StreamProgress[] }) {
  return (
    <ul aria-label="Platforms" className="flex flex-col gap-1.5">
      {streams.map((stream) => (
        <li key={stream.platform} className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
          <span className="font-medium">{PLATFORM_NAMES[stream.platform]}</span>
          <Badge tone={TONES[stream.state]}>{wordsOf(stream)}</Badge>
          {stream.fetched > 0 && (
            <span className="text-muted tabular-nums">{formatNumberOf(stream.fetched, 'conversation')}</span>
          )}
          {stream.state !== 'done' && stream.error !== null && (
            <span
              className={classNames(
                'min-w-0 basis-full wrap-anywhere',
                stream.state === 'stopped' ? 'text-danger' : 'text-warning',
              )}
            >
              {stream.error.message}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
