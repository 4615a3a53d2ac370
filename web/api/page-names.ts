import { useQuery } from '@tanstack/react-query';
import type { ListResource, PageResource } from '../../src/contract/resources.ts';
import type { ApiClient } from './client.ts';
import { useApi } from './context.ts';
import { keys } from './keys.ts';

/** What a page is called; disconnected ones too, whose jobs stay. */
export type PageName = Pick<PageResource, 'id' | 'facebookPageId' | 'name' | 'disconnectedAt'>;

/** The most that the API lists at once. */
const AT_ONCE = 200;

async function readNames(api: ApiClient, signal: AbortSignal): Promise<PageName[]> {
  const names: PageName[] = [];
  let cursor: string | null = null;
  do {
    const query = { connected: 'all', limit: AT_ONCE, cursor };
    const list: ListResource<PageResource> = await api.get('/api/pages', { signal, query });
    for (const { id, facebookPageId, name, disconnectedAt } of list.data) {
      names.push({ id, facebookPageId, name, disconnectedAt });
    }
    cursor = list.nextCursor;
  } while (cursor !== null);
  return names.sort((a, b) => a.name.localeCompare(b.name));
}

/** All pages by name: to choose one, and to name those of jobs. */
export function usePageNames() {
  const api = useApi();
  return useQuery({
    queryKey: keys.pageNames,
    queryFn: ({ signal }) => readNames(api, signal),
    staleTime: 5 * 60_000,
  });
}

/** @returns what a page is called; its Facebook page ID until that is known */
export function usePageName(): (page: { pageId: string; facebookPageId: string }) => string {
  const { data } = usePageNames();
  return ({ pageId, facebookPageId }) => data?.find(({ id }) => id === pageId)?.name ?? facebookPageId;
}
