import { expect, test } from 'vitest';
import { ApiProblem, NoConnection } from '../../web/api/problem.ts';
import { isRefused, mustBeSaid, readRefusal, waitAfter } from '../../web/api/refusal.ts';
import { latest } from '../../web/sync/latest.ts';

const problem = (status: number, name: string | null, retryAfter: number | null = null) =>
  new ApiProblem(
    { type: name === null ? 'about:blank' : `urn:pagesync:problem:${name}`, title: 'T', status, detail: '' },
    retryAfter,
  );
const answer = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
});
const ours = { 'content-type': 'application/problem+json' };

test('what would be refused again is not asked for again, and is said', () => {
  for (const status of [401, 403]) {
    expect(isRefused(problem(status, 'any'))).toBe(true);
    expect(readRefusal(answer(status))).toEqual({ isRefused: true, waitMs: null });
  }
  expect(isRefused(problem(404, 'not-found'))).toBe(true);
  expect(readRefusal(answer(404, ours)).isRefused).toBe(true);
  expect(mustBeSaid(problem(401, 'unauthorized'))).toBe(true);
});

test('what may pass is asked for again: faults, no connection, a proxy that does not know the server for a moment', () => {
  for (const error of [problem(503, 'temporal-unavailable'), problem(404, null), new NoConnection('away')]) {
    expect([isRefused(error), waitAfter(error), mustBeSaid(error)]).toEqual([false, null, false]);
  }
  expect(readRefusal(answer(404))).toEqual({ isRefused: false, waitMs: null });
  expect(readRefusal(answer(503, { ...ours, 'retry-after': '5' }))).toEqual({
    isRefused: false,
    waitMs: null,
  });
});

test('too many requests wait as long as the server says, or for a while', () => {
  expect(waitAfter(problem(429, 'too-many-requests', 7))).toBe(7000);
  expect(waitAfter(problem(429, 'too-many-requests'))).toBe(30_000);
  expect(readRefusal(answer(429, { 'retry-after': '7' })).waitMs).toBe(7000);
  expect(readRefusal(answer(429)).waitMs).toBe(30_000);
});

test('the latest time is found whatever its offset, and whatever is not known', () => {
  expect(latest([null, undefined])).toBeNull();
  const [early, late] = ['2026-11-22T13:00:00+02:00', '2026-11-22T12:00:00.000Z'];
  expect(latest([early, null, late])).toBe(late);
  expect(latest([late, early])).toBe(late);
});
