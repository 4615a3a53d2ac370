import type { ReactNode } from 'react';
import { ErrorState, LoadingState } from './states.tsx';

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/**
 * What a query has brought, or why nothing is there yet. What is there stays when reading it anew fails: the banner of the
 * connection says that it may be old.
 *
 * @param what that is being read, as `the pages`
 */
export function QueryStates<T>({
  query,
  what,
  children,
}: {
  query: Asked<T>;
  what: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null && query.error !== undefined) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <LoadingState what={what} />;
}
