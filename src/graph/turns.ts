import type { BudgetMeter } from '../contract/budget.ts';
import { GraphError } from './errors.ts';
import { pause } from './pause.ts';
import type { Usage } from './usage.ts';

/** After so long without an answer the connection is a new one, and the call arrives later than it was sent. */
const KEEP_ALIVE_MS = 4000;

/** Lateness below this is lost in the budget's margin. */
const NEGLIGIBLE_MS = 3;

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
      if (assetPercent !== null) await budget.observe(asset, Math.round(assetPercent));
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
      if (lateMs > NEGLIGIBLE_MS) await budget.late(asset, lateMs);
    }
  };
}
