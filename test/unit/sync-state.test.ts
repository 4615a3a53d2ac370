import { describe, expect, test } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import { newStream } from '../../workflows/stream-state.ts';
import {
  afterFailure,
  afterSlice,
  afterWait,
  begin,
  carryOver,
  initialState,
  isFinished,
  requestCancel,
  requestPause,
  requestResume,
  type SyncState,
  streamOf,
} from '../../workflows/sync-state.ts';
import {
  ENDS,
  historySlice,
  JOB,
  json,
  NOW,
  problem,
  shallow,
  slice,
  totals,
  walking,
} from './sync-samples.ts';

const BOTH = { platforms: [...PLATFORMS] };
const MARKS = { messenger: '2026-01-01T00:00:00.000Z' };

describe('the beginning', () => {
  test('before the job is open nothing is known', () => {
    expect(initialState()).toMatchObject({
      status: 'PENDING',
      phase: 'opening',
      mode: null,
      streams: [],
      pause: null,
    });
  });

  test.each<[Platform[]]>([[['messenger']], [['messenger', 'instagram']]])('walks %j', (platforms) => {
    const state = walking(platforms);
    expect(state).toMatchObject({ status: 'IN_PROGRESS', phase: 'walk' });
    expect(state.streams).toEqual(
      platforms.map((platform) => ({ ...newStream(platform), hasHistory: true })),
    );
  });

  test('keeps the streams that were carried over', () => {
    const before = afterSlice(walking(['messenger']), 'messenger', slice('time'), NOW);
    const state = begin(carryOver(before), BOTH, JOB.options);
    expect(streamOf(state, 'messenger')).toEqual(streamOf(before, 'messenger'));
    expect(streamOf(state, 'instagram')).toMatchObject({ seq: 0, state: 'walking' });
    expect(state.continuations).toBe(1);
  });

  test('a pause or cancel that came before is kept', () => {
    expect(begin(requestPause(initialState()), BOTH, JOB.options).pause).toBe('user');
    expect(begin(requestCancel(initialState()), BOTH, JOB.options).cancelRequested).toBe(true);
  });

  test('an unknown platform is an error, not a guess', () => {
    expect(() => streamOf(walking(['messenger']), 'instagram')).toThrowError('instagram');
  });

  test('what the job turns out to be is kept: its mode, and where each platform may stop', () => {
    const opened = { ...BOTH, mode: 'incremental', stopBelow: MARKS } as const;
    const state = begin(initialState(), opened, JOB.options);
    expect(state.mode).toBe('incremental');
    expect(state.streams.map(({ stopBelow }) => stopBelow)).toEqual([MARKS.messenger, null]);
    // a history of a version that did not say
    expect(begin(state, BOTH, JOB.options).mode).toBe('incremental');
  });

  test.each([
    ['all', [true, true]],
    [26, [true, true]],
    [25, [false, true]],
    [21, [false, true]],
    [20, [false, false]],
    [1, [false, false]],
  ] as const)('of %s messages a history phase brings what the walk does not: %j', (messageDepth, phases) => {
    expect(walking(PLATFORMS, messageDepth).streams.map(({ hasHistory }) => hasHistory)).toEqual(phases);
  });

  test('a run that began before there was a history phase has none', () => {
    const state = begin(initialState(false), BOTH, { messageDepth: 'all' });
    expect(state.streams.map(({ hasHistory }) => hasHistory)).toEqual([false, false]);
  });

  test('nothing counts as stuck after a pause, and all else goes on', () => {
    const stuck = afterSlice(walking(), 'messenger', slice('transient'), NOW);
    const state = begin(stuck, BOTH, JOB.options);
    expect(streamOf(stuck, 'messenger')).toMatchObject({ failures: 1, stuckSinceMs: NOW });
    expect(streamOf(state, 'messenger')).toEqual({
      ...streamOf(stuck, 'messenger'),
      failures: 0,
      stuckSinceMs: null,
    });
  });
});

