import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../src/contract/job-status.ts';
import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import { type JobProgress, NO_TOTALS } from '../../src/contract/progress.ts';
import type { SliceEnd } from '../../src/contract/slice.ts';
import { progressTable } from '../../workflows/details.ts';
import { outcome, progressOf } from '../../workflows/sync-report.ts';
import {
  afterFailure,
  afterSlice,
  afterWait,
  begin,
  initialState,
  isFinished,
  requestCancel,
  type SyncState,
  streamOf,
} from '../../workflows/sync-state.ts';
import { FINAL, historySlice, JOB, NOW, problem, slice, totals, walking } from './sync-samples.ts';

describe('how a job ends', () => {
  type Stop = SliceEnd | 'internal';
  const HOUR = 3_600_000;
  const job = { ...totals(0), apiCalls: 9 };
  /** A platform's reports until it is over: first what stands in the way, then the end. */
  function finish(state: SyncState, platform: Platform, why: Stop): SyncState {
    if (why === 'internal') return afterFailure(state, platform, problem('internal.'));
    const report = { advanced: false, job };
    let next = state;
    if (why === 'unavailable') next = afterSlice(next, platform, slice('transient', report), NOW);
    for (let i = 0; i < 10 && !FINAL.includes(streamOf(next, platform).state); i++) {
      const { phase } = streamOf(next, platform);
      const result = phase === 'walk' ? slice(why, report) : historySlice('end', report);
      next = afterSlice(afterWait(next, platform), platform, result, NOW + HOUR);
    }
    return next;
  }
  function ending(messenger: Stop, instagram: Stop | null, counts: Partial<JobProgress> = {}): SyncState {
    let state = finish(walking(instagram === null ? ['messenger'] : PLATFORMS), 'messenger', messenger);
    if (instagram !== null) state = finish(state, 'instagram', instagram);
    return { ...state, job: { ...state.job, ...counts } };
  }
  const STUCK = 'nothing could be stored for 1h 0m: Meta did not answer properly. Resume it later.';

  test.each<[Stop, Stop | null, number, JobStatus, Platform[], string | null]>([
    ['end', null, 10, 'COMPLETED', ['messenger'], null],
    ['end', 'end', 10, 'COMPLETED', ['messenger', 'instagram'], null],
    ['end', 'end', 0, 'COMPLETED', ['messenger', 'instagram'], null],
    ['watermark', 'end', 10, 'COMPLETED', ['messenger', 'instagram'], null],
    ['watermark', 'up_to_date', 10, 'COMPLETED', ['messenger', 'instagram'], null],
    ['watermark', 'watermark', 0, 'COMPLETED', ['messenger', 'instagram'], null],
    ['up_to_date', 'watermark', 0, 'COMPLETED', ['messenger', 'instagram'], null],
    ['up_to_date', 'up_to_date', 0, 'UP_TO_DATE', ['messenger', 'instagram'], null],
    ['up_to_date', null, 0, 'UP_TO_DATE', ['messenger'], null],
    // a job that was resumed has fetched something before
    ['up_to_date', 'up_to_date', 10, 'COMPLETED', ['messenger', 'instagram'], null],
    ['cap', null, 10, 'COMPLETED', [], null],
    ['cap', 'cap', 10, 'COMPLETED', [], null],
    ['end', 'cap', 10, 'COMPLETED', ['messenger'], null],
    ['up_to_date', 'permission', 0, 'PARTIAL', ['messenger'], 'Instagram: permission.'],
    ['end', 'permission', 10, 'PARTIAL', ['messenger'], 'Instagram: permission.'],
    ['end', 'permission', 0, 'PARTIAL', ['messenger'], 'Instagram: permission.'],
    ['permission', 'end', 10, 'PARTIAL', ['instagram'], 'Messenger: permission.'],
    ['permission', 'cap', 10, 'PARTIAL', [], 'Messenger: permission.'],
    ['too_much_data', 'end', 10, 'PARTIAL', ['instagram'], 'Messenger: too_much_data.'],
    ['bad_request', null, 10, 'PARTIAL', [], 'Messenger: bad_request.'],
    ['unavailable', null, 10, 'PARTIAL', [], `Messenger: ${STUCK}`],
    ['unavailable', null, 0, 'FAILED', [], `Messenger: ${STUCK}`],
    ['gone', 'internal', 10, 'PARTIAL', [], 'Messenger: gone. Instagram: internal.'],
    ['permission', null, 0, 'FAILED', [], 'Messenger: permission.'],
    ['bad_request', null, 0, 'FAILED', [], 'Messenger: bad_request.'],
    ['gone', 'permission', 0, 'FAILED', [], 'Messenger: gone. Instagram: permission.'],
  ])(
    'messenger %s, instagram %s, %i fetched: %s',
    (messenger, instagram, fetched, status, coveredPlatforms, reason) => {
      const state = ending(messenger, instagram, { fetched });
      expect(isFinished(state)).toBe(true);
      const end = outcome(state);
      const covered = coveredPlatforms.length === state.streams.length;
      expect(end).toMatchObject({ status, covered, coveredPlatforms, reason });
      expect(end.error === null).toBe(reason === null);
      expect(outcome(requestCancel(state))).toEqual({
        status: 'CANCELLED',
        covered: false,
        coveredPlatforms: [],
        reason: null,
        error: null,
      });
    },
  );

  test.each([{ histories: 1 }, { historiesFailed: 1 }])('is not up to date where it found %j', (counts) => {
    const state = ending('up_to_date', 'up_to_date', { fetched: 0, ...counts });
    expect(outcome(state)).toMatchObject({ status: 'COMPLETED', covered: true });
  });

  test.each<Stop>(['end', 'watermark', 'cap'])('a selective one has not covered the inbox: %s', (why) => {
    const state: SyncState = { ...ending(why, why, { fetched: 10 }), mode: 'selective' };
    expect(outcome(state)).toMatchObject({ status: 'COMPLETED', covered: false });
  });

  test('without any platform nothing is covered, and nothing was looked at', () => {
    const state = { ...walking([]), job: totals(0) };
    expect(outcome(state)).toMatchObject({ status: 'COMPLETED', covered: false, coveredPlatforms: [] });
  });

  test('a platform is covered when its older messages are there too', () => {
    const walked = afterSlice(walking(['messenger']), 'messenger', slice('end'), NOW);
    expect(outcome(walked)).toMatchObject({ covered: false, coveredPlatforms: [] });
    const refused = afterSlice(walked, 'messenger', historySlice('permission'), NOW);
    expect(outcome(refused)).toMatchObject({
      status: 'PARTIAL',
      coveredPlatforms: [],
      reason: 'Messenger: permission.',
    });
  });

  test('an error of our own that went on too long is not Meta’s', () => {
    const error = { kind: 'internal', message: 'x', detail: null } as const;
    const failed = slice('transient', { advanced: false, error });
    const state = afterSlice(walking(['messenger']), 'messenger', failed, NOW);
    const end = afterSlice(state, 'messenger', { ...failed, why: 'unavailable' }, NOW + 90_000);
    expect(outcome(end).reason).toBe(
      'Messenger: nothing could be stored for 1m 30s: an error of its own. Resume it later.',
    );
  });

  test('what was set aside does not make it partial', () => {
    const state = ending('end', 'end', { fetched: 10, failed: 10 });
    expect(outcome(state)).toMatchObject({ status: 'COMPLETED', covered: true });
  });

  test('cancelled in the middle is cancelled, not partial, and covers nothing', () => {
    expect(outcome(requestCancel(walking()))).toMatchObject({ status: 'CANCELLED', covered: false });
  });
});

