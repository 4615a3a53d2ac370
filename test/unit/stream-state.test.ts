import { describe, expect, test } from 'vitest';
import type { HistorySliceResult, SliceEnd, SyncSliceResult } from '../../src/contract/slice.ts';
import { afterStreamSlice, isOver, newStream, type StreamState } from '../../workflows/stream-state.ts';
import { fc } from './property.ts';
import { ENDS, historySlice, json, MESSAGE_LIMIT, NOW, problem, SIZE, slice, UNTIL } from './sync-samples.ts';

const SECOND = 1000;
const WALK: StreamState = { ...newStream('messenger'), hasHistory: true };
const SHALLOW: StreamState = newStream('messenger');
const HISTORY = afterStreamSlice(WALK, slice('watermark'), NOW);

/** The stream after some reports, one second after another. */
function inTurn(stream: StreamState, ...results: (SyncSliceResult | HistorySliceResult)[]): StreamState {
  return results.reduce((state, result, i) => afterStreamSlice(state, result, NOW + i * SECOND), stream);
}

type Changes = Record<SliceEnd, Partial<StreamState>>;
const waiting = { state: 'waiting', waitUntilMs: UNTIL } as const;
const stopped = (why: SliceEnd) => ({ state: 'stopped', why }) as const;
/** What is the same in every phase. */
const COMMON = {
  time: { error: null },
  throttled: waiting,
  blocked: waiting,
  transient: { ...waiting, failures: 1, stuckSinceMs: NOW },
  unavailable: { ...stopped('unavailable'), stuckForMs: 0 },
  token: {},
  permission: stopped('permission'),
  gone: { ...waiting, gone: 1 },
  too_much_data: stopped('too_much_data'),
} satisfies Partial<Changes>;
const RESTART = { restarts: 1, restartedAt: 300, restartAfterSeq: 3 };
const walked = (why: SliceEnd): Partial<StreamState> => ({ phase: 'history', walkEnd: why, error: null });
const done = (why: SliceEnd): Partial<StreamState> => ({ state: 'done', why, walkEnd: why, error: null });
const read: Partial<StreamState> = { state: 'done', why: 'watermark', error: null };

describe.each<
  [
    string,
    StreamState,
    Partial<StreamState>,
    (why: SliceEnd) => SyncSliceResult | HistorySliceResult,
    Changes,
  ]
>([
  [
    'of a walk that a history phase follows',
    WALK,
    { seq: 3, fetched: 300, pageSize: SIZE },
    slice,
    {
      ...COMMON,
      end: walked('end'),
      watermark: walked('watermark'),
      up_to_date: walked('up_to_date'),
      cap: walked('cap'),
      bad_request: RESTART,
    },
  ],
  [
    'of a walk that is all there is',
    SHALLOW,
    { seq: 3, fetched: 300, pageSize: SIZE },
    slice,
    {
      ...COMMON,
      end: done('end'),
      watermark: done('watermark'),
      up_to_date: done('up_to_date'),
      cap: done('cap'),
      bad_request: RESTART,
    },
  ],
  [
    'of the history phase',
    HISTORY,
    { messageLimit: MESSAGE_LIMIT, counted: true },
    historySlice,
    {
      ...COMMON,
      // how the walk ended is what counts
      end: read,
      watermark: read,
      up_to_date: read,
      cap: read,
      bad_request: stopped('bad_request'),
    },
  ],
])('the end of a slice %s', (_, before, reported, result, table) => {
  test.each(ENDS)('%s', (why) => {
    const copy = json(before);
    const stream = afterStreamSlice(before, result(why), NOW);
    expect(stream).toEqual({ ...before, ...reported, error: problem(`${why}.`), ...table[why] });
    expect(before).toEqual(copy);
    expect(json(stream)).toEqual(stream);
    expect(isOver(stream)).toBe(stream.why !== null);
  });
});

test('the walk’s numbers are kept while older messages are fetched, and the reverse', () => {
  const reading = inTurn(HISTORY, historySlice('time'));
  expect(reading).toMatchObject({ seq: 3, fetched: 300, pageSize: SIZE, messageLimit: MESSAGE_LIMIT });
  expect(inTurn(WALK, slice('time')).counted).toBe(false);
});

