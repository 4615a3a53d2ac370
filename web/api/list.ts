import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import type { ListResource } from '../../src/contract/resources.ts';
import type { Query } from './client.ts';
import { useApi } from './context.ts';

/** A list of the API, read page by page; `data` is all of it that was read so far. */
export function useList<T>(options: {
  queryKey: QueryKey;
  path: string;
  query?: Query;
  enabled?: boolean;
  /** Polls, as `usePolling` says. @param data what was read so far */
  refetchInterval?: number | false | ((data: T[] | undefined) => number | false);
}) {
  const api = useApi();
  const { queryKey, path, query, enabled = true, refetchInterval = false } = options;
  return useInfiniteQuery({
    queryKey,
    enabled,
    queryFn: ({ signal, pageParam }) =>
      api.get<ListResource<T>>(path, { signal, query: { ...query, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    refetchInterval:
      typeof refetchInterval === 'function'
        ? ({ state }) => refetchInterval(state.data?.pages.flatMap(({ data }) => data))
        : refetchInterval,
  });
}
