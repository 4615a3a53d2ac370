import { expect, test } from 'vitest';
import { localDay } from '../../web/format/days.ts';
import { countFilters, readFilters, toQuery, toSearch } from '../../web/pages/inbox/filters.ts';

const read = (text: string) => readFilters(new URLSearchParams(text));

test('an address is read, written in one order, and read again', () => {
  const text =
    'q=blue+lamp&until=2026-02-03&since=2026-02-01&tag=a%26b&unread=true&platform=instagram&page=p1';
  const filters = read(text);
  expect(filters).toEqual({
    page: 'p1',
    platform: 'instagram',
    unread: true,
    tag: 'a&b',
    since: '2026-02-01',
    until: '2026-02-03',
    q: 'blue lamp',
  });
  expect(read(toSearch(filters))).toEqual(filters);
  expect(toSearch(filters)).toBe(
    'page=p1&platform=instagram&unread=true&tag=a%26b&since=2026-02-01&until=2026-02-03&q=blue+lamp',
  );
  expect(countFilters(filters)).toBe(5);
});

test('what makes no sense is left out', () => {
  const filters = read(
    `page=&platform=telegram&unread=yes&tag=&since=2026-02-31&until=tomorrow&q=${'x'.repeat(300)}`,
  );
  expect(filters).toMatchObject({
    page: null,
    platform: null,
    unread: false,
    tag: null,
    since: null,
    until: null,
  });
  expect(filters.q).toHaveLength(200);
  expect(toSearch(read(''))).toBe('');
  expect(Object.values(toQuery(read(''))).every((value) => !value)).toBe(true);
});

test('days are whole days where the reader is', () => {
  const { since, until } = toQuery(read('since=2026-03-29&until=2026-03-29'));
  expect([localDay(String(since)), localDay(String(until))]).toEqual(['2026-03-29', '2026-03-29']);
  expect(localDay(Date.parse(String(since)) - 1)).toBe('2026-03-28');
  expect(localDay(Date.parse(String(until)) + 1)).toBe('2026-03-30');
});
