import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities } from '../activities/advance-batch.ts';
import {
  type BatchSyncInput,
  type BatchSyncResult,
  batchCounts,
  countsSentence,
} from '../src/contract/batches.ts';
import { batchProgressQuery, cancelSignal } from '../src/contract/messages.ts';
import {
  afterLook,
  type BatchState,
  batchProgressOf,
  carryBatchOver,
  initialBatchState,
  mustLook,
  requestBatchCancel,
} from './batch-state.ts';

/** Some statements, and a start for each page whose turn has come. A database that is away is waited for. */
const { advanceBatch } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '200 ms', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** A run's input: the batch, and after continue-as-new what the run before knew. */
export interface BatchRunInput extends BatchSyncInput {
  carried?: BatchState;
}

/**
 * Syncs many pages, some at a time. Started by the API as `batch/<batchId>`. The database holds the batch; this workflow
 * has it advanced, again and again, until nothing is left to do. After a cancel, by signal or by Temporal's own button,
 * nothing more is started, and the batch ends when the syncs have ended that it had started itself.
 *
 * @throws CancelledFailure after Temporal's own cancel
 */
export async function BatchSyncWorkflow(input: BatchRunInput): Promise<BatchSyncResult> {
  const { carried, ...batch } = input;
  const { batchId, replacesLost } = batch;
  const runId = workflowInfo().firstExecutionRunId;
  let state = carried ?? initialBatchState();
  let cancelledByTemporal = false;

  const cancel = () => {
    state = requestBatchCancel(state);
  };
  setHandler(batchProgressQuery, () => batchProgressOf(state, batchId));
  setHandler(cancelSignal, (firstRunId = runId) => {
    if (firstRunId === runId) cancel();
  });
  // the same ending for Temporal's Cancel: everything below runs where it cannot be cut off
  CancellationScope.current().cancelRequested.catch(() => {
    cancelledByTemporal = true;
    cancel();
  });

  const mustContinueAsNew = () => {
    const info = workflowInfo();
    return info.continueAsNewSuggested || info.historyLength >= (batch.continueAsNewAfterEvents ?? Infinity);
  };

  return CancellationScope.nonCancellable(async () => {
    for (;;) {
      const { cancelRequested } = state;
      const advanced = await advanceBatch({ batchId, runId, cancel: cancelRequested, replacesLost });
      state = afterLook(state, advanced, cancelRequested);
      setCurrentDetails(`**${advanced.status}** · ${countsSentence(advanced.counts)}`);
      if (state.over) break;
      await condition(() => mustLook(state), state.waitMs);
      if (mustContinueAsNew()) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof BatchSyncWorkflow>({ ...batch, carried: carryBatchOver(state) });
      }
    }
    const { status = 'CANCELLED', counts = batchCounts() } = state.standing ?? {};
    log.info('Batch ended', { batchId, status });
    if (cancelledByTemporal) throw new CancelledFailure('The batch was cancelled');
    return { batchId, status, counts };
  });
}
