import { type InfiniteData, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ListedConversationResource } from '../../../src/contract/conversations.ts';
import type { ListResource } from '../../../src/contract/resources.ts';
import type { ApiClient } from '../../api/client.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { LONG_LIST } from '../../api/stale-queries.ts';
import { toRow } from './conversation-row.ts';
import { type Filters, toQuery, toSearch } from './filters.ts';
import type { RowPage } from './row-index.ts';

export type RowPages = InfiniteData<RowPage, string | null>;

/** Rows of the first page, which is read again whenever something has changed; and of those after it. */
const HEAD_ROWS = 50;
const MORE_ROWS = 200;

export function listKey(filters: Filters) {
  return [...keys.conversations, 'list', toSearch(filters)] as const;
}

/** One page of the list. @param cursor `null`: the newest */
export async function readRows(
  api: ApiClient,
  filters: Filters,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<RowPage> {
  const limit = cursor === null ? HEAD_ROWS : MORE_ROWS;
  const { data, nextCursor } = await api.get<ListResource<ListedConversationResource>>('/api/conversations', {
    query: { ...toQuery(filters), limit, cursor },
    ...(signal === undefined ? {} : { signal }),
  });
  return { rows: data.map(toRow), nextCursor };
}

/** The conversations that the filters let through, newest activity first. They are never all read again: `useNews`. */
export function useConversations(filters: Filters) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: listKey(filters),
    meta: LONG_LIST,
    queryFn: ({ pageParam, signal }) => readRows(api, filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    // comparing a hundred thousand rows would cost more than drawing those that are seen
    structuralSharing: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
