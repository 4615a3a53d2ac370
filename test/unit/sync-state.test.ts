import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import { newStream } from '../../workflows/stream-state.ts';
import type { SyncRunInput } from '../../workflows/sync.ts';
import {
  afterFailure,
  afterSlice,
  afterWait,
  begin,
  carryOver,
  historySliceInput,
  initialState,
  isFinished,
  requestCancel,
  requestPause,
  requestResume,
  revive,
  type SyncState,
  sliceInput,
  streamOf,
} from '../../workflows/sync-state.ts';
import {
  ENDS,
  historySlice,
  JOB,
  json,
  MESSAGE_LIMIT,
  NOW,
  problem,
  SIZE,
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

describe('what the next slice is told', () => {
  const job = (options: Partial<SyncWorkflowInput['options']>): SyncWorkflowInput => ({
    ...JOB,
    options: { ...JOB.options, maxConversations: null, ...options },
  });
  const SELECTION = {
    since: '2026-01-01T00:00:00.000Z',
    until: '2026-02-01T00:00:00.000Z',
    platforms: null,
    unreadOnly: true,
    conversations: null,
  };

  test('it goes on where the last one stood', () => {
    const state = afterSlice(walking(), 'instagram', slice('bad_request', { seq: 8 }), NOW);
    expect(sliceInput(state, 'instagram', JOB)).toEqual({
      jobId: 'job',
      pageId: 'page',
      platform: 'instagram',
      mode: 'full',
      pageSize: SIZE,
      messageDepth: 'all',
      maxConversations: 500,
      failures: 0,
      stuckSinceMs: null,
      // a cap covers the conversations that were walked and no others
      walkedOnly: true,
      refresh: false,
      restartAfterSeq: 8,
      stopBelow: null,
      lookFirst: false,
      until: null,
      unreadOnly: false,
      listed: false,
    });
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({ pageSize: null, restartAfterSeq: null });
  });

  test('how often and since when it has failed', () => {
    const failed = slice('transient', { advanced: false });
    const state = afterSlice(afterSlice(walking(), 'messenger', failed, NOW), 'messenger', failed, NOW + 1);
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({ failures: 2, stuckSinceMs: NOW });
    expect(sliceInput(state, 'instagram', JOB)).toMatchObject({ failures: 0, stuckSinceMs: null });
  });

  test.each([
    ['full', { walkedOnly: false, refresh: false }, job({})],
    ['capped', { walkedOnly: true, refresh: false }, job({ maxConversations: 5 })],
    ['selective', { walkedOnly: true, refresh: false }, job({ mode: 'selective' })],
    ['retry', { walkedOnly: true, refresh: false }, job({ mode: 'selective', trigger: 'retry' })],
    ['repair', { walkedOnly: true, refresh: true }, job({ mode: 'selective', trigger: 'repair' })],
  ] as const)('%s: both phases cover the same, %j', (_, expected, input) => {
    expect(sliceInput(walking(), 'messenger', input)).toMatchObject(expected);
    expect(historySliceInput(walking(), 'messenger', input)).toMatchObject(expected);
  });

  test('an incremental one looks first, where there is something to go by', () => {
    const opened = { ...BOTH, mode: 'incremental', stopBelow: MARKS } as const;
    const state = begin(initialState(), opened, JOB.options);
    const input = job({ mode: 'incremental' });
    expect(sliceInput(state, 'messenger', input)).toMatchObject({
      mode: 'incremental',
      stopBelow: MARKS.messenger,
      lookFirst: true,
    });
    expect(sliceInput(state, 'instagram', input)).toMatchObject({ stopBelow: null, lookFirst: false });
  });

  test('one that turned out to be full neither looks nor stops', () => {
    const state = begin(initialState(), { ...BOTH, mode: 'full' }, JOB.options);
    expect(sliceInput(state, 'messenger', job({ mode: 'incremental' }))).toMatchObject({
      mode: 'full',
      stopBelow: null,
      lookFirst: false,
    });
  });

  test('a selective one is told what is selected, and knows no watermark', () => {
    const state = begin(initialState(), { ...BOTH, mode: 'selective', stopBelow: MARKS }, JOB.options);
    const told = (selection: typeof SELECTION | null) =>
      sliceInput(state, 'messenger', job({ mode: 'selective', selection }));
    expect(told(SELECTION)).toMatchObject({
      mode: 'selective',
      stopBelow: SELECTION.since,
      until: SELECTION.until,
      unreadOnly: true,
      listed: false,
      lookFirst: false,
    });
    expect(told(null)).toMatchObject({ stopBelow: null, until: null, unreadOnly: false, listed: false });
  });

  test('ids of conversations are not in it, only that there are any', () => {
    const conversations = { messenger: ['t_secret'], instagram: [] };
    const selection = { ...SELECTION, since: null, until: null, unreadOnly: false, conversations };
    for (const platform of PLATFORMS) {
      const input = sliceInput(walking(), platform, job({ mode: 'selective', selection }));
      expect(input.listed).toBe(true);
      expect(JSON.stringify(input)).not.toContain('t_secret');
    }
  });

  test('the first slice of the history phase counts, later ones go on', () => {
    const state = afterSlice(walking(), 'messenger', slice('end'), NOW);
    expect(historySliceInput(state, 'messenger', JOB)).toEqual({
      jobId: 'job',
      pageId: 'page',
      platform: 'messenger',
      messageDepth: 'all',
      maxConversations: 500,
      failures: 0,
      stuckSinceMs: null,
      walkedOnly: true,
      refresh: false,
      listed: false,
      messageLimit: null,
      place: null,
      recount: true,
    });
    const place = { activityAt: '2026-01-31 12:00:00+00', id: 'c' };
    const later = afterSlice(state, 'messenger', historySlice('time', { place }), NOW);
    expect(historySliceInput(later, 'messenger', JOB)).toMatchObject({
      place,
      messageLimit: MESSAGE_LIMIT,
      recount: false,
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

describe('a state that was carried over', () => {
  /** What a run of the first version carried, as Temporal recorded it. */
  function carriedByV1(): SyncState {
    const url = new URL('../histories/sync-v1-continued-last.json', import.meta.url);
    const history = JSON.parse(readFileSync(url, 'utf8')) as {
      events: {
        workflowExecutionStartedEventAttributes?: { input: { payloads: { data: string }[] } };
      }[];
    };
    const data = history.events[0]?.workflowExecutionStartedEventAttributes?.input.payloads[0]?.data ?? '';
    const input = JSON.parse(Buffer.from(data, 'base64').toString()) as SyncRunInput;
    if (input.carried === undefined) throw new Error('The recorded run carried nothing');
    return input.carried;
  }

  test('is revived as it was', () => {
    const failed = afterSlice(walking(), 'instagram', slice('transient'), NOW);
    const state = carryOver(afterSlice(failed, 'messenger', slice('end'), NOW));
    expect(revive(json(state), true)).toEqual(state);
  });

  test('by the first version gets what that did not know', () => {
    const carried = carriedByV1();
    for (const missing of ['phase', 'hasHistory', 'stuckSinceMs']) {
      expect(carried.streams[0]).not.toHaveProperty(missing);
    }
    const state = revive(carried, true);
    expect(json(state)).toEqual(state);
    expect(state).toMatchObject({ status: 'IN_PROGRESS', phase: 'walk', mode: null, knowsHistory: true });
    expect(state.continuations).toBe(carried.continuations);
    expect(state.job).toEqual({
      ...carried.job,
      histories: 0,
      historiesFailed: 0,
      unavailable: 0,
      historiesLeft: null,
    });
    for (const [i, stream] of state.streams.entries()) {
      expect(stream).toEqual({ ...newStream(stream.platform), ...carried.streams[i] });
      expect(Object.keys(stream).sort()).toEqual(Object.keys(newStream('messenger')).sort());
    }
  });

  test('by the first version goes on: the walk it was opened for, without a history phase', () => {
    const state = revive(carriedByV1(), true);
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({
      mode: 'full',
      stopBelow: null,
      lookFirst: false,
      stuckSinceMs: null,
      restartAfterSeq: null,
    });
    const end = afterSlice(state, 'messenger', slice('end'), NOW);
    expect(isFinished(end)).toBe(true);
  });

  test('by the first version may have a history phase once it is opened again', () => {
    const state = begin(revive(carriedByV1(), true), BOTH, JOB.options);
    expect(streamOf(state, 'messenger')).toMatchObject({ state: 'walking', hasHistory: true });
    expect(streamOf(state, 'instagram')).toMatchObject({ state: 'done', why: 'end' });
    const replayed = begin(revive(carriedByV1(), false), BOTH, JOB.options);
    expect(replayed.streams.map(({ hasHistory }) => hasHistory)).toEqual([false, false]);
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
