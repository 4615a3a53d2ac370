import { describe, expect, test } from 'vitest';
import { addDays, formatDate, formatShortDate } from '../../web/format/dates.ts';
import {
  analyticsQuery,
  rangeError,
  readFilters,
  writeFilters,
} from '../../web/pages/analytics/analytics-filters.ts';
import { heatRows } from '../../web/pages/analytics/heat.ts';

const TODAY = '2026-11-22';
const read = (address: string) => readFilters(new URLSearchParams(address), TODAY);

describe('filters', () => {
  test('a range ends today and has as many days as it says', () => {
    expect(read('')).toEqual({ pageId: '', range: '30', from: '2026-10-24', to: TODAY });
    expect(read('range=7&page=p')).toEqual({ pageId: 'p', range: '7', from: '2026-11-16', to: TODAY });
    expect(writeFilters(read('range=7&page=p')).toString()).toBe('page=p&range=7');
    expect(read('range=1000')).toEqual(read(''));
    // days of other ranges are theirs
    expect(read('range=7&from=2020-01-01')).toEqual(read('range=7'));
  });

  test('other days are in the address, and may be wrong', () => {
    const address = 'range=custom&from=2026-01-31&to=2026-02-01';
    expect(writeFilters(read(address)).toString()).toBe(address);
    expect(rangeError(read(address))).toBeNull();
    expect(rangeError(read('range=custom&from=2026-02-02&to=2026-02-01'))).toMatch('before');
    expect(rangeError(read('range=custom&from=2025-02-01&to=2026-02-02'))).toBeNull();
    expect(rangeError(read('range=custom&from=2025-02-01&to=2026-02-03'))).toMatch('366 days');
    expect(read('range=custom&from=x&to=2026-99-01')).toMatchObject({ from: '2026-10-24', to: TODAY });
    expect(analyticsQuery(read(address), 'Asia/Tokyo')).toEqual({
      pageId: '',
      from: '2026-01-31',
      to: '2026-02-01',
      timeZone: 'Asia/Tokyo',
    });
  });

  test('dates without a time are the same everywhere', () => {
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(formatShortDate('2026-03-01')).toBe('Mar 1');
    expect(formatDate('2026-03-01')).toBe('Mar 1, 2026');
  });
});

test('the heat map has rows of days, each hour as strong as it is beside the fullest', () => {
  const hours = Array.from({ length: 168 }, (_, n) => ({
    weekday: Math.floor(n / 24) + 1,
    hour: n % 24,
    inbound: 0,
    outbound: 0,
  }));
  const set = (weekday: number, hour: number, inbound: number, outbound: number) =>
    Object.assign(hours[(weekday - 1) * 24 + hour] ?? {}, { inbound, outbound });
  set(1, 9, 3, 1);
  set(7, 23, 1, 0);
  const cell = (of: Parameters<typeof heatRows>[1], day: number, hour: number) =>
    heatRows(hours, of)[day - 1]?.cells[hour];
  expect(heatRows(hours, 'all').map(({ weekday, cells }) => [weekday, cells.length])).toEqual(
    ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((day) => [day, 24]),
  );
  expect(cell('all', 1, 9)).toEqual({ hour: 9, messages: 4, level: 4 });
  expect(cell('all', 7, 23)).toEqual({ hour: 23, messages: 1, level: 1 });
  expect(cell('all', 2, 0)).toEqual({ hour: 0, messages: 0, level: 0 });
  expect(cell('inbound', 7, 23)).toMatchObject({ messages: 1, level: 2 });
  expect(cell('outbound', 7, 23)).toMatchObject({ messages: 0, level: 0 });
});
