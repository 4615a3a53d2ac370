import { useQuery } from '@tanstack/react-query';
import type { SessionResource } from '../../src/contract/access.ts';
import { allows, type Scope } from '../../src/contract/scopes.ts';
import { useApi } from './context.ts';
import { keys } from './keys.ts';

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
  return data !== undefined && allows(data.scope, needed);
}
