import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createThrottle } from '../../web/api/throttle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first call is at once, those that follow are one, and none is lost', async () => {
  const run = vi.fn(async () => {});
  const throttle = createThrottle(1000, run);
  throttle.call();
  throttle.call();
  throttle.call();
  expect(run).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(999);
  expect(run).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(run).toHaveBeenCalledTimes(2);
  throttle.call();
  expect(run).toHaveBeenCalledTimes(3);
});

test('never two at a time, and a failure stops nothing', async () => {
  const ends: ((error?: Error) => void)[] = [];
  const run = vi.fn(
    () => new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve()))),
  );
  const throttle = createThrottle(10, run);
  throttle.call();
  throttle.call();
  await vi.advanceTimersByTimeAsync(1000);
  expect(run).toHaveBeenCalledTimes(1);
  ends[0]?.(new Error('away'));
  await vi.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);
  throttle.call();
  throttle.stop();
  ends[1]?.();
  await vi.advanceTimersByTimeAsync(1000);
  throttle.call();
  expect(run).toHaveBeenCalledTimes(2);
});

test('what has failed is done again after a while, or not before somebody calls, as its error says', async () => {
  const errors = [new Error('busy'), new Error('refused')];
  const run = vi.fn(async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
  });
  const throttle = createThrottle(10, run, (error) => ((error as Error).message === 'busy' ? 3000 : null));
  throttle.call();
  await vi.advanceTimersByTimeAsync(1000);
  // whoever is told to wait waits
  throttle.call();
  await vi.advanceTimersByTimeAsync(1999);
  expect(run).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(run).toHaveBeenCalledTimes(2);
  throttle.call();
  expect(run).toHaveBeenCalledTimes(3);
});
