import { type InfiniteData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type {
  BatchPageEvent,
  BatchPageResource,
  BatchResource,
  BatchStatusResource,
} from '../../../src/contract/batch-resources.ts';
import { type BatchPageState, type BatchStatus, hasBatchEnded } from '../../../src/contract/batches.ts';
import type { ListResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { followEvents } from '../../api/follow-events.ts';
import { keys } from '../../api/keys.ts';
import { useList } from '../../api/list.ts';

/** How often batches are read whose changes nobody tells, in milliseconds: the end of a batch comes after that of its jobs. */
const POLL_MS = 2000;

/** Shortest time between two readings of a batch's totals, in milliseconds: its pages move many times a second. */
const TOTALS_MS = 1500;

const pagesKey = (batchId: string) => [...keys.batches, 'pages', batchId] as const;

/** Batches, newest first. */
export function useBatches(status: BatchStatus | null) {
  return useList<BatchResource>({
    queryKey: [...keys.batches, 'list', status],
    path: '/api/batches',
    query: { limit: 20, status },
    refetchInterval: (data) => (data?.some((batch) => !hasBatchEnded(batch.status)) ? POLL_MS : false),
  });
}

/** The pages of a batch, in the order of their turns. `useLiveBatch` keeps them true. */
export function useBatchPages(batchId: string, state: BatchPageState | null) {
  return useList<BatchPageResource>({
    queryKey: [...pagesKey(batchId), state],
    path: `/api/batches/${encodeURIComponent(batchId)}/pages`,
    query: { limit: 100, state },
  });
}

/** A batch as it goes: by its stream, and by asking again and again while that is away. */
export function useLiveBatch(batchId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [isLive, setLive] = useState(false);
  const key = keys.batch(batchId);
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      api.get<BatchStatusResource>(`/api/batches/${encodeURIComponent(batchId)}`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      isLive || (data !== undefined && hasBatchEnded(data.batch.status)) ? false : POLL_MS,
  });
  const isOpen = query.data !== undefined && !hasBatchEnded(query.data.batch.status);
  useEffect(() => {
    if (!isOpen) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const readTotalsSoon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queryClient.invalidateQueries({ queryKey: keys.batch(batchId) });
      }, TOTALS_MS);
    };
    const setBatch = (change: (batch: BatchResource) => BatchResource) =>
      queryClient.setQueryData<BatchStatusResource>(
        keys.batch(batchId),
        (old) => old && { ...old, batch: change(old.batch) },
      );
    const stop = followEvents(api, {
      path: `/api/batches/${encodeURIComponent(batchId)}/stream`,
      events: ['snapshot', 'page', 'final'],
      finalEvent: 'final',
      onEvent(name, data) {
        if (name === 'page') {
          const { page, counts } = data as BatchPageEvent;
          setBatch((batch) => ({ ...batch, counts }));
          queryClient.setQueriesData<Lists>(
            { queryKey: pagesKey(batchId) },
            (old) => old && withPage(old, page),
          );
          readTotalsSoon();
          return;
        }
        setBatch(() => data as BatchResource);
        if (name === 'snapshot') void queryClient.invalidateQueries({ queryKey: keys.batches });
      },
      onState: (state) => setLive(state === 'live'),
    });
    return () => {
      clearTimeout(timer);
      setLive(false);
      stop();
      // a reading may have seen the end before the stream has told how the last pages went
      void queryClient.invalidateQueries({ queryKey: keys.batches });
    };
  }, [api, queryClient, batchId, isOpen]);
  return query;
}

type Lists = InfiniteData<ListResource<BatchPageResource>>;

/** What was read, with a page as it is now. What was read later than that stays. */
function withPage(lists: Lists, page: BatchPageResource): Lists {
  return {
    ...lists,
    pages: lists.pages.map((list) => ({
      ...list,
      data: list.data.map((one) =>
        one.pageId === page.pageId && one.revision <= page.revision ? page : one,
      ),
    })),
  };
}
