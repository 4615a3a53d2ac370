import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { AUTO_SYNC_WORKFLOW, autoSyncId, taskQueues } from '../../src/contract/names.ts';
import { type AutoSyncSchedules, createAutoSyncSchedules } from '../../src/temporal/auto-sync.ts';
import type { AutoSyncWorkflow } from '../../workflows/auto-sync.ts';
import type { Stack, TestPage } from './stack.ts';

/** The schedules of the stack's pages, as its programs handle them. */
export function schedulesOf({ temporal, config }: Pick<Stack, 'temporal' | 'config'>): AutoSyncSchedules {
  const { queuePrefix: prefix } = config;
  return createAutoSyncSchedules(temporal, { prefix, taskQueue: taskQueues(prefix).sync });
}

/** Starts an automatic sync by hand, as the page's schedule would. */
export function startAutoSync(
  { temporal, config }: Pick<Stack, 'temporal' | 'config'>,
  page: Pick<TestPage, 'id' | 'facebookPageId'>,
) {
  return temporal.workflow.start<typeof AutoSyncWorkflow>(AUTO_SYNC_WORKFLOW, {
    workflowId: `${autoSyncId(config.queuePrefix, page.facebookPageId)}-${randomUUID()}`,
    taskQueue: taskQueues(config.queuePrefix).sync,
    args: [{ pageId: page.id, facebookPageId: page.facebookPageId }],
  });
}

/** Schedules outlive the tests that made them. */
export async function deleteAutoSyncSchedules(stack: Pick<Stack, 'temporal' | 'config'>): Promise<void> {
  for await (const { scheduleId } of stack.temporal.schedule.list()) {
    if (!scheduleId.startsWith(autoSyncId(stack.config.queuePrefix, ''))) continue;
    await stack.temporal.schedule
      .getHandle(scheduleId)
      .delete()
      .catch((error: unknown) => {
        // the list lags behind
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      });
  }
}