describe('the end of a slice', () => {
  test.each(ENDS)('%s concerns its own platform alone', (why) => {
    const before = walking();
    const copy = json(before);
    const state = afterSlice(before, 'messenger', slice(why), NOW);
    expect(before).toEqual(copy);
    expect(streamOf(state, 'instagram')).toEqual(streamOf(before, 'instagram'));
    expect(state.pause).toBe(why === 'token' ? 'token' : null);
    expect(state.lastError).toEqual(slice(why).error);
    expect(state.job).toEqual(totals(3));
    expect(state).toMatchObject({ status: 'IN_PROGRESS', phase: 'walk', cancelRequested: false });
  });

  test('an error that the slice got over stays the last one of the job, not of the stream', () => {
    const hit = afterSlice(walking(), 'messenger', slice('time', { error: problem('hiccup') }), NOW);
    expect(streamOf(hit, 'messenger').error).toEqual(problem('hiccup'));
    const over = afterSlice(hit, 'messenger', slice('time'), NOW);
    expect(streamOf(over, 'messenger').error).toBeNull();
    expect(over.lastError).toEqual(problem('hiccup'));
  });

  test('a wait that is over goes on walking', () => {
    const state = afterWait(afterSlice(walking(), 'messenger', slice('throttled'), NOW), 'messenger');
    expect(streamOf(state, 'messenger')).toMatchObject({ state: 'walking', waitUntilMs: null });
  });

  test('a report from before another platform’s takes nothing back', () => {
    const state = afterSlice(walking(), 'messenger', slice('time', { job: totals(5) }), NOW);
    const late = afterSlice(state, 'instagram', slice('time', { job: totals(4), seq: 2 }), NOW);
    expect(late.job).toEqual(totals(5));
    expect(streamOf(late, 'instagram').seq).toBe(2);
  });

  test('a slice that failed for good stops its platform alone', () => {
    const state = afterFailure(walking(), 'instagram', problem('down'));
    expect(streamOf(state, 'instagram')).toMatchObject({
      state: 'stopped',
      why: 'internal',
      error: problem('down'),
    });
    expect(streamOf(state, 'messenger').state).toBe('walking');
    expect(state.lastError).toEqual(problem('down'));
    expect(isFinished(state)).toBe(false);
  });

  test('a dead token stands above a pause that somebody asked for', () => {
    expect(afterSlice(requestPause(walking()), 'messenger', slice('token'), NOW).pause).toBe('token');
  });

  test('a dead cursor of one platform does not use up the restart of the other', () => {
    const state = afterSlice(walking(), 'messenger', slice('bad_request'), NOW);
    expect(streamOf(afterSlice(state, 'instagram', slice('bad_request'), NOW), 'instagram')).toMatchObject({
      restarts: 1,
      state: 'walking',
    });
  });

  test('the job is finished when the older messages are there too, or none are wanted', () => {
    const walked = afterSlice(walking(['messenger']), 'messenger', slice('end'), NOW);
    expect(isFinished(walked)).toBe(false);
    expect(isFinished(afterSlice(walked, 'messenger', historySlice('end'), NOW))).toBe(true);
    expect(isFinished(afterSlice(shallow(['messenger']), 'messenger', slice('end'), NOW))).toBe(true);
  });
});

describe('pause, resume, cancel', () => {
  const closing: SyncState = { ...walking(), phase: 'closing' };
  const ended: SyncState = { ...walking(), phase: 'ended', status: 'COMPLETED' };

  test('each does what it says', () => {
    const paused = requestPause(walking());
    expect(paused.pause).toBe('user');
    expect(requestResume(paused)).toEqual(walking());
    expect(requestCancel(paused)).toEqual({ ...paused, cancelRequested: true });
    expect(requestResume({ ...walking(), pause: 'token' }).pause).toBeNull();
  });

  test.each<[string, (state: SyncState) => SyncState, SyncState]>([
    ['pause when paused', requestPause, requestPause(walking())],
    ['pause when parked for a token', requestPause, { ...walking(), pause: 'token' }],
    ['pause when being cancelled', requestPause, requestCancel(walking())],
    ['pause when closing', requestPause, closing],
    ['pause when ended', requestPause, ended],
    ['resume when not paused', requestResume, walking()],
    ['resume when ended', requestResume, ended],
    ['cancel when cancelled', requestCancel, requestCancel(walking())],
    ['cancel when closing', requestCancel, closing],
    ['cancel when ended', requestCancel, ended],
  ])('%s: nothing happens', (_, request, state) => {
    expect(request(state)).toEqual(state);
  });
});
