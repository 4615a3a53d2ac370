import type { Priority, SearchAttributePair } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, workflowIdOf } from './names.ts';
import type { SyncWorkflowInput } from './sync-options.ts';

/**
 * Syncs come after whatever else shares a queue with them (3 is the default, 1 comes first). Servers that know no
 * priorities and no fairness ignore both.
 */
const SYNC_PRIORITY = 4;

/** How a job's `SyncWorkflow` is started, whoever starts it: a client, or a workflow as its child. */
export interface SyncStartOptions {
  workflowId: string;
  workflowIdReusePolicy: 'ALLOW_DUPLICATE';
  args: [SyncWorkflowInput];
  priority: Priority;
  staticSummary: string;
  typedSearchAttributes: SearchAttributePair[];
}

export function syncStartOptions(input: SyncWorkflowInput): SyncStartOptions {
  return {
    workflowId: workflowIdOf(input),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [input],
    // activities and the runs after continue-as-new inherit it
    priority: { priorityKey: SYNC_PRIORITY, fairnessKey: input.facebookPageId },
    staticSummary: summaryOf(input),
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.pageId, value: input.facebookPageId },
      { key: SEARCH_ATTRIBUTES.syncStatus, value: 'PENDING' },
      { key: SEARCH_ATTRIBUTES.syncMode, value: input.options.mode },
      { key: SEARCH_ATTRIBUTES.syncTrigger, value: input.options.trigger },
    ],
  };
}

function summaryOf({ options, facebookPageId, conversationId }: SyncWorkflowInput): string {
  return conversationId
    ? `repair of conversation ${conversationId} of page ${facebookPageId}`
    : `${options.mode} sync of page ${facebookPageId}`;
}
