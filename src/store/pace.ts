/** From here on, in percent of a meter, turns get further apart. */
export const SLOW_FROM = 75;

/** At and above this a pool is parked. */
export const FULL_FROM = 95;

/**
 * How much further apart turns are just below `FULL_FROM`. At Meta's two calls a second they are then 4 s apart, which
 * a slice still waits for by itself: slowing shows as slowness, only parking as waiting.
 */
const MOST_SLOWING = 8;

/**
 * Between two calls that look whether a full meter has sunk, in milliseconds: longer than a call takes, so that only one
 * is on its way, and soon enough when its answer gets lost.
 */
const LOOK_EVERY_MS = 15_000;

/** Meta's limit for the Conversations API; the pace to slow down from when there is no limit of our own. */
const METAS_CALLS_PER_SECOND = 2;

/**
 * Turns are a hundredth further apart than the limit says, so that small shifts on the way never put one call too
 * many into Meta's second.
 */
const MARGIN = 1.01;

/**
 * Milliseconds between two turns while the fullest meter stands at so many percent: as the limit says below 75 %, from
 * there growing evenly (by the same factor with every point) to eight times as much at 95 %, where there is only a look
 * now and then.
 *
 * @param percent `null` when nothing is known
 * @param callsPerSecond 0 = no limit, as long as no meter reaches 75 %
 */
export function paceMs(percent: number | null, callsPerSecond: number): number {
  const own = callsPerSecond > 0 ? (1000 * MARGIN) / callsPerSecond : 0;
  if (percent === null || percent < SLOW_FROM) return own;
  const from = own > 0 ? own : (1000 * MARGIN) / METAS_CALLS_PER_SECOND;
  if (percent >= FULL_FROM) return Math.max(LOOK_EVERY_MS, from * MOST_SLOWING);
  return from * MOST_SLOWING ** ((percent - SLOW_FROM) / (FULL_FROM - SLOW_FROM));
}

/** `paceMs` as a table for SQL: first what holds below `SLOW_FROM`, then one entry a percent, last for a full meter. */
export function paceTable(callsPerSecond: number): number[] {
  const percents = Array.from({ length: FULL_FROM - SLOW_FROM + 1 }, (_, i) => SLOW_FROM + i);
  return [null, ...percents].map((percent) => paceMs(percent, callsPerSecond));
}
