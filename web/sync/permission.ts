import { useHearsChanges } from '../api/changes.tsx';
import { useSession } from '../api/session.ts';

/**
 * Why who is signed in may not start and steer syncs; `null`: they may, or nobody knows. Other apps are not asked: they keep
 * sessions of their own, and the server refuses what may not be.
 */
export function useSyncPermission(): string | null {
  const isDashboard = useHearsChanges();
  const session = useSession(isDashboard);
  return isDashboard && session.data?.scope === 'read' ? 'You may look, but not start syncs.' : null;
}
