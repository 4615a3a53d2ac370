import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** Tries again what may succeed the next time: no connection, and faults of the server. */
function mayRetry(count: number, error: unknown): boolean {
  return count < 2 && !(error instanceof ApiProblem && error.status < 500);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // the server may be on this machine, which a browser without a network does not know
      queries: { retry: mayRetry, staleTime: 5000, networkMode: 'always', refetchOnReconnect: true },
      // what was pressed while there was no connection is not done behind somebody's back later
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
