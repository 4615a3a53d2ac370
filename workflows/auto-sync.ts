import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  log,
  ParentClosePolicy,
  startChild,
  uuid4,
} from '@temporalio/workflow';
import type { AutoSyncInput, AutoSyncResult } from '../src/contract/auto-sync.ts';
import { SYNC_WORKFLOW } from '../src/contract/names.ts';
import type { SyncResult } from '../src/contract/progress.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';
import { syncStartOptions } from '../src/contract/sync-start.ts';
import { notify, planAutoSync } from './auto-sync-proxies.ts';
import type { SyncWorkflow } from './sync.ts';

/**
 * One automatic sync of a page, started by the page's schedule (`auto-sync/<facebookPageId>`), which starts no other one as
 * long as this one runs: so a sync that takes longer than the interval is waited for, and so is one that is paused.
 *
 * The sync itself is the page's `SyncWorkflow`, like any other. Where one is at work already it is joined: there is nothing
 * more to do. What is left of an earlier sync goes first; then comes a new incremental one, so that no page waits for
 * news behind something that cannot be finished. It never fails for what a sync met: that is the sync's to show.
 */
export async function AutoSyncWorkflow(input: AutoSyncInput): Promise<AutoSyncResult> {
  const jobIds: string[] = [];
  for (let mayResume = true; ; mayResume = false) {
    const { job, why } = await planAutoSync({ ...input, jobId: uuid4(), mayResume });
    if (job === null) {
      log.info('Nothing to sync', { page: input.facebookPageId, why });
      return { outcome: jobIds.length > 0 ? 'synced' : 'skipped', why, jobIds };
    }
    const sync = await startSync(job);
    if (sync === null) return { outcome: jobIds.length > 0 ? 'synced' : 'joined', why: null, jobIds };
    jobIds.push(job.jobId);
    const result = await endOf(sync);
    await notify({ jobId: job.jobId });
    // one that was stopped on purpose, or could do nothing, is not followed by another
    const goesOn = job.resume && result !== null && result.status !== 'CANCELLED';
    if (!goesOn) return { outcome: 'synced', why: null, jobIds };
  }
}

/** @returns `null` when the page is being synced already */
async function startSync(job: SyncWorkflowInput): Promise<ChildWorkflowHandle<typeof SyncWorkflow> | null> {
  try {
    return await startChild<typeof SyncWorkflow>(SYNC_WORKFLOW, {
      ...syncStartOptions(job),
      // it belongs to the page, not to the automatic run: neither its end nor its cancel is the sync's
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

/** @returns `null` when it failed, or was cancelled or terminated from outside */
async function endOf(sync: ChildWorkflowHandle<typeof SyncWorkflow>): Promise<SyncResult | null> {
  try {
    return await sync.result();
  } catch (error) {
    if (error instanceof ChildWorkflowFailure) return null;
    throw error;
  }
}
