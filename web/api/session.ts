import { useQuery } from '@tanstack/react-query';
import type { SessionResource } from '../../src/contract/access.ts';
import { allows, type Scope } from '../../src/contract/scopes.ts';
import { useApi } from './context.ts';
import { keys } from './keys.ts';
import { isProblem } from './problem.ts';

/** How soon it is asked again who is signed in when nobody could say, in milliseconds: without it nothing is shown at all. */
const AGAIN_MS = 5000;

/** Who is signed in. @param enabled whether it is asked for at all */
export function useSession(enabled = true) {
  const api = useApi();
  return useQuery({
    queryKey: keys.session,
    queryFn: ({ signal }) => api.get<SessionResource>('/api/session', { signal }),
    staleTime: 60_000,
    refetchInterval: ({ state: { data, error } }) =>
      data === undefined && error !== null && !isProblem(error, 'unauthorized') ? AGAIN_MS : false,
    enabled,
  });
}

/** Whether who is signed in may do what needs a scope; false until it is known. */
export function useMay(needed: Scope): boolean {
  const { data } = useSession();
  return data !== undefined && allows(data.scope, needed);
}
