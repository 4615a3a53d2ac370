import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sliceEndOf } from '../../activities/slice-end.ts';
import type { SliceEnd } from '../../src/contract/slice.ts';
import type { GraphErrorKind } from '../../src/contract/sync-error.ts';
import { GraphError } from '../../src/graph/index.ts';
import { NOW, UNTIL } from './sync-samples.ts';

const HOUR = 3_600_000;
const FRESH = { failures: 0, stuckSinceMs: null };

beforeEach(() => vi.useFakeTimers({ now: NOW, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

describe('what Meta says by class', () => {
  const ends = {
    throttle: 'throttled',
    blocked: 'blocked',
    auth: 'token',
    permission: 'permission',
    gone: 'gone',
    bad_request: 'bad_request',
    shrink: 'too_much_data',
    transient: 'transient',
  } satisfies Record<GraphErrorKind, SliceEnd>;

  test.each(Object.entries(ends) as [GraphErrorKind, SliceEnd][])('%s ends a slice as %s', (kind, why) => {
    const end = sliceEndOf(new GraphError(kind, { untilMs: UNTIL }), FRESH, false, HOUR);
    expect(end).toEqual({ why, untilMs: kind === 'transient' ? NOW + 500 : UNTIL });
  });

  test('is not given up for how long it has gone on', () => {
    const long = { failures: 99, stuckSinceMs: NOW - 100 * HOUR };
    expect(sliceEndOf(new GraphError('throttle', { untilMs: UNTIL }), long, false, HOUR)).toEqual({
      why: 'throttled',
      untilMs: UNTIL,
    });
  });
});

describe.each([
  ['Meta does not answer', new GraphError('transient', {})],
  ['something nobody expected', new TypeError('x is undefined')],
  ['something that is no error', 'thrown'],
])('%s', (_, error) => {
  test('the waits are doubled, up to half a minute', () => {
    const waits = [0, 1, 2, 5, 6, 7, 2000].map((failures) => {
      const { why, untilMs } = sliceEndOf(error, { failures, stuckSinceMs: NOW - 1 }, false, HOUR);
      return [why, (untilMs ?? 0) - NOW];
    });
    expect(waits).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000, 30_000].map((ms) => ['transient', ms]));
  });

  test.each<[string, number | null, SliceEnd]>([
    ['for the first time', null, 'transient'],
    ['for almost that long', NOW - HOUR + 1, 'transient'],
    ['for that long', NOW - HOUR, 'unavailable'],
    ['for longer', NOW - 5 * HOUR, 'unavailable'],
  ])('is given up when it has stood still %s: %s', (__, stuckSinceMs, why) => {
    const end = sliceEndOf(error, { failures: 3, stuckSinceMs }, false, HOUR);
    expect(end).toEqual({ why, untilMs: why === 'unavailable' ? null : NOW + 4000 });
  });

  test('is never given up by a slice that got on before', () => {
    const end = sliceEndOf(error, { failures: 9, stuckSinceMs: NOW - 5 * HOUR }, true, HOUR);
    expect(end).toEqual({ why: 'transient', untilMs: NOW + 500 });
  });

  test('is tried twice even where no standstill is allowed', () => {
    expect(sliceEndOf(error, FRESH, false, 0).why).toBe('transient');
    expect(sliceEndOf(error, { failures: 1, stuckSinceMs: NOW }, false, 0).why).toBe('unavailable');
  });
});
