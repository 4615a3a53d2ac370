import { cancellationSignal, heartbeat } from '@temporalio/activity';
import type { RetentionResult } from '../src/contract/maintenance.ts';
import type { EndedJobPlace, EndedJobs, Store } from '../src/store/index.ts';

/** Most rows that one statement deletes or empties. */
const ROWS = 1000;

/** Most jobs that one statement looks at. */
const JOBS = 200;

/** The batches of a job that cannot be resumed are of no use; a day is far longer than any attempt can be late. */
const BATCH_DAYS = 1;

/**
 * Deletes what is kept no longer (requirement H4), in pieces, each a transaction of its own:
 *
 * - batches of jobs that ended for good a day ago, but for the last of each stream
 * - jobs that ended `days` ago with all that belongs to them, but never a page's newest sync or the one that its
 *   checkpoint names
 * - the payloads of items that were set aside `days` ago, and webhook deliveries that were applied `days` ago: they are
 *   conversations of people
 * - sign-in codes and sessions that ended `days` ago, and idempotency keys that are kept no longer
 * - notifications that were read, or are news that nobody has read, `days` ago
 * - batches of pages that ended `days` ago; their jobs are kept or deleted as all others
 *
 * @throws database errors; may be repeated, and goes on with what is left
 */
export function createApplyRetention(store: Store, days: number) {
  const { upkeep, notifications } = store;

  return async function applyRetention(): Promise<RetentionResult> {
    const result: RetentionResult = {
      jobs: 0,
      batches: 0,
      failures: 0,
      payloads: 0,
      deliveries: 0,
      expired: 0,
      notifications: 0,
      batchSyncs: 0,
    };

    for await (const ids of allOf((after) => upkeep.closedForGood(BATCH_DAYS, after, JOBS))) {
      result.batches += await whileFull(() => upkeep.deleteSpentBatches(ids, ROWS));
    }
    for await (const ids of allOf((after) => upkeep.outdated(days, after, JOBS))) {
      result.batches += await whileFull(() => upkeep.deleteSpentBatches(ids, ROWS));
      result.failures += await whileFull(() => upkeep.deleteFailures(ids, ROWS));
      result.jobs += await upkeep.deleteJobs(ids);
    }
    result.payloads = await whileFull(() => upkeep.emptyPayloads(days, ROWS));
    result.payloads += await whileFull(() => upkeep.emptyWebhookPayloads(days, ROWS));
    result.deliveries = await whileFull(() => upkeep.deleteDeliveries(days, ROWS));
    result.expired = await whileFull(() => store.sessions.deleteExpired(days, ROWS));
    result.expired += await whileFull(() => store.idempotency.deleteExpired(ROWS));
    result.notifications = await whileFull(() => notifications.deleteOld(days, ROWS));
    result.batchSyncs = await whileFull(() => store.batchSteps.deleteEnded(days, ROWS));
    return result;
  };
}

/** Goes through ended jobs piece by piece. */
async function* allOf(read: (after: EndedJobPlace | null) => Promise<EndedJobs>): AsyncGenerator<string[]> {
  let after: EndedJobPlace | null = null;
  do {
    alive();
    const { ids, next }: EndedJobs = await read(after);
    if (ids.length > 0) yield ids;
    after = next;
  } while (after !== null);
}

/** Repeats a statement for as long as it finds as many rows as it may take; tells how many there were. */
async function whileFull(statement: () => Promise<number>): Promise<number> {
  let all = 0;
  for (;;) {
    alive();
    const rows = await statement();
    all += rows;
    if (rows < ROWS) return all;
  }
}

/** Says that the work goes on; stops it when nobody waits for it any more. */
function alive(): void {
  heartbeat();
  cancellationSignal().throwIfAborted();
}
