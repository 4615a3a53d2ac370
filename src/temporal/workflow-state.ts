import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowState } from '../contract/maintenance.ts';

/** How long an answer is waited for, in milliseconds. */
const DEADLINE_MS = 5000;

/** Names of a run's status by which it is at work (paused by an operator), or has ended for good. */
const RUNNING = new Set(['RUNNING', 'PAUSED']);
const CLOSED = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/**
 * Asks for a workflow by its ID; never throws. `describe` is answered by the workflow's own record: a list query would
 * be answered by an index that lags behind. A namespace that is not there is no answer about the workflow.
 */
export function createWorkflowLookUp(client: Client): (workflowId: string) => Promise<WorkflowState> {
  return async (workflowId) => {
    try {
      const { status, raw } = await client.withDeadline(Date.now() + DEADLINE_MS, () =>
        client.workflow.getHandle(workflowId).describe(),
      );
      if (RUNNING.has(status.name)) {
        return { state: 'running', firstRunId: raw.workflowExecutionInfo?.firstRunId || null };
      }
      return CLOSED.has(status.name)
        ? { state: 'closed' }
        : { state: 'unclear', why: `its status is ${status.name}` };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { state: 'closed' };
      return { state: 'unclear', why: error instanceof Error ? error.message : String(error) };
    }
  };
}
