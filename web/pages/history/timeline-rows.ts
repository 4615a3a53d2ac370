import type { TimelineEntry } from '../../../src/contract/job-detail.ts';
import type { JobStatus } from '../../../src/contract/job-status.ts';
import type { TimelineKind } from '../../../src/contract/timeline.ts';
import { JOB_STATUS_WORDS } from '../../format/job-status.ts';
import { formatDuration, formatTime } from '../../format/times.ts';

/** What a person reads of a job's timeline: something that happened, or that some of it is kept no longer. */
export type TimelineRow =
  | {
      what: 'entry';
      entry: TimelineEntry;
      title: string /** How long it took, or takes. */;
      length: string | null;
    }
  | { what: 'gap'; after: number; missing: number };

const TITLES: Record<Exclude<TimelineKind, 'ended' | 'resumed'>, string> = {
  created: 'Asked for',
  started: 'Started',
  paused: 'Paused',
  waiting: 'Meta wants no calls',
  went_on: 'Went on',
  token_expired: 'Meta refused the token of the page',
  error: 'Met an error',
};

function titleOf({ kind, status }: TimelineEntry, before: TimelineEntry | undefined): string {
  if (kind === 'ended') return `Ended: ${JOB_STATUS_WORDS[status].label.toLowerCase()}`;
  if (kind === 'resumed') return before?.kind === 'ended' ? 'Taken up again' : 'Resumed';
  return TITLES[kind];
}

/** Of a wait or a pause: until what came next, or until when it lasts. */
function lengthOf(entry: TimelineEntry, next: TimelineEntry | undefined, nowMs: number): string | null {
  const began = Date.parse(entry.at);
  const over = next === undefined ? null : Date.parse(next.at);
  const seconds = (toMs: number) => formatDuration((toMs - began) / 1000);
  switch (entry.kind) {
    case 'waiting': {
      const until = entry.until === null ? null : Date.parse(entry.until);
      if (over !== null) return `for ${seconds(until === null ? over : Math.min(over, until))}`;
      if (until === null) return null;
      return until > nowMs && entry.until !== null
        ? `until ${formatTime(entry.until)}`
        : `for ${seconds(until)}`;
    }
    case 'paused':
    case 'token_expired':
      return `for ${seconds(over ?? nowMs)}`;
    default:
      return null;
  }
}

/** @param status of the job: what stands still no longer gets no longer */
export function timelineRows(
  entries: readonly TimelineEntry[],
  status: JobStatus,
  nowMs = Date.now(),
): TimelineRow[] {
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1];
    const next = entries[index + 1];
    const missing = before === undefined ? entry.id - 1 : entry.id - before.id - 1;
    const isOver = next === undefined && status !== entry.status;
    const row: TimelineRow = {
      what: 'entry',
      entry,
      title: titleOf(entry, before),
      length: isOver ? null : lengthOf(entry, next, nowMs),
    };
    return missing > 0
      ? [{ what: 'gap', after: before?.id ?? 0, missing } satisfies TimelineRow, row]
      : [row];
  });
}
