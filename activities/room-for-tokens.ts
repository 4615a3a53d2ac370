import type { AppPoolState } from '../src/contract/budget.ts';

/** The app's pool is small and syncs need it more: no page is asked about while it is as full as this, in percent. */
const ENOUGH_PERCENT = 50;

/** How long to leave the pool alone then; its meter is of a rolling hour. */
export const LEAVE_ALONE_MS = 10 * 60_000;

/** After so long it is asked all the same: an app that is busy all day would never learn that a token ends. */
const LONG_ENOUGH_MS = 6 * 60 * 60_000;

/** The time between two pages then: 180 calls an hour. */
const SLOWLY_MS = 20_000;

/** Whether there is room in the app's pool to ask about a token; `waitMs`: how long to leave it alone before the next one. */
export type Room = { ask: true; waitMs: number } | { ask: false; untilMs: number; why: string };

/**
 * @param pool as it is known
 * @param sinceMs when the asking was to begin, epoch milliseconds
 */
export function roomForTokens(pool: AppPoolState, sinceMs: number, nowMs: number): Room {
  // Meta said so: to ask would make it longer
  if (pool.blockedUntilMs !== null) {
    return { ask: false, untilMs: pool.blockedUntilMs, why: pool.why ?? 'The app is blocked' };
  }
  const percent = pool.usagePercent ?? 0;
  if (percent < ENOUGH_PERCENT) return { ask: true, waitMs: 0 };
  if (nowMs - sinceMs >= LONG_ENOUGH_MS) return { ask: true, waitMs: SLOWLY_MS };
  return { ask: false, untilMs: nowMs + LEAVE_ALONE_MS, why: `The app's meter stands at ${percent} %` };
}
