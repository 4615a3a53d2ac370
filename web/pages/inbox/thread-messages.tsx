import { ArrowDown } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import type { ConversationResource } from '../../../src/contract/conversations.ts';
import { formatDayName } from '../../format/days.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { formatDateTime, formatTime } from '../../format/times.ts';
import type { LineItem, ThreadDay } from '../../thread/build-thread.ts';
import { Button } from '../../ui/button.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { EmptyState, ErrorLine, ErrorState, LoadingState } from '../../ui/states.tsx';
import { nameOf } from './conversation-row.ts';
import { MessageBubble } from './message-bubble.tsx';
import { useRetryWhenBack } from './use-retry-when-back.ts';
import type { useThread } from './use-thread.ts';
import { useThreadScroll } from './use-thread-scroll.ts';

interface ThreadMessagesProps {
  conversation: ConversationResource;
  thread: ReturnType<typeof useThread>;
}

/** What was said, the newest at the end; older messages come as one scrolls up to them. */
export function ThreadMessages({ conversation, thread }: ThreadMessagesProps) {
  useRetryWhenBack(thread.isLoadingError, thread.refetch);
  useRetryWhenBack(thread.isFetchNextPageError, thread.fetchNextPage);
  if (thread.data !== undefined) {
    return <Messages conversation={conversation} thread={thread} days={thread.data} />;
  }
  return thread.error === null ? (
    <LoadingState what="the messages" />
  ) : (
    <ErrorState error={thread.error} onRetry={() => void thread.refetch()} />
  );
}

/** A component of its own: what is scrolled is there from its first moment on, and can be observed. */
function Messages({ conversation, thread, days }: ThreadMessagesProps & { days: ThreadDay[] }) {
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = thread;
  const mayFetch = hasNextPage && !isFetching && !isFetchNextPageError;
  const scroll = useThreadScroll(days, mayFetch ? () => void fetchNextPage() : null);
  const newest = useMemo(() => newestMessage(days), [days]);
  // what somebody has had before their eyes
  const [seen, setSeen] = useState(newest);
  if (scroll.isAtEnd && newest !== seen) setSeen(newest);
  const [openedAt] = useState(() => new Date().toISOString());
  const unseen = useMemo(() => countAfter(days, seen), [days, seen]);
  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scroll.box}
        onScroll={scroll.onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard, too
        tabIndex={0}
        aria-label="Messages"
        className="relative h-full overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none]"
      >
        <div ref={scroll.list} className="mx-auto flex w-full max-w-5xl flex-col gap-1 px-4 py-3">
          <Beginning conversation={conversation} thread={thread} />
          {days.map((day) => (
            <Day key={day.day} day={day} name={nameOf(conversation)} onGoTo={scroll.toItem} />
          ))}
          {days.length === 0 && !hasNextPage && (
            <EmptyState title="Nothing is stored of this conversation yet">
              “Read again” fetches its messages.
            </EmptyState>
          )}
        </div>
      </section>
      <p role="status" className="sr-only">
        {scroll.isAtEnd && newest > openedAt && 'New message'}
      </p>
      <div role="status" className="absolute inset-x-0 bottom-3 z-20 flex justify-center empty:hidden">
        {!scroll.isAtEnd && unseen > 0 && (
          <Button size="sm" className="rounded-full shadow-lg" onClick={scroll.toEnd}>
            <ArrowDown aria-hidden className="size-4" />
            {formatNumberOf(unseen, 'new message')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** What is before the messages that are shown. */
function Beginning({ conversation, thread }: ThreadMessagesProps) {
  if (thread.isFetchNextPageError) {
    return (
      <div className="flex flex-col items-center gap-2 py-2">
        <ErrorLine error={thread.error} />
        <Button variant="outline" size="sm" onClick={() => void thread.fetchNextPage()}>
          Try again
        </Button>
      </div>
    );
  }
  if (thread.hasNextPage) {
    return (
      <p className="flex h-10 items-center justify-center gap-2 text-sm text-muted">
        <Spinner />
        Reading older messages …
      </p>
    );
  }
  return (
    <p className="flex min-h-10 items-center justify-center text-center text-sm text-muted">
      {conversation.historyComplete
        ? 'The beginning of the conversation'
        : 'Older messages are not stored yet: a full sync or “Read again” fetches them.'}
    </p>
  );
}

const Day = memo(function Day({
  day,
  name,
  onGoTo,
}: {
  day: ThreadDay;
  name: string;
  onGoTo: (key: string) => void;
}) {
  const title = formatDayName(day.at);
  return (
    <section aria-label={title} className="flex flex-col gap-1">
      <h3 className="sticky top-0 z-10 mx-auto my-2 w-fit rounded-full border border-line bg-surface px-3 py-0.5 text-xs font-medium text-muted">
        <time dateTime={day.day}>{title}</time>
      </h3>
      <ol className="flex flex-col gap-1">
        {day.items.map((item) => (
          <li
            key={item.key}
            data-item={item.key}
            tabIndex={-1}
            className={item.kind === 'message' && item.endsGroup ? 'mb-2' : ''}
          >
            {item.kind === 'message' ? (
              <MessageBubble item={item} name={name} onGoTo={onGoTo} />
            ) : (
              <Line item={item} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
});

function Line({ item }: { item: LineItem }) {
  return (
    <p className="mx-auto my-1 w-fit max-w-full text-center text-xs wrap-anywhere text-muted">
      <span dir="auto">{item.text}</span>
      {item.detail !== null && <span dir="auto"> · {item.detail}</span>}
      {' · '}
      <time dateTime={item.at} title={formatDateTime(item.at)}>
        {formatTime(item.at)}
      </time>
    </p>
  );
}

function newestMessage(days: ThreadDay[]): string {
  const newest = days.at(-1)?.items.findLast(({ kind }) => kind === 'message');
  return newest?.at ?? '';
}

function countAfter(days: ThreadDay[], at: string): number {
  let count = 0;
  for (const { items } of days.toReversed()) {
    for (const item of items.toReversed()) {
      if (item.at <= at) return count;
      if (item.kind === 'message') count += 1;
    }
  }
  return count;
}
