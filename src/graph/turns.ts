import { APP_POOL, type BudgetMeter, type KnownMeters } from '../contract/budget.ts';
import { GraphError } from './errors.ts';
import { pause } from './pause.ts';
import { regainMs, type Usage } from './usage.ts';

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

  /** What is unknown is not told: a missing header is not an empty meter. Only assets have a regain time. */
  async function observe(asset: string, usage: Usage, known: KnownMeters): Promise<void> {
    const [own, app] = [wholePercent(usage.assetPercent), wholePercent(usage.appPercent)];
    await Promise.all([
      own === null || own === known.asset ? null : budget.observe(asset, own, regainMs(usage)),
      app === null || app === known.app ? null : budget.observe(APP_POOL, app, 0),
    ]);
  }

  /** @throws GraphError `throttle` when the turn is too far away, and whatever the call throws */
  return async function inTurn<T extends { usage: Usage }>(
    asset: string,
    signal: AbortSignal,
    call: () => Promise<T>,
  ): Promise<T> {
    const turn = await budget.take(asset, longestWaitMs);
    if (!turn.granted) throw notNow(turn.untilMs, turn.why);
    const due = Date.now() + turn.waitMs;
    await pause(turn.waitMs, signal);
    const sent = Date.now();
    const isCold = sent - (lastAnswer.get(asset) ?? 0) > KEEP_ALIVE_MS;
    try {
      const answer = await call();
      await observe(asset, answer.usage, turn.known);
      return answer;
    } catch (error) {
      if (error instanceof GraphError) {
        if (error.usage !== null) await observe(asset, error.usage, turn.known);
        if (error.untilMs !== null && error.kind !== 'gone') {
          const pool = error.pool === 'app' ? APP_POOL : asset;
          await budget.block(pool, Math.max(0, error.untilMs - Date.now()), error.message);
        }
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

export function wholePercent(percent: number | null): number | null {
  return percent === null ? null : Math.min(Math.round(percent), MOST_PERCENT);
}

/** No call was made, and nothing has failed: the budget has no turn for this one yet. */
export function notNow(untilMs: number, why = 'Waiting for Meta’s rate limit'): GraphError {
  return new GraphError('throttle', {
    untilMs,
    detail: why,
    sentence: 'Meta limits how much may be read. The sync waits for that, and goes on by itself.',
  });
}
