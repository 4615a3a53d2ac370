import { Button } from './button.tsx';
import { ErrorLine } from './states.tsx';

/** Reads more of a list, as TanStack Query's `useInfiniteQuery` does. */
export function ShowMore({
  query,
}: {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
}) {
  if (!query.hasNextPage) return null;
  return (
    <div className="flex flex-col items-center gap-2 py-3">
      <ErrorLine error={query.isFetchNextPageError ? query.error : null} />
      <Button
        variant="outline"
        size="sm"
        busy={query.isFetchingNextPage}
        onClick={() => query.fetchNextPage()}
      >
        Show more
      </Button>
    </div>
  );
}
