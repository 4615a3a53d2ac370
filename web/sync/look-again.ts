import type { SyncStatusResource } from '../../src/contract/resources.ts';
import { ApiProblem } from '../api/problem.ts';
import { isRefused, waitAfter } from '../api/refusal.ts';
import { isOpen } from './sync-status.ts';

/** How often a page is looked at, in milliseconds: platforms and phase are not in the stream. */
const LOOK_MS = { live: 4000, away: 2000, failed: 3000 } as const;

/** When a page's sync is looked at again, in milliseconds; `false`: not until something happens. */
export function lookAgainMs({
  answered,
  error,
  known,
  isLive,
  idleMs,
}: {
  /** The last answer; `null`: the page has no sync. */
  answered: SyncStatusResource | null | undefined;
  /** Why there was none the last time. */
  error: unknown;
  /** What answers and events have said. */
  known: SyncStatusResource | null | undefined;
  /** Whether the sync's stream brings events. */
  isLive: boolean;
  /** How often is looked while no sync is known to run. */
  idleMs: number | false;
}): number | false {
  if (isRefused(error)) return false;
  const waitMs = waitAfter(error);
  if (waitMs !== null) return waitMs;
  if (isOpen(answered) || (isOpen(known) && answered !== null)) return isLive ? LOOK_MS.live : LOOK_MS.away;
  const mayPass = error !== null && !(error instanceof ApiProblem && error.status < 500);
  return mayPass ? LOOK_MS.failed : idleMs;
}
