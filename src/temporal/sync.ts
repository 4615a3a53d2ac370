import type { Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { cancelSignal, pauseSignal, progressQuery, resumeSignal } from '../contract/messages.ts';
import { SYNC_WORKFLOW, syncWorkflowId, workflowIdOf } from '../contract/names.ts';
import type { SyncResult, WorkflowProgress } from '../contract/progress.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';
import { syncStartOptions } from '../contract/sync-start.ts';
import { ask, within } from './calls.ts';

export { SyncAlreadyRunning, SyncNotRunning, TemporalSilent, TemporalUnavailable } from './calls.ts';

const SIGNALS = { pause: pauseSignal, resume: resumeSignal, cancel: cancelSignal } as const;

/** What can be asked of a running sync. */
export type SyncCommand = keyof typeof SIGNALS;

/** Start, signal and query calls of `SyncWorkflow`; every one is awaited until Temporal has acknowledged it. */
export type SyncControl = ReturnType<typeof createSyncControl>;

export function createSyncControl(client: Client, taskQueue: string) {
  return {
    /**
     * Starts the job's workflow.
     *
     * @throws SyncAlreadyRunning, TemporalUnavailable, TemporalSilent
     */
    async start(input: SyncWorkflowInput): Promise<{ runId: string }> {
      const handle = await within(client, () =>
        client.workflow.start<(input: SyncWorkflowInput) => Promise<SyncResult>>(SYNC_WORKFLOW, {
          ...syncStartOptions(input),
          workflowIdConflictPolicy: 'FAIL',
          taskQueue,
        }),
      );
      return { runId: handle.firstExecutionRunId };
    },

    /**
     * @param job the page's sync, or with a conversation the repair of it
     * @throws SyncNotRunning, TemporalUnavailable, TemporalSilent
     */
    async command(job: Parameters<typeof workflowIdOf>[0], command: SyncCommand): Promise<void> {
      const definition: SignalDefinition<[firstRunId?: string]> = SIGNALS[command];
      const handle = client.workflow.getHandle(workflowIdOf(job));
      await within(client, () => handle.signal(definition));
    },

    /**
     * Cancels the page's sync if its workflow began with this run: only Temporal's own cancel, not a signal, can be refused by
     * Temporal when it is another one. To the workflow both are the same.
     *
     * @throws SyncNotRunning, TemporalUnavailable, TemporalSilent
     */
    async cancelRun(facebookPageId: string, firstExecutionRunId: string): Promise<void> {
      const workflowId = syncWorkflowId(facebookPageId);
      const handle = client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId });
      await within(client, () => handle.cancel());
    },

    /** What the running workflow knows; `null` when there is none, or nobody answers within a second. */
    async progress(facebookPageId: string): Promise<WorkflowProgress | null> {
      const handle = client.workflow.getHandle(syncWorkflowId(facebookPageId));
      return ask(client, () => handle.query(progressQuery));
    },

    /** Whether Temporal answers. */
    async isReady(): Promise<boolean> {
      try {
        await within(client, () =>
          client.workflowService.describeNamespace({ namespace: client.options.namespace }),
        );
        return true;
      } catch {
        return false;
      }
    },
  };
}
