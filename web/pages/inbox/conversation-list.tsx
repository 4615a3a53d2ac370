import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp } from 'lucide-react';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { formatNumberOf } from '../../format/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { type Filters, toSearch } from './filters.ts';
import type { RowIndex } from './row-index.ts';
import { RowLink } from './row-link.tsx';
import { useNews } from './use-news.ts';

/** The height of a row, in CSS pixels. */
const ROW_PX = 92;
const OVERSCAN = 6;
/** How many rows before the end of what is there more is fetched. */
const AHEAD = 30;

export interface ConversationListProps {
  index: RowIndex;
  filters: Filters;
  selectedId: string | null;
  /** Of several pages their names, by id. */
  pageNames: ReadonlyMap<string, string>;
  isSyncing: boolean;
  /** What is shown belongs to the filters before. */
  isOld: boolean;
  hasMore: boolean;
  isFetchingMore: boolean;
  moreError: unknown;
  fetchMore: () => void;
}

/** The conversations, of which only those in sight are in the document. */
export function ConversationList(props: ConversationListProps) {
  const { index, filters, selectedId, isOld, hasMore, isFetchingMore, moreError, fetchMore } = props;
  const search = toSearch(filters);
  const box = useRef<HTMLDivElement>(null);
  const isAtTop = useCallback(() => (box.current?.scrollTop ?? 0) < ROW_PX / 2, []);
  const news = useNews(filters, isAtTop, props.isSyncing);

  const [activeId, setActiveId] = useState<string | null>(selectedId);
  const activePlace = useMemo(() => {
    const place = activeId === null ? -1 : index.placeOf(activeId);
    return place < 0 ? 0 : place;
  }, [index, activeId]);
  // the row that Tab leads to is always there, wherever the list was scrolled to
  const rangeExtractor = useCallback(
    (range: Range) => {
      const places = defaultRangeExtractor(range);
      if (activePlace >= range.count || places.includes(activePlace)) return places;
      return [...places, activePlace].sort((a, b) => a - b);
    },
    [activePlace],
  );
  const virtualizer = useVirtualizer({
    count: index.count,
    getScrollElement: () => box.current,
    estimateSize: rowHeight,
    overscan: OVERSCAN,
    rangeExtractor,
  });
  const rows = virtualizer.getVirtualItems();
  const isNearEnd = (virtualizer.range?.endIndex ?? 0) >= index.count - AHEAD;
  const mayFetch = hasMore && !isOld && !isFetchingMore && moreError === null;
  useEffect(() => {
    if (isNearEnd && mayFetch) fetchMore();
  }, [isNearEnd, mayFetch, fetchMore]);

  // other filters, another list
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the filters change
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [search]);

  const focusNext = useRef(false);
  const move = (place: number) => {
    const row = index.at(Math.max(0, Math.min(index.count - 1, place)));
    if (row === undefined) return;
    focusNext.current = true;
    virtualizer.scrollToIndex(index.placeOf(row.id), { align: 'auto' });
    setActiveId(row.id);
    if (row.id === activeId) focusActive();
  };
  const focusActive = useCallback(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    box.current
      ?.querySelector<HTMLElement>(`[data-conversation="${activeId}"]`)
      ?.focus({ preventScroll: true });
  }, [activeId]);
  useEffect(() => focusActive(), [focusActive]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_PX) - 1);
    const places: Record<string, number> = {
      ArrowDown: activePlace + 1,
      ArrowUp: activePlace - 1,
      PageDown: activePlace + page,
      PageUp: activePlace - page,
      Home: 0,
      End: index.count - 1,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    move(place);
  };
  const toTop = () => {
    if (box.current !== null) box.current.scrollTop = 0;
    news.show();
  };
  const wasAway = useRef(false);
  const onScroll = () => {
    if (!isAtTop()) wasAway.current = true;
    else if (wasAway.current) {
      wasAway.current = false;
      news.show();
    }
  };

  return (
    <div className="relative min-h-0 flex-1">
      <p role="status" className="sr-only">
        {isOld
          ? 'Looking …'
          : hasMore
            ? 'There are more conversations further down'
            : formatNumberOf(index.count, 'conversation')}
      </p>
      <div role="status" className="absolute inset-x-0 top-2 z-10 flex justify-center empty:hidden">
        {news.count > 0 && (
          <Button size="sm" className="rounded-full shadow-lg" onClick={toTop}>
            <ArrowUp aria-hidden className="size-4" />
            {news.count} new
            <span className="sr-only"> at the top</span>
          </Button>
        )}
      </div>
      <div
        ref={box}
        onScroll={onScroll}
        className="relative h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        <ul
          aria-label="Conversations"
          aria-busy={isOld || undefined}
          onKeyDown={onKeyDown}
          onFocus={({ target }) => setActiveId(target.dataset.conversation ?? activeId)}
          style={{ height: virtualizer.getTotalSize() }}
          className={classNames('relative w-full', isOld && 'opacity-60')}
        >
          {rows.map(({ index: place, start }) => {
            const row = index.at(place);
            if (row === undefined) return null;
            return (
              <li
                key={row.id}
                aria-setsize={hasMore ? -1 : index.count}
                aria-posinset={place + 1}
                className="absolute top-0 left-0 w-full"
                style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
              >
                <RowLink
                  row={row}
                  search={search}
                  q={filters.q}
                  pageName={props.pageNames.get(row.pageId) ?? null}
                  isSelected={row.id === selectedId}
                  isActive={place === activePlace}
                />
              </li>
            );
          })}
        </ul>
        <ListEnd {...props} />
      </div>
    </div>
  );
}

/** What is beneath the last row: more to come, why it does not, or how many there are. */
function ListEnd({ index, hasMore, moreError, fetchMore }: ConversationListProps) {
  return (
    <div className="flex min-h-12 flex-col items-center justify-center gap-2 p-3 text-sm text-muted">
      {moreError !== null ? (
        <>
          <ErrorLine error={moreError} />
          <Button variant="outline" size="sm" onClick={fetchMore}>
            Try again
          </Button>
        </>
      ) : hasMore ? (
        <span className="flex items-center gap-2">
          <Spinner />
          Reading more conversations …
        </span>
      ) : (
        index.count > 0 && formatNumberOf(index.count, 'conversation')
      )}
    </div>
  );
}

function rowHeight(): number {
  return ROW_PX;
}
