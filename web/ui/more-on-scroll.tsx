import type { ComponentProps } from 'react';
import { useCallback } from 'react';
import { ShowMore } from './show-more.tsx';

/** How far below the window the end of a list may be when more of it is read. */
const AHEAD = '600px';

/** At the end of a list: reads more when it comes near; the button is there for what went wrong, and for keyboards. */
export function MoreOnScroll({ query }: ComponentProps<typeof ShowMore>) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const mayRead = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  const watch = useCallback(
    (element: HTMLDivElement) => {
      const observer = new IntersectionObserver(
        ([entry]) => {
          if (entry?.isIntersecting && mayRead) void fetchNextPage();
        },
        { rootMargin: AHEAD },
      );
      observer.observe(element);
      return () => observer.disconnect();
    },
    [mayRead, fetchNextPage],
  );
  return (
    <div ref={watch}>
      <ShowMore query={query} />
    </div>
  );
}
