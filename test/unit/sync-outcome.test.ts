import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../src/contract/job-status.ts';
import { PLATFORMS } from '../../src/contract/platform.ts';
import { NO_TOTALS } from '../../src/contract/progress.ts';
import type { SliceEnd } from '../../src/contract/slice.ts';
import { outcome, progressOf } from '../../workflows/sync-report.ts';
import {
  afterFailure,
  afterSlice,
  afterWait,
  isFinished,
  requestCancel,
  type SyncState,
  streamOf,
} from '../../workflows/sync-state.ts';
import { FINAL, JOB, problem, slice, totals, walking } from './sync-samples.ts';

describe('how a job ends', () => {
  type Stop = SliceEnd | 'unavailable';
  const ending = (messenger: Stop, instagram: Stop | null, fetched: number): SyncState => {
    let state = walking(instagram === null ? ['messenger'] : PLATFORMS);
    for (const [platform, why] of [
      ['messenger', messenger],
      ['instagram', instagram],
    ] as const) {
      if (why === null) continue;
      if (why === 'unavailable') state = afterFailure(state, platform, problem('unavailable.'));
      else {
        for (let i = 0; i < 10 && !FINAL.includes(streamOf(state, platform).state); i++) {
          state = afterSlice(
            afterWait(state, platform),
            platform,
            slice(why, { advanced: false, job: { ...NO_TOTALS, total: null, elapsedMs: 0 } }),
          );
        }
      }
    }
    return { ...state, job: { ...state.job, fetched } };
  };

  test.each<[Stop, Stop | null, number, JobStatus, boolean, string | null]>([
    ['end', null, 10, 'COMPLETED', true, null],
    ['end', 'end', 10, 'COMPLETED', true, null],
    ['end', 'end', 0, 'COMPLETED', true, null],
    ['cap', null, 10, 'COMPLETED', false, null],
    ['cap', 'cap', 10, 'COMPLETED', false, null],
    ['end', 'cap', 10, 'COMPLETED', false, null],
    ['end', 'permission', 10, 'PARTIAL', false, 'Instagram: permission.'],
    ['end', 'permission', 0, 'PARTIAL', false, 'Instagram: permission.'],
    ['permission', 'end', 10, 'PARTIAL', false, 'Messenger: permission.'],
    ['too_much_data', 'end', 10, 'PARTIAL', false, 'Messenger: too_much_data.'],
    ['bad_request', null, 10, 'PARTIAL', false, 'Messenger: bad_request.'],
    ['unavailable', null, 10, 'PARTIAL', false, 'Messenger: unavailable.'],
    ['gone', 'unavailable', 10, 'PARTIAL', false, 'Messenger: gone. Instagram: unavailable.'],
    ['permission', null, 0, 'FAILED', false, 'Messenger: permission.'],
    ['bad_request', null, 0, 'FAILED', false, 'Messenger: bad_request.'],
    ['gone', 'permission', 0, 'FAILED', false, 'Messenger: gone. Instagram: permission.'],
  ])(
    'messenger %s, instagram %s, %i fetched: %s',
    (messenger, instagram, fetched, status, covered, reason) => {
      const state = ending(messenger, instagram, fetched);
      expect(isFinished(state)).toBe(true);
      const end = outcome(state);
      expect(end).toMatchObject({ status, covered, reason });
      expect(end.error === null).toBe(reason === null);
      expect(outcome(requestCancel(state))).toEqual({
        status: 'CANCELLED',
        covered: false,
        reason: null,
        error: null,
      });
    },
  );

  test('what was set aside does not make it partial', () => {
    const state = { ...ending('end', 'end', 10), job: { ...totals(1), fetched: 10, failed: 10 } };
    expect(outcome(state)).toMatchObject({ status: 'COMPLETED', covered: true });
  });

  test('cancelled in the middle is cancelled, not partial, and covers nothing', () => {
    expect(outcome(requestCancel(walking()))).toMatchObject({ status: 'CANCELLED', covered: false });
  });
});

describe('what the progress query answers', () => {
  test('where each platform stands', () => {
    const known = { ...totals(3), total: 1000 };
    const state = afterSlice(walking(), 'instagram', slice('throttled', { job: known }));
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
    expect(progressOf(afterSlice(walking(), 'messenger', slice('token')), JOB).tokenExpired).toBe(true);
  });

  test('does not say of an ended job that it waits for Meta', () => {
    const waiting = afterSlice(walking(['messenger']), 'messenger', slice('throttled'));
    expect(
      progressOf({ ...requestCancel(waiting), phase: 'ended', status: 'CANCELLED' }, JOB).waitingUntil,
    ).toBeNull();
  });
});