describe('standing still', () => {
  const fails = (untilMs = NOW) => slice('transient', { advanced: false, untilMs });
  const failsLater = () => historySlice('transient', { advanced: false });

  test('is timed from the first failure without progress', () => {
    expect(inTurn(WALK, fails(), fails(), fails())).toMatchObject({ failures: 3, stuckSinceMs: NOW });
    expect(inTurn(HISTORY, failsLater(), failsLater())).toMatchObject({ failures: 2, stuckSinceMs: NOW });
  });

  test('begins anew with a failure after something was stored', () => {
    const advanced = slice('transient', { advanced: true });
    expect(inTurn(WALK, fails(), fails(), advanced)).toMatchObject({
      failures: 1,
      stuckSinceMs: NOW + 2 * SECOND,
    });
    expect(inTurn(WALK, fails(), advanced, fails())).toMatchObject({
      failures: 2,
      stuckSinceMs: NOW + SECOND,
    });
  });

  test.each<[string, SyncSliceResult]>([
    ['a slice whose time was up', slice('time')],
    ['one that stored nothing in that time', slice('time', { advanced: false })],
    ['a throttle after something was stored', slice('throttled')],
    ['a restart after something was stored', slice('bad_request')],
    ['the end of the walk', slice('end', { advanced: false })],
  ])('is over after %s', (_, result) => {
    expect(inTurn(WALK, fails(), result)).toMatchObject({ failures: 0, stuckSinceMs: null });
  });

  test.each(['throttled', 'blocked'] as const)('does not go on while Meta wants no calls: %s', (why) => {
    const ordered = (untilMs: number) => slice(why, { advanced: false, untilMs });
    const stuck = inTurn(WALK, fails());
    expect(afterStreamSlice(stuck, ordered(NOW + 60 * SECOND), NOW + 10 * SECOND)).toMatchObject({
      failures: 0,
      stuckSinceMs: NOW + 50 * SECOND,
    });
    // a wait that is over already moves nothing back
    expect(afterStreamSlice(stuck, ordered(NOW), NOW + 10 * SECOND).stuckSinceMs).toBe(NOW);
    expect(afterStreamSlice(WALK, ordered(UNTIL), NOW).stuckSinceMs).toBeNull();
  });

  test.each(['gone', 'bad_request', 'token'] as const)('goes on after %s', (why) => {
    expect(inTurn(WALK, fails(), slice(why, { advanced: false })).stuckSinceMs).toBe(NOW);
  });

  test('ends the platform with how long it was', () => {
    const stream = afterStreamSlice(
      inTurn(WALK, fails()),
      slice('unavailable', { advanced: false }),
      NOW + 5,
    );
    expect(stream).toMatchObject({ state: 'stopped', why: 'unavailable', stuckForMs: 5, waitUntilMs: null });
  });

  test('is what has passed since the last progress, but for the waits that Meta ordered', () => {
    const event = fc.record({
      why: fc.constantFrom('transient' as const, 'throttled' as const, 'blocked' as const),
      advanced: fc.boolean(),
      workMs: fc.nat(5000),
      waitMs: fc.nat(300_000),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let stream = WALK;
        let now = NOW;
        let stuckMs: number | null = null;
        for (const { why, advanced, workMs, waitMs } of events) {
          now += workMs;
          if (stuckMs !== null) stuckMs += workMs;
          if (advanced) stuckMs = null;
          if (why === 'transient') stuckMs ??= 0;
          stream = afterStreamSlice(stream, slice(why, { advanced, untilMs: now + waitMs }), now);
          now += waitMs;
          if (why === 'transient' && stuckMs !== null) stuckMs += waitMs;
          expect(stream.stuckSinceMs === null ? null : now - stream.stuckSinceMs).toBe(stuckMs);
        }
      }),
    );
  });
});

describe('a page that Graph does not know', () => {
  const gone = (advanced = false) => slice('gone', { advanced });
  const goneLater = () => historySlice('gone', { advanced: false });

  test('gets the benefit of the doubt three times, then the platform stops', () => {
    expect(inTurn(WALK, gone(), gone(), gone())).toMatchObject({ state: 'waiting', gone: 3 });
    const stream = inTurn(WALK, gone(), gone(), gone(), gone());
    expect(stream).toMatchObject({ state: 'stopped', why: 'gone', waitUntilMs: null });
    const later = inTurn(HISTORY, goneLater(), goneLater(), goneLater());
    expect(later).toMatchObject({ state: 'waiting', gone: 3 });
    expect(inTurn(later, goneLater())).toMatchObject({ state: 'stopped', why: 'gone', waitUntilMs: null });
  });

  test.each<[string, SyncSliceResult]>([
    ['a slice that went well', slice('time')],
    ['a throttle', slice('throttled')],
    ['a restart', slice('bad_request')],
    ['the end of the walk', slice('end')],
  ])('is counted in a row only: %s in between', (_, between) => {
    expect(inTurn(WALK, gone(), gone(), gone(), between, gone())).toMatchObject({
      state: 'waiting',
      gone: 1,
    });
  });

  test('is counted anew after a slice that got on before it', () => {
    expect(inTurn(WALK, gone(), gone(), gone(), gone(true))).toMatchObject({ state: 'waiting', gone: 1 });
  });
});

describe('a dead cursor', () => {
  const dead = (fetched: number, seq = 7) => slice('bad_request', { fetched, seq, advanced: false });

  test('starts the walk over, and the next slice goes on as ever', () => {
    const first = inTurn(WALK, dead(300));
    expect(first).toMatchObject({ state: 'walking', restarts: 1, restartAfterSeq: 7 });
    expect(inTurn(first, slice('time', { seq: 9 }))).toMatchObject({ restarts: 1, restartAfterSeq: null });
  });

  test.each([
    [300, false],
    [399, false],
    [400, true],
    [5000, true],
  ])('after a restart at 300: at %i once more: %s', (fetched, again) => {
    const stream = inTurn(WALK, dead(300), slice('time', { fetched }), dead(fetched, 9));
    expect(stream).toMatchObject(
      again
        ? { state: 'walking', restarts: 2, restartedAt: fetched, restartAfterSeq: 9 }
        : { state: 'stopped', why: 'bad_request', restarts: 1, restartedAt: 300 },
    );
  });

  test('on the first page gets its one restart too', () => {
    expect(inTurn(WALK, dead(0, 0))).toMatchObject({ state: 'walking', restarts: 1, restartAfterSeq: 0 });
    expect(inTurn(WALK, dead(0, 0), dead(0, 1))).toMatchObject({ state: 'stopped', why: 'bad_request' });
  });

  test('is forgiven for as long as a hundred conversations come in between', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(250), { minLength: 1, maxLength: 30 }), (steps) => {
        let stream = WALK;
        let fetched = 0;
        for (const [i, step] of steps.entries()) {
          fetched += step;
          stream = inTurn(stream, dead(fetched));
          const forgiven = i === 0 || step >= 100;
          expect(isOver(stream)).toBe(!forgiven);
          if (!forgiven) return;
          expect(stream.restarts).toBe(i + 1);
        }
      }),
    );
  });

  test('is remembered across runs', () => {
    expect(inTurn(json(inTurn(WALK, dead(300))), dead(300)).state).toBe('stopped');
  });
});
