import { expect, test } from 'vitest';
import type { TimelineEntry } from '../../src/contract/job-detail.ts';
import type { TimelineKind } from '../../src/contract/timeline.ts';
import { formatTime } from '../../web/format/times.ts';
import { timelineRows } from '../../web/pages/history/timeline-rows.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

function entry(
  id: number,
  seconds: number,
  kind: TimelineKind,
  more: Partial<TimelineEntry> = {},
): TimelineEntry {
  return { id, at: at(seconds), kind, status: 'IN_PROGRESS', detail: null, until: null, times: 1, ...more };
}

const words = (...args: Parameters<typeof timelineRows>) =>
  timelineRows(...args).map((row) =>
    row.what === 'gap' ? `${row.missing} missing` : [row.title, row.length],
  );

test('waits and pauses have their length, a gap in the numbers is said', () => {
  const entries = [
    entry(1, 0, 'created', { status: 'PENDING' }),
    entry(2, 1, 'started'),
    entry(3, 10, 'waiting', { until: at(130) }),
    // a worker came late: the wait was over before
    entry(4, 400, 'went_on'),
    entry(21, 500, 'waiting', { until: at(900) }),
    entry(22, 560, 'paused', { status: 'PAUSED' }),
    entry(23, 570, 'resumed'),
    entry(24, 600, 'ended', { status: 'PARTIAL' }),
    entry(25, 700, 'resumed'),
    entry(26, 800, 'token_expired', { status: 'PAUSED' }),
    entry(27, 860, 'ended', { status: 'CANCELLED' }),
  ];
  expect(words(entries, 'CANCELLED', NOON + 1e6)).toEqual([
    ['Asked for', null],
    ['Started', null],
    ['Meta wants no calls', 'for 2m'],
    ['Went on', null],
    '16 missing',
    ['Meta wants no calls', 'for 1m'],
    ['Paused', 'for 10s'],
    ['Resumed', null],
    ['Ended: stopped early', null],
    ['Taken up again', null],
    ['Meta refused the token of the page', 'for 1m'],
    ['Ended: cancelled', null],
  ]);
});

test('what still lasts says until when, or how long by now', () => {
  const waiting = [entry(1, 0, 'waiting', { until: at(600) })];
  expect(words(waiting, 'IN_PROGRESS', NOON + 60_000)).toEqual([
    ['Meta wants no calls', `until ${formatTime(at(600))}`],
  ]);
  // over, and nobody has come yet
  expect(words(waiting, 'IN_PROGRESS', NOON + 700_000)).toEqual([['Meta wants no calls', 'for 10m']]);
  expect(words([entry(1, 0, 'paused', { status: 'PAUSED' })], 'PAUSED', NOON + 90_000)).toEqual([
    ['Paused', 'for 1m 30s'],
  ]);
});

test('a timeline whose beginning is gone says so', () => {
  expect(words([entry(3, 0, 'started')], 'IN_PROGRESS', NOON)).toEqual(['2 missing', ['Started', null]]);
});
