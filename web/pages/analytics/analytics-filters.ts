import { MAX_DAYS } from '../../../src/contract/query-limits.ts';
import type { Query } from '../../api/client.ts';
import { addDays } from '../../format/dates.ts';

/** Ranges that end today, in days. */
export const RANGES = ['7', '30', '90'] as const;
export type Range = (typeof RANGES)[number] | 'custom';

/** What the figures are of: which page (empty: all), and from which day to which, both included. */
export interface AnalyticsFilters {
  pageId: string;
  range: Range;
  from: string;
  to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function isDay(text: string | null): text is string {
  return text !== null && DAY.test(text) && !Number.isNaN(Date.parse(text));
}

/** @param today where the reader is, as `2026-11-22` */
export function readFilters(params: URLSearchParams, today: string): AnalyticsFilters {
  const pageId = params.get('page') ?? '';
  const [from, to] = [params.get('from'), params.get('to')];
  if (params.get('range') === 'custom') {
    return {
      pageId,
      range: 'custom',
      from: isDay(from) ? from : addDays(today, -29),
      to: isDay(to) ? to : today,
    };
  }
  const range = RANGES.find((days) => days === params.get('range')) ?? '30';
  return { pageId, range, from: addDays(today, 1 - Number(range)), to: today };
}

/** The same as an address: a range that ends today is the same range tomorrow. */
export function writeFilters({ pageId, range, from, to }: AnalyticsFilters): URLSearchParams {
  const params = new URLSearchParams();
  if (pageId !== '') params.set('page', pageId);
  if (range !== '30') params.set('range', range);
  if (range === 'custom') {
    params.set('from', from);
    params.set('to', to);
  }
  return params;
}

/** Why nothing can be asked for with these days; `null`: it can. */
export function rangeError({ from, to }: AnalyticsFilters): string | null {
  if (from > to) return 'The last day is before the first one.';
  if (addDays(from, MAX_DAYS) < to) return `At most ${MAX_DAYS} days at a time.`;
  return null;
}

/** The same as a query of the API. */
export function analyticsQuery({ pageId, from, to }: AnalyticsFilters, timeZone: string): Query {
  return { pageId, from, to, timeZone };
}
