import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { MaintenanceTask } from './maintenance.ts';

/** The workflow of a page's sync: its ID is the Facebook page ID, so that there can be only one. */
export function syncWorkflowId(facebookPageId: string): string {
  return facebookPageId;
}

/**
 * The workflow of a job: the page's, or that of the one conversation that is repaired, of which there can be only one
 * as well and which does not wait for the page's.
 */
export function workflowIdOf(job: {
  facebookPageId: string;
  conversationId?: string | null | undefined;
}): string {
  return job.conversationId ? `repair/${job.conversationId}` : syncWorkflowId(job.facebookPageId);
}

/**
 * The schedule of a maintenance task, and the ID of the workflows that it starts, to which Temporal appends the time.
 *
 * @param prefix as of the task queues: installations that share a namespace have schedules of their own
 */
export function maintenanceId(prefix: string, task: MaintenanceTask): string {
  return `${prefix}maintenance/${task}`;
}

/**
 * The schedule of a page's automatic syncs, and the ID of the workflows that it starts, to which Temporal appends the
 * time.
 *
 * @param prefix as of the task queues
 */
export function autoSyncId(prefix: string, facebookPageId: string): string {
  return `${prefix}auto-sync/${facebookPageId}`;
}

/** The workflow that applies what Meta delivers for a page. */
export function webhookWorkflowId(facebookPageId: string): string {
  return `webhook/${facebookPageId}`;
}

/** The workflow that subscribes a page to its webhooks when it is connected. */
export function subscriptionWorkflowId(facebookPageId: string): string {
  return `subscription/${facebookPageId}`;
}

/** The workflow that advances a batch. */
export function batchWorkflowId(batchId: string): string {
  return `batch/${batchId}`;
}

/** The workflow that asks Meta about a page's token when the page is connected. */
export function tokenWorkflowId(facebookPageId: string): string {
  return `token/${facebookPageId}`;
}

/** The workflow types, by which clients start them without importing their code. */
export const SYNC_WORKFLOW = 'SyncWorkflow';
export const AUTO_SYNC_WORKFLOW = 'AutoSyncWorkflow';
export const WEBHOOK_WORKFLOW = 'WebhookWorkflow';
export const MAINTENANCE_WORKFLOW = 'MaintenanceWorkflow';
export const BATCH_WORKFLOW = 'BatchSyncWorkflow';

/**
 * Task queues. A prefix keeps several installations apart on one namespace. Webhooks have one of their own, so that no
 * backlog of syncs delays a message.
 */
export function taskQueues(prefix: string): { sync: string; webhook: string } {
  return { sync: `${prefix}sync`, webhook: `${prefix}webhook` };
}

/** Search attributes: keywords, no personal data (they are never encrypted). */
export const SEARCH_ATTRIBUTES = {
  pageId: defineSearchAttributeKey('PageId', SearchAttributeType.KEYWORD),
  syncStatus: defineSearchAttributeKey('SyncStatus', SearchAttributeType.KEYWORD),
  syncMode: defineSearchAttributeKey('SyncMode', SearchAttributeType.KEYWORD),
  syncTrigger: defineSearchAttributeKey('SyncTrigger', SearchAttributeType.KEYWORD),
} as const;
