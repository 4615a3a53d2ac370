import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { MaintenanceResult, MaintenanceTask } from '../../src/contract/maintenance.ts';
import { MAINTENANCE_TASKS } from '../../src/contract/maintenance.ts';
import { MAINTENANCE_WORKFLOW, maintenanceId, taskQueues } from '../../src/contract/names.ts';
import type { MaintenanceWorkflow } from '../../workflows/maintenance.ts';
import type { Stack } from './stack.ts';

/** Starts a maintenance task by hand, as its schedule would. */
export async function startTask(stack: Stack, task: MaintenanceTask, queue?: string) {
  return stack.temporal.workflow.start<typeof MaintenanceWorkflow>(MAINTENANCE_WORKFLOW, {
    workflowId: `${maintenanceId(stack.config.queuePrefix, task)}-${randomUUID()}`,
    taskQueue: queue ?? taskQueues(stack.config.queuePrefix).sync,
    args: [{ task }],
  });
}

/** Runs a maintenance task to its end. */
export async function runTask(
  stack: Stack,
  task: MaintenanceTask,
  queue?: string,
): Promise<MaintenanceResult> {
  return (await startTask(stack, task, queue)).result();
}

/** Schedules outlive the workers that made them. */
export async function deleteSchedules(
  stack: Pick<Stack, 'temporal'> & { config: Pick<Stack['config'], 'queuePrefix'> },
): Promise<void> {
  for (const task of MAINTENANCE_TASKS) {
    const schedule = stack.temporal.schedule.getHandle(maintenanceId(stack.config.queuePrefix, task));
    await schedule.delete().catch((error: unknown) => {
      // subscriptions are looked at where webhooks are configured
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
  }
}
