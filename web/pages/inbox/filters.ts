import { PLATFORMS, type Platform } from '../../../src/contract/platform.ts';
import { MAX_SEARCH_LENGTH } from '../../../src/contract/query-limits.ts';
import type { Query } from '../../api/client.ts';

/** What the inbox shows, as its address says it. */
export interface Filters {
  /** Our id of the page. */
  page: string | null;
  platform: Platform | null;
  unread: boolean;
  tag: string | null;
  /** Days where the reader is, as `2026-11-22`, both included. */
  since: string | null;
  until: string | null;
  q: string;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads an address; what makes no sense in it is left out. */
export function readFilters(search: URLSearchParams): Filters {
  const platform = search.get('platform');
  return {
    page: search.get('page') || null,
    platform: PLATFORMS.find((known) => known === platform) ?? null,
    unread: search.get('unread') === 'true',
    tag: search.get('tag') || null,
    since: readDay(search.get('since')),
    until: readDay(search.get('until')),
    q: (search.get('q') ?? '').slice(0, MAX_SEARCH_LENGTH),
  };
}

function readDay(text: string | null): string | null {
  return text !== null && startOf(text) !== null ? text : null;
}

/** The address of filters, without a `?`; in one order, so that equal filters have equal addresses. */
export function toSearch(filters: Filters): string {
  const search = new URLSearchParams();
  const set = (name: string, value: string | null) => value && search.set(name, value);
  set('page', filters.page);
  set('platform', filters.platform);
  set('unread', filters.unread ? 'true' : null);
  set('tag', filters.tag);
  set('since', filters.since);
  set('until', filters.until);
  set('q', filters.q);
  return search.toString();
}

/** What the API is asked for. */
export function toQuery(filters: Filters): Query {
  return {
    pageId: filters.page,
    platform: filters.platform,
    unread: filters.unread ? true : null,
    tag: filters.tag,
    since: startOf(filters.since)?.toISOString(),
    until: endOf(filters.until)?.toISOString(),
    q: filters.q.trim(),
  };
}

/** How many filters hold, besides what is searched for and the unread ones, which stand for themselves. */
export function countFilters({ page, platform, tag, since, until }: Filters): number {
  return [page, platform, tag, since, until].filter((value) => value !== null).length;
}

/** When a day begins where the reader is; `null` when it is none. */
function startOf(day: string | null, daysLater = 0): Date | null {
  const parts = DAY.exec(day ?? '')
    ?.slice(1)
    .map(Number);
  if (parts === undefined) return null;
  const [year, month, date] = parts as [number, number, number];
  const start = new Date(year, month - 1, date);
  // the 31st of February is no day
  if (year < 1990 || start.getMonth() !== month - 1 || start.getDate() !== date) return null;
  return new Date(year, month - 1, date + daysLater);
}

/** The last millisecond of a day, however many hours it has. */
function endOf(day: string | null): Date | null {
  const next = startOf(day, 1);
  return next === null ? null : new Date(next.getTime() - 1);
}
