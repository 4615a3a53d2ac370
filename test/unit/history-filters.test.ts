import { expect, test } from 'vitest';
import {
  isBackwards,
  jobsQuery,
  readFilters,
  writeFilters,
} from '../../web/pages/history/history-filters.ts';

const read = (address: string) => readFilters(new URLSearchParams(address));

test('filters and addresses are the same in both directions', () => {
  const address = 'page=p1&status=PAUSED%2CFAILED&mode=full&trigger=batch&since=2026-11-01&until=2026-11-22';
  const filters = read(address);
  expect(filters).toEqual({
    pageId: 'p1',
    statuses: ['PAUSED', 'FAILED'],
    mode: 'full',
    trigger: 'batch',
    since: '2026-11-01',
    until: '2026-11-22',
  });
  expect(writeFilters(filters).toString()).toBe(address);
  expect(writeFilters(read('')).toString()).toBe('');
});

test('what nobody knows is left out', () => {
  expect(read('status=FAILED,LOST&mode=some&trigger=&since=2026-13-01&until=tomorrow')).toEqual({
    pageId: '',
    statuses: ['FAILED'],
    mode: '',
    trigger: '',
    since: '',
    until: '',
  });
});

test('days begin and end where the reader is', () => {
  const { since, until, status, pageId } = jobsQuery(read('since=2026-11-01&until=2026-11-01'));
  expect(new Date(String(since))).toEqual(new Date(2026, 10, 1));
  expect(new Date(String(until))).toEqual(new Date(2026, 10, 1, 23, 59, 59, 999));
  expect([status, pageId]).toEqual(['', '']);
  expect(isBackwards(read('since=2026-11-02&until=2026-11-01'))).toBe(true);
  expect(isBackwards(read('since=2026-11-02'))).toBe(false);
});
