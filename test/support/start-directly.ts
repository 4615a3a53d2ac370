import { randomUUID } from 'node:crypto';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, SYNC_WORKFLOW, taskQueues } from '../../src/contract/names.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import type { SyncWorkflow } from '../../workflows/sync.ts';
import type { Stack, TestPage } from './stack.ts';

/** Starts a page's workflow without the API, with inputs that the API does not offer. */
export async function startDirectly(
  stack: Stack,
  page: TestPage,
  change: Partial<SyncWorkflowInput> = {},
): Promise<{ handle: WorkflowHandleWithFirstExecutionRunId<typeof SyncWorkflow>; input: SyncWorkflowInput }> {
  const input: SyncWorkflowInput = {
    jobId: randomUUID(),
    pageId: page.id,
    facebookPageId: page.facebookPageId,
    resume: false,
    options: { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null },
    ...change,
  };
  const handle = await stack.temporal.workflow.start<typeof SyncWorkflow>(SYNC_WORKFLOW, {
    workflowId: page.facebookPageId,
    taskQueue: taskQueues(stack.config.queuePrefix).sync,
    args: [input],
    typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.pageId, value: page.facebookPageId }],
  });
  return { handle, input };
}
