import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import type { ConversationResource } from '../../../src/contract/conversations.ts';
import { hasEnded } from '../../../src/contract/job-status.ts';
import { useChanges, usePolling } from '../../api/changes.tsx';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { LONG_LIST } from '../../api/stale-queries.ts';
import { useEvery, useThrottled } from '../../api/use-throttled.ts';
import { buildThread } from '../../thread/build-thread.ts';
import { type EventPage, mergeEvents } from '../../thread/event-pages.ts';

type EventPages = InfiniteData<EventPage, string | null>;

const PAGE_EVENTS = 100;
/** The most often that the newest events are read again, and that one page of those further up is. In milliseconds. */
const NEWEST_EVERY_MS = 500;
const OLDER_EVERY_MS = 1000;
const POLLING_MS = 5000;

export function useConversation(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => api.get<ConversationResource>(`/api/conversations/${id}`, { signal }),
  });
}

/** What has happened in a conversation, as it is read; the newest of it, and what is fetched further up. */
export function useThread(conversation: ConversationResource) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { id, pageId, senderId } = conversation;
  const queryKey = keys.events(id);
  const readPage = useCallback(
    (cursor: string | null, signal?: AbortSignal) =>
      api.get<EventPage>(`/api/conversations/${id}/events`, {
        query: { limit: PAGE_EVENTS, cursor },
        ...(signal === undefined ? {} : { signal }),
      }),
    [api, id],
  );
  const thread = useInfiniteQuery({
    queryKey,
    meta: LONG_LIST,
    queryFn: ({ pageParam, signal }) => readPage(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // what is drawn is compared with what was: messages that stay the same are not drawn again
    select: useCallback(
      ({ pages }: EventPages) =>
        buildThread(
          pages.flatMap(({ data }) => data),
          { customerId: senderId, isWhole: pages.at(-1)?.nextCursor === null },
        ),
      [senderId],
    ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

  const readAgain = async (n: number): Promise<void> => {
    const cursor = queryClient.getQueryData<EventPages>(queryKey)?.pageParams[n];
    if (cursor === undefined) return;
    const read = await readPage(cursor);
    // a page that is being fetched would be put behind the thread as it was
    await queryClient.cancelQueries({ queryKey, exact: true });
    queryClient.setQueryData<EventPages>(queryKey, (now) => {
      if (now === undefined) return now;
      const pages = mergeEvents(now.pages, n, read);
      return pages === null ? { pages: [read], pageParams: [null] } : { ...now, pages };
    });
  };
  // An edit, an unsend or a reaction changes a message wherever it is, and neither a change nor the API says which one. So each
  // change has all that is loaded read again, but one page at a time: what it costs does not grow with what is loaded.
  const older = useRef({ next: 1, left: 0 });
  const readOlder = useThrottled(async () => {
    const { next, left } = older.current;
    const count = queryClient.getQueryData<EventPages>(queryKey)?.pages.length ?? 0;
    if (count < 2 || left < 1) return;
    // older messages that are on their way to whoever scrolls come first
    if (queryClient.isFetching({ queryKey, exact: true }) === 0) {
      const n = next < count ? next : 1;
      // before it is read: a change meanwhile has this page read again, too
      older.current = { next: n + 1, left: left - 1 };
      await readAgain(n).catch((error) => {
        older.current = { next: n, left: older.current.left + 1 };
        throw error;
      });
    }
    readOlder();
  }, OLDER_EVERY_MS);
  const look = useThrottled(async () => {
    void queryClient.invalidateQueries({ queryKey: keys.conversation(id) });
    await readAgain(0);
    older.current.left = (queryClient.getQueryData<EventPages>(queryKey)?.pages.length ?? 1) - 1;
    readOlder();
  }, NEWEST_EVERY_MS);
  useChanges((change) => {
    if (change.name === 'reset') look();
    else if (change.name === 'conversations') {
      const { conversationIds } = change.data;
      const isHere = conversationIds.length === 0 || conversationIds.includes(id);
      if (change.data.pageId === pageId && isHere) look();
    } else if (change.name === 'job') {
      const ofAnother = change.data.conversationId !== null && change.data.conversationId !== id;
      if (change.data.pageId === pageId && !ofAnother && hasEnded(change.data.status)) look();
    }
  });
  useEvery(look, usePolling(POLLING_MS));
  return { ...thread, look };
}
