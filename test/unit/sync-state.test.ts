import { describe, expect, test } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import type { SliceEnd, SyncSliceResult } from '../../src/contract/slice.ts';
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
  type StreamState,
  type SyncState,
  sliceInput,
  streamOf,
} from '../../workflows/sync-state.ts';
import { ENDS, JOB, json, problem, SIZE, slice, totals, UNTIL, walking } from './sync-samples.ts';

describe('the beginning', () => {
  test('before the job is open nothing is known', () => {
    expect(initialState()).toMatchObject({ status: 'PENDING', phase: 'opening', streams: [], pause: null });
  });

  test.each<[Platform[]]>([[['messenger']], [['messenger', 'instagram']]])('walks %j', (platforms) => {
    const state = walking(platforms);
    expect(state).toMatchObject({ status: 'IN_PROGRESS', phase: 'walk' });
    expect(state.streams.map((stream) => [stream.platform, stream.state, stream.seq])).toEqual(
      platforms.map((platform) => [platform, 'walking', 0]),
    );
  });

  test('keeps the streams that were carried over', () => {
    const before = afterSlice(walking(['messenger']), 'messenger', slice('time'));
    const state = begin(carryOver(before), PLATFORMS);
    expect(streamOf(state, 'messenger')).toEqual(streamOf(before, 'messenger'));
    expect(streamOf(state, 'instagram')).toMatchObject({ seq: 0, state: 'walking' });
    expect(state.continuations).toBe(1);
  });

  test('a pause or cancel that came before is kept', () => {
    expect(begin(requestPause(initialState()), PLATFORMS).pause).toBe('user');
    expect(begin(requestCancel(initialState()), PLATFORMS).cancelRequested).toBe(true);
  });

  test('an unknown platform is an error, not a guess', () => {
    expect(() => streamOf(walking(['messenger']), 'instagram')).toThrowError('instagram');
  });

  test('the next slice goes on where the last one stood', () => {
    const state = afterSlice(walking(), 'instagram', slice('bad_request', { seq: 8 }));
    expect(sliceInput(state, 'instagram', JOB)).toEqual({
      jobId: 'job',
      pageId: 'page',
      platform: 'instagram',
      pageSize: SIZE,
      messageDepth: 'all',
      maxConversations: 500,
      failures: 0,
      restartAfterSeq: 8,
    });
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({ pageSize: null, restartAfterSeq: null });
  });
});

describe('the end of a slice', () => {
  type Expected = Pick<
    StreamState,
    'state' | 'why' | 'waitUntilMs' | 'restarts' | 'restartAfterSeq' | 'failures' | 'gone'
  >;
  const base: Expected = {
    state: 'walking',
    why: null,
    waitUntilMs: null,
    restarts: 0,
    restartAfterSeq: null,
    failures: 0,
    gone: 0,
  };
  const table: Record<SliceEnd, Expected & { pause?: 'token'; error?: null }> = {
    time: { ...base, error: null },
    end: { ...base, state: 'done', why: 'end', error: null },
    cap: { ...base, state: 'done', why: 'cap', error: null },
    throttled: { ...base, state: 'waiting', waitUntilMs: UNTIL },
    blocked: { ...base, state: 'waiting', waitUntilMs: UNTIL },
    transient: { ...base, state: 'waiting', waitUntilMs: UNTIL, failures: 1 },
    unavailable: { ...base, state: 'stopped', why: 'unavailable' },
    token: { ...base, pause: 'token' },
    permission: { ...base, state: 'stopped', why: 'permission' },
    gone: { ...base, state: 'waiting', waitUntilMs: UNTIL, gone: 1 },
    bad_request: { ...base, restarts: 1, restartAfterSeq: 3 },
    too_much_data: { ...base, state: 'stopped', why: 'too_much_data' },
  };

  test.each(ENDS)('%s', (why) => {
    const { pause = null, error = problem(`${why}.`), ...stream } = table[why];
    const before = walking();
    const state = afterSlice(before, 'messenger', slice(why));
    expect(streamOf(state, 'messenger')).toEqual({
      platform: 'messenger',
      seq: 3,
      fetched: 300,
      pageSize: SIZE,
      error,
      ...stream,
    });
    expect(state.pause).toBe(pause);
    expect(state.lastError).toEqual(error);
    expect(state.job).toEqual(totals(3));
    expect(streamOf(state, 'instagram')).toEqual(streamOf(before, 'instagram'));
    expect(state).toMatchObject({ status: 'IN_PROGRESS', phase: 'walk', cancelRequested: false });
  });

  test.each(ENDS)('%s changes nothing in the state that it was given', (why) => {
    const before = walking();
    const copy = json(before);
    afterSlice(before, 'messenger', slice(why));
    expect(before).toEqual(copy);
  });

  test('an error that the slice got over stays the last one of the job, not of the stream', () => {
    const hit = afterSlice(walking(), 'messenger', slice('time', { error: problem('hiccup') }));
    expect(streamOf(hit, 'messenger').error).toEqual(problem('hiccup'));
    const over = afterSlice(hit, 'messenger', slice('time'));
    expect(streamOf(over, 'messenger').error).toBeNull();
    expect(over.lastError).toEqual(problem('hiccup'));
  });

  test('a wait that is over goes on walking', () => {
    const state = afterWait(afterSlice(walking(), 'messenger', slice('throttled')), 'messenger');
    expect(streamOf(state, 'messenger')).toMatchObject({ state: 'walking', waitUntilMs: null });
  });

  test('failures in a row are counted until a slice gets on', () => {
    const fail = (state: SyncState, advanced = false) =>
      afterSlice(state, 'messenger', slice('transient', { advanced }));
    const failures = (state: SyncState) => streamOf(state, 'messenger').failures;
    const twice = fail(fail(walking()));
    expect(failures(twice)).toBe(2);
    expect(sliceInput(twice, 'messenger', JOB).failures).toBe(2);
    expect(failures(fail(twice, true))).toBe(1);
    expect(failures(afterSlice(twice, 'messenger', slice('time')))).toBe(0);
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
    const state = afterSlice(requestPause(walking()), 'messenger', slice('token'));
    expect(state.pause).toBe('token');
  });
});

