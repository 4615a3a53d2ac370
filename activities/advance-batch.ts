import { heartbeat, log } from '@temporalio/activity';
import type { AdvanceBatchInput, AdvancedBatch } from '../src/contract/batches.ts';
import { hasLostWorkflow } from '../src/contract/maintenance.ts';
import { workflowIdOf } from '../src/contract/names.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';
import type { StartedPage, Store } from '../src/store/index.ts';
import type { LookUpWorkflow } from './reconcile-jobs.ts';

export interface BatchDeps {
  store: Store;
  /** Starts a page's sync. @returns its run; `null` when one of the page is running already */
  startSync(job: SyncWorkflowInput): Promise<{ runId: string } | null>;
  /** Asks the page's sync to end. Does nothing when none is running. */
  cancelSync(page: { facebookPageId: string }): Promise<void>;
  lookUpWorkflow: LookUpWorkflow;
}

/** The activities of `BatchSyncWorkflow`. */
export type BatchActivities = ReturnType<typeof createBatchActivities>;

/** Calls of Temporal at a time. */
const AT_ONCE = 10;

/**
 * One look at a batch: settles pages whose jobs have ended, gives those that come next their turn, and starts their jobs.
 * May be repeated at any moment, also by an attempt that was given up for dead: what is to be started has its job's id in
 * the batch before, so nothing is started twice. A start that fails is tried again at the next look, and holds up no other
 * page.
 *
 * @throws database errors
 */
export function createBatchActivities(deps: BatchDeps) {
  const { batchSteps } = deps.store;
  return {
    async advanceBatch(input: AdvanceBatchInput): Promise<AdvancedBatch> {
      const { starts, cancels, ...advanced } = await batchSteps.advance(input);
      let started = 0;
      await inGroups(starts, async (group) => {
        const pages = (await Promise.all(group.map((job) => safely(job, () => start(deps, job))))).filter(
          (page): page is StartedPage => page !== null,
        );
        if (pages.length > 0) await batchSteps.started(input.batchId, pages);
        started += pages.length;
      });
      await inGroups(cancels, async (group) => {
        await Promise.all(group.map((page) => safely(page, () => deps.cancelSync(page))));
      });
      return { ...advanced, changed: advanced.changed || started > 0 };
    },
  };
}

/**
 * Starts the page's job, or joins the one that is running.
 *
 * @returns `null` when it cannot be told yet whose job is running
 */
async function start(deps: BatchDeps, job: SyncWorkflowInput): Promise<StartedPage | null> {
  const { lifecycle, batchSteps } = deps.store;
  const { jobId, pageId } = job;
  const run = await deps.startSync(job);
  if (run !== null) {
    // the workflow does the same, whichever comes first: a job that was started has a row
    if (!job.resume) await lifecycle.create(job);
    await lifecycle.takeUp(jobId, run.runId);
    return { pageId, jobId, joined: null };
  }
  const open = await batchSteps.openSync(pageId);
  // its row is not made yet, or has ended a moment before it
  if (open === null) return null;
  if (open.id === jobId) return { pageId, jobId, joined: null };
  // a row whose workflow is gone says nothing of the one that is running
  if (hasLostWorkflow(open.runId, await deps.lookUpWorkflow(workflowIdOf(job)))) return null;
  return { pageId, jobId, joined: open.id };
}

/** @returns `null` when the call failed */
async function safely<T>(page: { pageId: string; jobId: string }, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    log.warn('A page of a batch could not be started or cancelled yet', {
      pageId: page.pageId,
      jobId: page.jobId,
      error,
    });
    return null;
  }
}

async function inGroups<T>(items: readonly T[], work: (group: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await work(items.slice(from, from + AT_ONCE));
    heartbeat();
  }
}
