import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { AdvanceBatchInput, AdvancedBatch } from '../src/contract/batches.ts';
import type { CancelledJob } from '../src/store/index.ts';
import { type BatchDeps, createPageStarts } from './start-batch-pages.ts';

export { StartRefused } from './start-batch-pages.ts';

/** The activities of `BatchSyncWorkflow`. */
export type BatchActivities = ReturnType<typeof createBatchActivities>;

/** Calls of Temporal at a time. */
const AT_ONCE = 10;

/**
 * One look at a batch: settles pages whose jobs have ended, gives those that come next their turn, and starts their jobs.
 * May be repeated at any moment, also by an attempt that was given up for dead: what is to be started has its job's id in
 * the batch before, so nothing is started twice. A start that fails is tried again at the next look, for ten minutes, and
 * holds up no other page. After a cancel nothing is started.
 *
 * @throws database errors; CancelledFailure when Temporal has given the attempt up
 */
export function createBatchActivities(deps: BatchDeps) {
  const { batchSteps } = deps.store;
  const { startPages, settleUndecided } = createPageStarts(deps);
  return {
    async advanceBatch(input: AdvanceBatchInput): Promise<AdvancedBatch> {
      const { starts, undecided, cancels, ...advanced } = await batchSteps.advance(input);
      let moved = 0;
      await inGroups(starts, async (group) => {
        moved += await startPages(input, group);
      });
      await inGroups(undecided, async (group) => {
        moved += await settleUndecided(input.batchId, group);
      });
      await inGroups(cancels, async (group) => {
        await Promise.all(group.map((page) => cancelPage(deps, page)));
      });
      return { ...advanced, changed: advanced.changed || moved > 0 };
    },
  };
}

/** Cancels a job that the batch has started itself; the next look tries again. */
async function cancelPage(deps: BatchDeps, page: CancelledJob): Promise<void> {
  try {
    await deps.cancelSync(page);
  } catch (error) {
    const { pageId, jobId } = page;
    log.warn('A page of a batch could not be cancelled yet', { pageId, jobId, error });
  }
}

async function inGroups<T>(items: readonly T[], work: (group: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    cancellationSignal().throwIfAborted();
    await work(items.slice(from, from + AT_ONCE));
    heartbeat();
  }
}