describe('a page that Graph does not know', () => {
  const gone = (state: SyncState, advanced = false) =>
    afterWait(afterSlice(state, 'messenger', slice('gone', { advanced })), 'messenger');

  test('gets the benefit of the doubt three times, then the platform stops', () => {
    let state = walking();
    for (let i = 1; i <= 3; i++) {
      state = gone(state);
      expect(streamOf(state, 'messenger')).toMatchObject({ state: 'walking', gone: i });
    }
    state = afterSlice(state, 'messenger', slice('gone', { advanced: false }));
    expect(streamOf(state, 'messenger')).toMatchObject({ state: 'stopped', why: 'gone', waitUntilMs: null });
  });

  test.each<[string, SyncSliceResult]>([
    ['a slice that went well', slice('time')],
    ['a throttle', slice('throttled')],
    ['a restart', slice('bad_request')],
  ])('is counted in a row only: %s in between', (_, between) => {
    const state = afterSlice(gone(gone(gone(walking()))), 'messenger', between);
    expect(streamOf(gone(state), 'messenger')).toMatchObject({ state: 'walking', gone: 1 });
  });

  test('is counted anew after a slice that got on before it', () => {
    expect(streamOf(gone(gone(gone(gone(walking()))), true), 'messenger')).toMatchObject({ gone: 1 });
  });
});

describe('a dead cursor', () => {
  test('starts the walk over once, then the platform stops', () => {
    const first = afterSlice(walking(), 'messenger', slice('bad_request', { seq: 7 }));
    expect(streamOf(first, 'messenger')).toMatchObject({ state: 'walking', restarts: 1, restartAfterSeq: 7 });
    const good = afterSlice(first, 'messenger', slice('time', { seq: 9 }));
    expect(streamOf(good, 'messenger')).toMatchObject({ restarts: 1, restartAfterSeq: null });
    const second = afterSlice(good, 'messenger', slice('bad_request', { seq: 9 }));
    expect(streamOf(second, 'messenger')).toMatchObject({
      state: 'stopped',
      why: 'bad_request',
      restarts: 1,
    });
  });

  test('of one platform does not use up the restart of the other', () => {
    const state = afterSlice(walking(), 'messenger', slice('bad_request'));
    expect(streamOf(afterSlice(state, 'instagram', slice('bad_request')), 'instagram')).toMatchObject({
      restarts: 1,
      state: 'walking',
    });
  });

  test('is remembered across runs', () => {
    const state = json(carryOver(afterSlice(walking(), 'messenger', slice('bad_request'))));
    expect(streamOf(afterSlice(state, 'messenger', slice('bad_request')), 'messenger').state).toBe('stopped');
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
