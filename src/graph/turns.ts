import type { BudgetMeter } from '../contract/budget.ts';
import { GraphError } from './errors.ts';
import { pause } from './pause.ts';
import type { Usage } from './usage.ts';

/** After so long without an answer the connection is a new one, and the call arrives later than it was sent. */
const KEEP_ALIVE_MS = 4000;

/** Meters may show more than 100 %, within reason. */
const MOST_PERCENT = 1000;

/** Lateness below this is lost in the budget's margin. */
const NEGLIGIBLE_MS = 3;

/** A call that took longer than this spent the time at Meta, not on the way there. */
const MOST_LATE_MS = 1000;

/**
 * Makes calls when it is their turn, and tells the budget what they show: that they went out late (the turns
 * behind move back), the usage meters, and until when Meta wants no more.
 *
 * @param longestWaitMs turns further away than this are not waited for
 */
export function createTurns(budget: BudgetMeter, longestWaitMs: number) {
  const lastAnswer = new Map<string, number>();

  /** @throws GraphError `throttle` when the turn is too far away, and whatever the call throws */
  return async function inTurn<T extends { usage: Usage }>(
    asset: string,
    signal: AbortSignal,
    call: () => Promise<T>,
  ): Promise<T> {
    const turn = await budget.take(asset, longestWaitMs);
    if (!turn.granted) {
      throw new GraphError('throttle', { untilMs: turn.untilMs, detail: 'Waiting for Meta’s rate limit' });
    }
    const due = Date.now() + turn.waitMs;
    await pause(turn.waitMs, signal);
    const sent = Date.now();
    const isCold = sent - (lastAnswer.get(asset) ?? 0) > KEEP_ALIVE_MS;
    try {
      const answer = await call();
      const { assetPercent } = answer.usage;
      if (assetPercent !== null)
        await budget.observe(asset, Math.min(Math.round(assetPercent), MOST_PERCENT));
      return answer;
    } catch (error) {
      if (error instanceof GraphError && error.untilMs !== null && error.kind !== 'gone') {
        await budget.block(asset, error.untilMs, error.message);
      }
      throw error;
    } finally {
      const answered = Date.now();
      lastAnswer.set(asset, answered);
      const lateMs = (isCold ? answered : sent) - due;
      // best effort: what the call itself has to say is more important
      if (lateMs > NEGLIGIBLE_MS) await budget.late(asset, Math.min(lateMs, MOST_LATE_MS)).catch(() => {});
    }
  };
}
