import type { Client } from '@temporalio/client';
import type { BatchProgress, BatchSyncInput, BatchSyncResult } from '../contract/batches.ts';
import { batchProgressQuery, cancelSignal } from '../contract/messages.ts';
import { BATCH_WORKFLOW, batchWorkflowId } from '../contract/names.ts';
import { ask, within } from './calls.ts';

/** Start, signal and query calls of `BatchSyncWorkflow`; every one is awaited until Temporal has acknowledged it. */
export type BatchControl = ReturnType<typeof createBatchControl>;

/** @param taskQueue of the syncs */
export function createBatchControl(client: Client, taskQueue: string) {
  return {
    /**
     * Starts the batch's workflow, whose rows are there, for the first time or to resume the batch.
     *
     * @throws SyncAlreadyRunning, TemporalUnavailable, TemporalSilent
     */
    async start(input: BatchSyncInput): Promise<{ runId: string }> {
      const handle = await within(client, () =>
        client.workflow.start<(input: BatchSyncInput) => Promise<BatchSyncResult>>(BATCH_WORKFLOW, {
          workflowId: batchWorkflowId(input.batchId),
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          taskQueue,
          args: [input],
          staticSummary: 'sync of many pages',
        }),
      );
      return { runId: handle.firstExecutionRunId };
    },

    /**
     * @param runId first run of the workflow that is meant; another does nothing. `null`: whichever runs
     * @throws SyncNotRunning, TemporalUnavailable, TemporalSilent
     */
    async cancel(batchId: string, runId: string | null): Promise<void> {
      const handle = client.workflow.getHandle(batchWorkflowId(batchId));
      await within(client, () => handle.signal(cancelSignal, ...(runId === null ? [] : [runId])));
    },

    /** What the running workflow knows; `null` when there is none, or nobody answers within a second. */
    async progress(batchId: string): Promise<BatchProgress | null> {
      const handle = client.workflow.getHandle(batchWorkflowId(batchId));
      return ask(client, () => handle.query(batchProgressQuery));
    },
  };
}
