import { useQuery } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import type { ApiClient } from '../api/client.ts';
import { useApi } from '../api/context.ts';
import { ErrorState, LoadingState } from './states.tsx';

/** Reads a file of the dashboard. @throws NoConnection when it is the server that does not answer */
async function read<T>(load: () => Promise<{ default: T }>, api: ApiClient): Promise<{ Part: T }> {
  try {
    return { Part: (await load()).default };
  } catch (error) {
    await api.get('/api/session');
    // the server is there, and has another version by now: the page must be loaded anew
    throw error;
  }
}

/**
 * A component whose file is fetched when it is first shown. Unlike with React's `lazy`, a file that could not be fetched is
 * asked for again: by a button, and by itself as all that is kept here when the server is back.
 *
 * @param file its name, by which it is known
 * @param fallback what stands in its place meanwhile
 */
export function fetchedPart<P extends object>(
  file: string,
  load: () => Promise<{ default: ComponentType<P> }>,
  fallback: ReactNode = <LoadingState what="the page" />,
): ComponentType<P> {
  return function FetchedPart(props: P) {
    const api = useApi();
    const { data, error, refetch } = useQuery({
      queryKey: ['file', file],
      queryFn: () => read(load, api),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
    });
    if (data !== undefined) return <data.Part {...props} />;
    return error === null ? fallback : <ErrorState error={error} onRetry={() => void refetch()} />;
  };
}
