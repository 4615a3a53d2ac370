import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { MessageHistoryResource } from '../../../src/contract/message-history.ts';
import type { SyncHistoryResource } from '../../../src/contract/sync-history.ts';
import type { Query } from '../../api/client.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** How old figures may be before they are read again when somebody looks, in milliseconds. Ends of syncs are told. */
const STALE_MS = 60_000;

/** Where the reader's days begin and end. */
export function readerTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function useFigures<T>(what: 'syncs' | 'messages', query: Query, enabled: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.analytics, what, query],
    queryFn: ({ signal }) => api.get<T>(`/api/analytics/${what}`, { signal, query }),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
    enabled,
  });
}

/** Syncs by day. */
export function useSyncHistory(query: Query, enabled = true) {
  return useFigures<SyncHistoryResource>('syncs', query, enabled);
}

/** Messages by day and hour, and how soon customers were answered. */
export function useMessageHistory(query: Query, enabled = true) {
  return useFigures<MessageHistoryResource>('messages', query, enabled);
}
