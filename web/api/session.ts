import { useQuery } from '@tanstack/react-query';
import type { Scope, SessionResource } from '../../src/contract/access.ts';
import { useApi } from './context.ts';
import { keys } from './keys.ts';

/** What scopes may, in order: each with all that stands before it, as in `src/contract/access.ts`. */
const ORDER: readonly Scope[] = ['read', 'sync', 'admin'];

/** Who is signed in. @param enabled whether it is asked for at all */
export function useSession(enabled = true) {
  const api = useApi();
  return useQuery({
    queryKey: keys.session,
    queryFn: ({ signal }) => api.get<SessionResource>('/api/session', { signal }),
    staleTime: 60_000,
    enabled,
  });
}

/** Whether who is signed in may do what needs a scope; false until it is known. */
export function useMay(needed: Scope): boolean {
  const { data } = useSession();
  return data !== undefined && ORDER.indexOf(data.scope) >= ORDER.indexOf(needed);
}
