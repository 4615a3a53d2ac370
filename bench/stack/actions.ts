import type { Client } from '@temporalio/client';

/**
 * Events of a history that Temporal Cloud bills as an Action each (https://docs.temporal.io/cloud/actions). An activity
 * counts once an attempt.
 */
const ACTIONS: ReadonlySet<string> = new Set([
  'workflowExecutionStartedEventAttributes',
  'timerStartedEventAttributes',
  'upsertWorkflowSearchAttributesEventAttributes',
  'workflowExecutionSignaledEventAttributes',
  'workflowExecutionUpdateAcceptedEventAttributes',
  'markerRecordedEventAttributes',
  'activityTaskScheduledEventAttributes',
]);

/** What the runs of a workflow hold, all continuations of the newest chain. */
export interface Stored {
  runs: number;
  events: number;
  historyBytes: number;
  /** Without heartbeats and queries, which stand in no history. */
  actions: number;
}

export async function countActions(client: Client, workflowId: string): Promise<Stored> {
  const stored: Stored = { runs: 0, events: 0, historyBytes: 0, actions: 0 };
  let runId: string | undefined;
  do {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { historyLength, historySize } = await handle.describe();
    stored.runs += 1;
    stored.events += historyLength;
    stored.historyBytes += historySize ?? 0;
    const history = await handle.fetchHistory();
    for (const event of history.events ?? []) {
      if (event.attributes !== undefined && ACTIONS.has(event.attributes)) stored.actions += 1;
      stored.actions += Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1);
    }
    runId =
      history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return stored;
}
