import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { BatchSyncInput } from '../src/contract/batches.ts';
import type { ReconciledBatches } from '../src/contract/maintenance.ts';
import { batchWorkflowId } from '../src/contract/names.ts';
import type { Store } from '../src/store/index.ts';
import type { LookUpWorkflow } from './reconcile-jobs.ts';

/** Starts a batch's workflow. @returns `null` when it is at work already */
export type StartBatch = (input: BatchSyncInput) => Promise<{ runId: string } | null>;

/** Batches that are looked at between two heartbeats. */
const AT_ONCE = 20;

/**
 * Starts the workflows of open batches again that are gone: terminated, lost with their server, or never started by an API
 * that died in between. The new one goes on where the batch's rows are, also with a cancel. Whoever resumes the batch at the
 * same moment comes first or second: there is one workflow, and one that finds the batch ended does nothing.
 *
 * @throws database errors; may be repeated
 */
export function createReconcileBatches(
  store: Store,
  lookUpWorkflow: LookUpWorkflow,
  startBatch: StartBatch,
  graceMs: number,
) {
  async function reconcile(batchId: string): Promise<'kept' | 'restarted' | 'unclear'> {
    const workflow = await lookUpWorkflow(batchWorkflowId(batchId));
    if (workflow.state === 'running') return 'kept';
    try {
      if (workflow.state === 'unclear') throw new Error(workflow.why);
      if ((await startBatch({ batchId, replacesLost: true })) === null) return 'kept';
    } catch (error) {
      log.warn('The workflow of a batch could not be looked up or started again', { batchId, error });
      return 'unclear';
    }
    log.warn('Started the workflow of a batch again that was gone', { batchId });
    return 'restarted';
  }

  return async function reconcileBatches(): Promise<ReconciledBatches> {
    const result: ReconciledBatches = { looked: 0, restarted: 0, unclear: 0 };
    let after: string | null = null;
    for (;;) {
      cancellationSignal().throwIfAborted();
      const batches: string[] = await store.batchSyncs.open(graceMs, after, AT_ONCE);
      const outcomes = await Promise.all(batches.map(reconcile));
      for (const outcome of outcomes) {
        result.looked += 1;
        if (outcome !== 'kept') result[outcome] += 1;
      }
      heartbeat();
      after = batches.at(-1) ?? null;
      if (batches.length < AT_ONCE || outcomes.every((outcome) => outcome === 'unclear')) return result;
    }
  };
}