describe('what the progress query answers', () => {
  test('where each platform stands', () => {
    const known = { ...totals(3), total: 1000 };
    const state = afterSlice(walking(), 'instagram', slice('throttled', { job: known }), NOW);
    expect(progressOf(state, JOB)).toEqual({
      jobId: 'job',
      status: 'IN_PROGRESS',
      phase: 'walk',
      mode: 'full',
      tokenExpired: false,
      waitingUntil: '2026-01-31T14:05:00.000Z',
      streams: [
        {
          platform: 'messenger',
          phase: 'walk',
          state: 'walking',
          batches: 0,
          fetched: 0,
          pageSize: null,
          waitingUntil: null,
          restarts: 0,
          error: null,
        },
        {
          platform: 'instagram',
          phase: 'walk',
          state: 'waiting',
          batches: 3,
          fetched: 300,
          pageSize: 50,
          waitingUntil: '2026-01-31T14:05:00.000Z',
          restarts: 0,
          error: problem('throttled.'),
        },
      ],
      totals: { ...NO_TOTALS, batches: 3, apiCalls: 3, fetched: 300, inserted: 300 },
      historiesLeft: null,
      total: 1000,
      totalExact: false,
      // 300 in 1.5 seconds at work
      conversationsPerSecond: 200,
      secondsLeft: 4,
      lastError: problem('throttled.'),
      continuations: 0,
    });
  });

  test('says when the page needs a new token', () => {
    expect(progressOf(afterSlice(walking(), 'messenger', slice('token'), NOW), JOB).tokenExpired).toBe(true);
  });

  test('does not say of an ended job that it waits for Meta', () => {
    const waiting = afterSlice(walking(['messenger']), 'messenger', slice('throttled'), NOW);
    expect(
      progressOf({ ...requestCancel(waiting), phase: 'ended', status: 'CANCELLED' }, JOB).waitingUntil,
    ).toBeNull();
  });

  describe('while older messages are fetched', () => {
    const walked = (state: SyncState, platform: Platform) =>
      afterSlice(state, platform, slice('end', { job: { ...totals(3), total: 1000 } }), NOW);
    const known = { ...totals(3), apiCalls: 4, total: 1000, histories: 20, historiesLeft: 280 };

    test('tells the phase of each platform, and of the job once all that are at work have come to it', () => {
      const one = progressOf(walked(walking(), 'instagram'), JOB);
      expect(one.streams.map(({ phase }) => phase)).toEqual(['walk', 'history']);
      expect(one).toMatchObject({ phase: 'walk', secondsLeft: 4 });
      const both = progressOf(walked(walked(walking(), 'instagram'), 'messenger'), JOB);
      expect(both).toMatchObject({ phase: 'history', secondsLeft: null });
      const stopped = afterSlice(walked(walking(), 'instagram'), 'messenger', slice('permission'), NOW);
      expect(progressOf(stopped, JOB).phase).toBe('history');
      const over = afterSlice(stopped, 'instagram', historySlice('end'), NOW);
      expect(progressOf(over, JOB).phase).toBe('walk');
      expect(progressOf({ ...over, phase: 'closing' }, JOB).phase).toBe('closing');
    });

    test('says how many conversations are done and left', () => {
      const state = afterSlice(
        walked(walking(['messenger']), 'messenger'),
        'messenger',
        historySlice('time', { job: known }),
        NOW,
      );
      expect(progressOf(state, JOB)).toMatchObject({ totals: { histories: 20 }, historiesLeft: 280 });
      const table = progressTable(progressOf(state, JOB));
      expect(table).toContain('| Messenger | fetching older messages | 3 | 300 |');
      expect(table).toContain('Older messages: 20 conversations done · 280 left');
      expect(progressTable(progressOf(walking(), JOB))).not.toContain('lder messages');
    });
  });

  test('the mode is that which the job turned out to have', () => {
    const options = { ...JOB.options, mode: 'incremental' } as const;
    expect(progressOf(initialState(), { ...JOB, options }).mode).toBe('incremental');
    const opened = begin(initialState(), { platforms: ['messenger'], mode: 'full' }, options);
    expect(progressOf(opened, { ...JOB, options }).mode).toBe('full');
  });
});
