import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PacedQueue } from '../../src/api/paced-queue.ts';
import { fc } from './property.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A queue, and what it has let out and when. */
function watched() {
  const out: { event: number; at: number }[] = [];
  const start = Date.now();
  const queue = new PacedQueue<number>((event) => out.push({ event, at: Date.now() - start }));
  return { queue, out, events: () => out.map(({ event }) => event) };
}

/** Lets all that waits out, and the timer end. */
const drain = () => vi.advanceTimersByTime(60_000);
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

describe('events of a stream', () => {
  test('go out one by one, 50 ms apart', () => {
    const { queue, out } = watched();
    queue.push([1, 2, 3]);
    drain();
    expect(out).toEqual([
      { event: 1, at: 50 },
      { event: 2, at: 100 },
      { event: 3, at: 150 },
    ]);
  });

  test('of a whole second all go out', () => {
    const { queue, events } = watched();
    queue.push(numbers(1, 20));
    drain();
    expect(events()).toEqual(numbers(1, 20));
  });

  test.each([21, 22, 37, 40, 41, 79, 80, 81, 100, 1000])(
    'of which %i come at once are thinned out, the last one arrives',
    (count) => {
      const { queue, events } = watched();
      queue.push(numbers(1, count));
      drain();
      expect(events().length).toBeGreaterThan(9);
      expect(events().length).toBeLessThanOrEqual(20);
      expect(events().at(-1)).toBe(count);
    },
  );

  test('go on after a quiet time', () => {
    const { queue, events } = watched();
    queue.push([1]);
    drain();
    queue.push([2]);
    drain();
    expect(events()).toEqual([1, 2]);
  });

  test('that are none start nothing that does not end', () => {
    const { queue, events } = watched();
    queue.push([]);
    drain();
    expect(events()).toEqual([]);
  });

  test('are forgotten when something newer has been sent', () => {
    const { queue, events } = watched();
    queue.push([1, 2, 3]);
    vi.advanceTimersByTime(60);
    queue.clear();
    drain();
    expect(events()).toEqual([1]);
    queue.push([4]);
    drain();
    expect(events()).toEqual([1, 4]);
  });

  test('whenever they come, are at most 20 a second, in order, and the last one arrives', () => {
    const pushes = fc.array(fc.record({ after: fc.nat(400), count: fc.nat(45) }), {
      minLength: 1,
      maxLength: 15,
    });
    fc.assert(
      fc.property(pushes, (list) => {
        const { queue, out, events } = watched();
        let next = 1;
        for (const { after, count } of list) {
          vi.advanceTimersByTime(after);
          queue.push(numbers(next, count));
          next += count;
        }
        drain();
        expect(events()).toEqual([...events()].sort((a, b) => a - b));
        expect(new Set(events()).size).toBe(out.length);
        if (next > 1) expect(events().at(-1)).toBe(next - 1);
        for (const [i, { at }] of out.entries()) {
          const twentyBefore = out[i - 20];
          if (twentyBefore !== undefined) expect(at - twentyBefore.at).toBeGreaterThanOrEqual(1000);
        }
      }),
    );
  });
});
