import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keys } from '../../web/api/keys.ts';
import { ALL, isStale, LONG_LIST, markStale, staleAfterJob } from '../../web/api/stale-queries.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A query that something shows. @returns how often it was read, and what shows it no more */
function shown(client: QueryClient, queryKey: readonly unknown[], meta?: typeof LONG_LIST) {
  const queryFn = vi.fn(async () => 1);
  const observer = new QueryObserver(client, {
    queryKey,
    queryFn,
    staleTime: Number.POSITIVE_INFINITY,
    ...(meta === undefined ? {} : { meta }),
  });
  return { reads: () => queryFn.mock.calls.length, hide: observer.subscribe(() => {}) };
}

test('a storm of changes has what is shown read twice: soon, and once more when it is over', async () => {
  const client = new QueryClient();
  const list = shown(client, [...keys.jobs, 'list', {}]);
  await vi.advanceTimersByTimeAsync(0);
  expect(list.reads()).toBe(1);
  for (let n = 0; n < 100; n++) {
    markStale(client, staleAfterJob({ pageId: `page ${n}`, jobId: `job ${n}` }, false));
    await vi.advanceTimersByTimeAsync(4);
  }
  expect(list.reads()).toBe(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(list.reads()).toBe(3);
});

test('nothing that a change has made old meanwhile is forgotten', async () => {
  const client = new QueryClient();
  const [pages, tags] = [shown(client, keys.pages), shown(client, keys.tags)];
  await vi.advanceTimersByTimeAsync(0);
  markStale(client, [{ queryKey: keys.pages }]);
  await vi.advanceTimersByTimeAsync(60);
  markStale(client, [{ queryKey: keys.tags }]);
  markStale(client, [{ queryKey: keys.pages }]);
  await vi.advanceTimersByTimeAsync(400);
  expect([pages.reads(), tags.reads()]).toEqual([2, 1]);
  await vi.advanceTimersByTimeAsync(1000);
  expect([pages.reads(), tags.reads()]).toEqual([3, 2]);
});

test('what is told at about the same time is read once', async () => {
  const client = new QueryClient();
  const pages = shown(client, keys.pages);
  await vi.advanceTimersByTimeAsync(0);
  markStale(client, [{ queryKey: keys.pages }]);
  await vi.advanceTimersByTimeAsync(20);
  markStale(client, ALL);
  await vi.advanceTimersByTimeAsync(5000);
  expect(pages.reads()).toBe(2);
});

test('a server that never answers does not stop it', async () => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, {
    queryKey: keys.health,
    queryFn: () => new Promise<number>(() => {}),
  });
  observer.subscribe(() => {});
  const list = shown(client, keys.tags);
  await vi.advanceTimersByTimeAsync(0);
  markStale(client, ALL);
  await vi.advanceTimersByTimeAsync(60);
  markStale(client, ALL);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(list.reads()).toBe(3);
});

test('a job makes lists of jobs old, and of the single ones itself', () => {
  const [jobs] = staleAfterJob({ pageId: 'page', jobId: 'job' }, false);
  if (jobs === undefined) throw new Error('no jobs');
  const isOld = (...queryKey: unknown[]) => isStale({ queryKey }, jobs);
  expect(isOld('jobs', 'list', {})).toBe(true);
  expect(isOld('jobs', 'one', 'job')).toBe(true);
  expect(isOld('jobs', 'one', 'job', 'timeline', true)).toBe(true);
  expect(isOld('jobs', 'one', 'another', 'timeline', true)).toBe(false);
  expect(isOld('pages')).toBe(false);
});

test('a long list that is shown is left alone, and one that is not begins anew', async () => {
  const client = new QueryClient();
  const lists = ['seen', 'left'].map((name) => shown(client, [...keys.conversations, name], LONG_LIST));
  const one = shown(client, keys.conversation('a'));
  await vi.advanceTimersByTimeAsync(0);
  lists[1]?.hide();
  markStale(client, staleAfterJob({ pageId: 'page', jobId: 'job' }, true));
  await vi.advanceTimersByTimeAsync(60);
  expect([lists[0]?.reads(), one.reads()]).toEqual([1, 2]);
  expect(client.getQueryData([...keys.conversations, 'seen'])).toBe(1);
  expect(client.getQueryData([...keys.conversations, 'left'])).toBeUndefined();
});
