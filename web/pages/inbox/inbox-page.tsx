import { MessagesSquare } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { type PageName, usePageNames } from '../../api/page-names.ts';
import { useDocumentTitle } from '../../layout/page-frame.tsx';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx';
import { ConversationList } from './conversation-list.tsx';
import { type Filters, readFilters, toSearch } from './filters.ts';
import { InboxFilters } from './inbox-filters.tsx';
import { createRowIndex } from './row-index.ts';
import { ThreadPane } from './thread-pane.tsx';
import { useConversations } from './use-conversations.ts';
import { useIsSyncing } from './use-is-syncing.ts';
import { useRetryWhenBack } from './use-retry-when-back.ts';

const NO_PAGES: readonly PageName[] = [];

/** Conversations, and one of them: side by side, or on narrow screens one at a time. */
export default function InboxPage() {
  useDocumentTitle('Inbox');
  const { conversationId = null } = useParams();
  const [searchParams] = useSearchParams();
  const text = searchParams.toString();
  const filters = useMemo(() => readFilters(new URLSearchParams(text)), [text]);
  const change = useChange();
  const pages = usePageNames().data ?? NO_PAGES;
  const searchField = useRef<HTMLInputElement>(null);
  useSlashKey(searchField);
  return (
    <div className="relative min-h-96 flex-1">
      <div className="absolute inset-0 flex">
        <h1 className="sr-only">Inbox</h1>
        <section
          aria-label="List of conversations"
          className={classNames(
            'flex w-full min-w-0 flex-col bg-surface md:w-80 md:shrink-0 md:border-r md:border-line xl:w-100',
            // it keeps its place while the conversation is in front of it
            conversationId !== null && 'max-md:invisible max-md:absolute max-md:inset-0',
          )}
        >
          <InboxFilters filters={filters} change={change} pages={pages} searchField={searchField} />
          <FilteredList filters={filters} change={change} pages={pages} selectedId={conversationId} />
        </section>
        {conversationId === null ? (
          <div className="hidden flex-1 flex-col items-center justify-center gap-2 text-muted md:flex">
            <MessagesSquare aria-hidden className="size-10" />
            <p>Choose a conversation to read it.</p>
          </div>
        ) : (
          <ThreadPane key={conversationId} conversationId={conversationId} search={text} pages={pages} />
        )}
      </div>
    </div>
  );
}

/** Changes filters, and leaves the others and the conversation as they are at that moment. */
function useChange(): (changes: Partial<Filters>) => void {
  const navigate = useNavigate();
  return useCallback(
    (changes) => {
      // the address itself: what was drawn last may be older than a change, or a conversation, that was chosen since
      const { pathname, search } = window.location;
      // whoever has gone to another page is not called back by a search that was still waiting
      if (!pathname.startsWith('/inbox')) return;
      const now = readFilters(new URLSearchParams(search));
      void navigate(
        { pathname, search: toSearch({ ...now, ...changes }) },
        // every letter of a search would be a step back
        { replace: changes.q !== undefined },
      );
    },
    [navigate],
  );
}

function FilteredList({
  filters,
  change,
  pages,
  selectedId,
}: {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
  pages: readonly PageName[];
  selectedId: string | null;
}) {
  const list = useConversations(filters);
  const isSyncing = useIsSyncing(filters.page);
  const fetched = list.data?.pages;
  const index = useMemo(() => (fetched === undefined ? null : createRowIndex(fetched)), [fetched]);
  const pageNames = useMemo(
    () => new Map(pages.length > 1 && filters.page === null ? pages.map(({ id, name }) => [id, name]) : []),
    [pages, filters.page],
  );
  const { fetchNextPage } = list;
  const fetchMore = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);
  useRetryWhenBack(list.isError && index === null, list.refetch);
  useRetryWhenBack(list.isFetchNextPageError, fetchMore);
  if (index === null) {
    return list.error === null ? (
      <LoadingState what="the conversations" />
    ) : (
      <ErrorState error={list.error} onRetry={() => void list.refetch()} />
    );
  }
  return (
    <>
      {index.count === 0 && !list.isPlaceholderData && (
        <NothingThere filters={filters} change={change} hasPages={pages.length > 0} />
      )}
      <ConversationList
        index={index}
        filters={filters}
        selectedId={selectedId}
        pageNames={pageNames}
        isSyncing={isSyncing}
        isOld={list.isPlaceholderData}
        hasMore={list.hasNextPage}
        isFetchingMore={list.isFetching}
        moreError={list.isFetchNextPageError ? list.error : null}
        fetchMore={fetchMore}
      />
    </>
  );
}

const NO_FILTERS: Filters = readFilters(new URLSearchParams());

function NothingThere({
  filters,
  change,
  hasPages,
}: {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
  hasPages: boolean;
}) {
  if (toSearch(filters) !== '') {
    return (
      <EmptyState title="No conversation is like that">
        <p className="mb-3">Look for fewer or other words, or show all conversations.</p>
        <Button variant="outline" size="sm" onClick={() => change(NO_FILTERS)}>
          Show all
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No conversations yet">
      {hasPages ? 'Sync a page: ' : 'Connect a page and sync it: '}
      <Link to="/" className="text-accent underline">
        to the pages
      </Link>
      . New messages appear here by themselves.
    </EmptyState>
  );
}

/** `/` leads to the search from anywhere but where somebody types. */
function useSlashKey(field: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, select, [role="dialog"]'))
        return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [field]);
}
