import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { PageDetailResource, PageResource } from '../../../src/contract/resources.ts';
import { usePolling } from '../../api/changes.tsx';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { useList } from '../../api/list.ts';

/** Pages that are shown at a time; `Show more` reads the next. */
const PAGES_AT_ONCE = 50;

/** How often pages are read while nobody says what has changed, in milliseconds. */
const POLL_MS = 10_000;

/** Pages, the one connected last first. */
export function usePages(which: 'connected' | 'all') {
  return useList<PageResource>({
    queryKey: [...keys.pages, 'list', which],
    path: '/api/pages',
    query: { limit: PAGES_AT_ONCE, connected: which === 'all' ? 'all' : 'true' },
    refetchInterval: usePolling(POLL_MS),
  });
}

/** One page and when its next automatic sync is. @param id ours, or Facebook's */
export function usePage(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.page(id),
    queryFn: ({ signal }) => api.get<PageDetailResource>(`/api/pages/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: usePolling(POLL_MS),
  });
}

/** Soonest and latest that the time of a next automatic sync is asked for again, in milliseconds. */
const AGAIN = { soonest: 5000, latest: 3_600_000 };

/**
 * When the next automatic sync of a page is. Temporal is asked, so it is asked only for what is shown, and again when that
 * time is over or the page's settings have changed; not whenever anything happens.
 */
export function useNextRun(page: PageResource, isShown: boolean) {
  const api = useApi();
  const { id, autoSync, syncIntervalSeconds, tokenState, disconnectedAt } = page;
  return useQuery({
    queryKey: ['next-run', id, syncIntervalSeconds, tokenState],
    queryFn: async ({ signal }) => {
      const { nextAutoSyncAt } = await api.get<PageDetailResource>(`/api/pages/${id}`, { signal });
      return nextAutoSyncAt;
    },
    enabled: isShown && autoSync && disconnectedAt === null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data === null
        ? false
        : Math.min(Math.max(Date.parse(data) + 2000 - Date.now(), AGAIN.soonest), AGAIN.latest),
  });
}
