import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ConversationResource } from '../../../src/contract/conversations.ts';
import { useChanges, usePolling } from '../../api/changes.tsx';
import { useApi } from '../../api/context.ts';
import { isProblem } from '../../api/problem.ts';
import { useEvery, useThrottled } from '../../api/use-throttled.ts';
import { type ConversationRow, toRow } from './conversation-row.ts';
import { type Filters, toSearch } from './filters.ts';
import { createRowIndex, isSame, type RowPage, withNewer } from './row-index.ts';
import { createToRead } from './to-read.ts';
import { listKey, type RowPages, readRows } from './use-conversations.ts';

/** The most often that the head of the list is read again, in milliseconds. */
const EVERY_MS = 1000;
const WHILE_SYNCING_MS = 3000;
const POLLING_MS = 10_000;
/** Conversations further down that are read one by one, at a time, when they change. */
const MOST_SINGLE = 20;

const NOTHING: ReadonlySet<string> = new Set();

export interface News {
  /** Conversations that have something new and would stand further up. */
  count: number;
  /** Shows them: the list begins anew. */
  show: () => void;
}

/**
 * Keeps the list true without reading it all again. While its top is seen it begins anew with every change; whoever has
 * scrolled down keeps the rows where they are: they take over what has changed in them, and what would stand further up is
 * counted.
 *
 * @param isAtTop whether the top of the list is seen
 * @param isSyncing a sync may be adding conversations, of which nobody tells
 */
export function useNews(filters: Filters, isAtTop: () => boolean, isSyncing: boolean): News {
  const api = useApi();
  const queryClient = useQueryClient();
  const search = toSearch(filters);
  const [waiting, setWaiting] = useState<{ search: string; ids: ReadonlySet<string> }>({
    search,
    ids: new Set(),
  });
  /** Conversations that changes have named. */
  const [toRead] = useState(createToRead);
  /** Whether rows may be missing further down, where a look at the head finds nothing. */
  const isOld = useRef(false);

  const read = async () => {
    if (queryClient.getQueryData(listKey(filters)) === undefined) return;
    const isLeft = await toRead.take(readChanged);
    if (isLeft) look();
  };
  /** @returns of conversations that have changed those that are still to be read */
  const readChanged = async (changed: ReadonlySet<string>): Promise<ReadonlySet<string>> => {
    const head = await readRows(api, filters, null);
    const list = queryClient.getQueryData<RowPages>(listKey(filters));
    if (list === undefined) return changed;
    const atTop = isAtTop();
    if (atTop) setWaiting({ search, ids: new Set() });
    if (atTop && (!isHeadOf(list.pages, head) || (isOld.current && list.pages.length > 1))) {
      await write(() => ({ pages: [head], pageParams: [null] }));
      isOld.current = false;
      return NOTHING;
    }
    if (atTop) isOld.current = false;
    const known = createRowIndex(list.pages);
    const inHead = new Set(head.rows.map(({ id }) => id));
    const further = [...changed].filter((id) => !inHead.has(id) && known.placeOf(id) >= 0);
    const left = new Set(further);
    let failure: unknown = null;
    const single = await Promise.all(
      further.slice(0, MOST_SINGLE).map(async (id) => {
        try {
          const row = await readRow(id);
          left.delete(id);
          return row ?? [];
        } catch (error) {
          failure = error;
          return [];
        }
      }),
    );
    const newer = [...head.rows, ...single.flat()];
    if (withNewer(list.pages, newer) !== list.pages) {
      await write((now) => ({ ...now, pages: [...withNewer(now.pages, newer)] }));
    }
    if (!atTop) {
      const moved = head.rows.filter(({ id, at }) => known.at(known.placeOf(id))?.at !== at);
      setWaiting((before) => ({
        search,
        ids: new Set([...(before.search === search ? before.ids : []), ...moved.map(({ id }) => id)]),
      }));
    }
    if (failure !== null) throw failure;
    return left;
  };
  const write = async (change: (now: RowPages) => RowPages) => {
    const queryKey = listKey(filters);
    // a page that is being fetched would be put behind the list as it was
    await queryClient.cancelQueries({ queryKey, exact: true });
    queryClient.setQueryData<RowPages>(queryKey, (now) => now && change(now));
  };
  /** @returns `null`: it is not there any more */
  const readRow = async (id: string): Promise<ConversationRow | null> => {
    try {
      const conversation = await api.get<ConversationResource>(`/api/conversations/${id}`);
      return toRow({ ...conversation, match: null });
    } catch (error) {
      if (isProblem(error, 'not-found')) return null;
      throw error;
    }
  };
  const look = useThrottled(read, EVERY_MS);
  const lookAll = () => {
    isOld.current = true;
    look();
  };
  useChanges((change) => {
    if (change.name === 'conversations') {
      if (filters.page !== null && filters.page !== change.data.pageId) return;
      for (const id of change.data.conversationIds) toRead.add(id);
      look();
    } else if (change.name === 'reset' || (change.name === 'job' && change.data.status !== 'PAUSED'))
      lookAll();
  });
  useEvery(lookAll, usePolling(POLLING_MS));
  useEvery(lookAll, isSyncing ? WHILE_SYNCING_MS : false);
  // what was kept from an earlier visit
  // biome-ignore lint/correctness/useExhaustiveDependencies: a look for each set of filters
  useEffect(look, [search]);

  return { count: waiting.search === search ? waiting.ids.size : 0, show: look };
}

/** Whether the list begins with just these rows. */
function isHeadOf(pages: readonly RowPage[], head: RowPage): boolean {
  const list = createRowIndex(pages);
  const isWhole = head.nextCursor !== null || list.count === head.rows.length;
  return (
    isWhole &&
    head.rows.every((row, place) => {
      const shown = list.at(place);
      return shown?.id === row.id && isSame(shown, row);
    })
  );
}
