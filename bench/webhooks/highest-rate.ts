import type { Step } from './step.ts';

/** Neighbours that are closer than this cannot be told apart in a short step. */
const CLOSE = 1.1;

/** How far it goes. */
export interface Limit {
  /** The highest rate that held; `null` = not even the lowest did. */
  held: Step | null;
  /** The lowest that did not hold; `null` = all did. */
  broke: Step | null;
}

/**
 * Looks for the highest rate that holds: up the ladder to the first that does not, then between the two. One that does
 * not hold gets a second chance: a noisy moment of the machine is no limit.
 *
 * @param ladder ascending
 */
export async function findHighestRate(
  ladder: readonly number[],
  run: (rate: number) => Promise<Step>,
): Promise<Limit> {
  const attempt = async (rate: number) => {
    const step = await run(rate);
    return step.broken.length === 0 ? step : run(rate);
  };
  const limit: Limit = { held: null, broke: null };
  for (const rate of ladder) {
    const step = await attempt(rate);
    if (step.broken.length > 0) {
      limit.broke = step;
      break;
    }
    limit.held = step;
  }
  while (limit.held !== null && limit.broke !== null && limit.broke.rate > limit.held.rate * CLOSE) {
    const step = await attempt(Math.round(Math.sqrt(limit.held.rate * limit.broke.rate)));
    if (step.broken.length === 0) limit.held = step;
    else limit.broke = step;
  }
  return limit;
}
