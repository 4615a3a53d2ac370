import { afterEach, describe, expect, test } from 'vitest';
import {
  answer,
  BLOCKED_MS,
  errorOf,
  type Handler,
  serve,
  stopServing,
  THROTTLE_MS,
} from './graph-server.ts';

afterEach(stopServing);

describe('how long to keep away', () => {
  const throttled = { error: { message: 'Too many calls', code: 80001 } };
  const appThrottled = { error: { message: 'Too many calls', code: 4 } };
  const business = (minutes: unknown) => ({
    'x-business-use-case-usage': JSON.stringify({
      '1': [{ call_count: 100, estimated_time_to_regain_access: minutes }],
    }),
  });
  const MINUTE = 60_000;

  test.each<[string, Handler, number, number]>([
    ['as Meta says, in minutes', answer(400, throttled, business(19)), 19 * MINUTE, 19 * MINUTE * 1.1],
    ['as Retry-After says, in seconds', answer(429, '', { 'retry-after': '120' }), 120_000, 132_000],
    [
      'the longer of both',
      answer(429, '', { ...business(3), 'retry-after': '60' }),
      3 * MINUTE,
      3 * MINUTE * 1.1,
    ],
    ['the default when nobody says', answer(400, throttled), THROTTLE_MS, THROTTLE_MS * 1.1],
    ['the default when Meta says 0', answer(400, throttled, business(0)), THROTTLE_MS, THROTTLE_MS * 1.1],
    [
      'the default when Retry-After is nonsense',
      answer(429, '', { 'retry-after': 'soon' }),
      THROTTLE_MS,
      THROTTLE_MS * 1.1,
    ],
    [
      'the default when Retry-After is negative',
      answer(429, '', { 'retry-after': '-5' }),
      THROTTLE_MS,
      THROTTLE_MS * 1.1,
    ],
    [
      'the default when the app is throttled: the time that Meta says is the page’s',
      answer(400, appThrottled, business(19)),
      THROTTLE_MS,
      THROTTLE_MS * 1.1,
    ],
    [
      'as Retry-After says, for the app too',
      answer(400, appThrottled, { 'retry-after': '120' }),
      120_000,
      132_000,
    ],
    ['long when the app is blocked', answer(403, { error: { code: 368 } }), BLOCKED_MS, BLOCKED_MS],
    [
      'a while when the page is gone, maybe',
      answer(400, { error: { code: 100, error_subcode: 33 } }),
      THROTTLE_MS,
      THROTTLE_MS,
    ],
  ])('%s', async (_, handler, least, most) => {
    const endpoint = await serve(handler);
    const before = Date.now();
    const { untilMs } = await errorOf(endpoint);
    expect(untilMs).toBeGreaterThanOrEqual(before + least);
    expect(untilMs).toBeLessThanOrEqual(Date.now() + most);
  });

  test.each<[string, Handler]>([
    ['a dead token', answer(400, { error: { code: 190 } })],
    ['a bad request', answer(400, { error: { code: 100 } })],
    ['a broken answer', answer(500, '')],
  ])('not at all after %s', async (_, handler) => {
    expect((await errorOf(await serve(handler))).untilMs).toBeNull();
  });

  test.each<[string, Handler]>([
    ['regain time', answer(400, throttled, business(1e300))],
    ['Retry-After', answer(429, '', { 'retry-after': '1e300' })],
    ['endless Retry-After', answer(429, '', { 'retry-after': 'Infinity' })],
  ])('an absurd %s is a time all the same', async (_, handler) => {
    const { untilMs } = await errorOf(await serve(handler));
    expect(new Date(untilMs ?? Number.NaN).getTime()).not.toBeNaN();
  });
});
