import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { MaintenanceInput, MaintenanceTask } from '../contract/maintenance.ts';
import { MAINTENANCE_WORKFLOW, maintenanceId } from '../contract/names.ts';

/** How long Temporal may take for one schedule, in milliseconds. */
const DEADLINE_MS = 3000;

export interface MaintenanceSchedules {
  /** Of the installation, as for its task queues. */
  prefix: string;
  taskQueue: string;
  reconcileEveryMs: number;
  webhookSweepMs: number;
  scheduleCheckMs: number;
  /** `null`: webhooks are not configured, and nobody is subscribed to them. */
  subscriptionCheckMs: number | null;
  /** Whether the app's id and secret are configured, without which Meta says nothing of tokens. */
  checkTokens: boolean;
}

type MaintenanceSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>;

/**
 * Sees to it that the schedules of the maintenance tasks are there and as they should be. Any number of workers may do
 * so at the same moment. One that a person has paused stays paused.
 *
 * @throws when Temporal does not answer, or this client may not do so
 */
export async function ensureMaintenanceSchedules(
  client: Client,
  options: MaintenanceSchedules,
): Promise<void> {
  for (const schedule of maintenanceSchedules(options)) {
    await client.withDeadline(Date.now() + DEADLINE_MS, () => ensure(client, schedule));
  }
}

async function ensure(client: Client, schedule: MaintenanceSchedule): Promise<void> {
  try {
    await client.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { scheduleId, ...wanted } = schedule;
    await client.schedule.getHandle(scheduleId).update(({ state }) => ({ ...wanted, state }));
  }
}

function maintenanceSchedules(options: MaintenanceSchedules): MaintenanceSchedule[] {
  const schedule = (
    task: MaintenanceTask,
    summary: string,
    spec: MaintenanceSchedule['spec'],
    catchupWindow: MaintenanceSchedule['policies'] & object,
  ): MaintenanceSchedule => {
    const id = maintenanceId(options.prefix, task);
    const input: MaintenanceInput = { task };
    return {
      scheduleId: id,
      spec,
      policies: { overlap: ScheduleOverlapPolicy.SKIP, ...catchupWindow },
      action: {
        type: 'startWorkflow',
        workflowType: MAINTENANCE_WORKFLOW,
        workflowId: id,
        taskQueue: options.taskQueue,
        args: [input],
        staticSummary: summary,
      },
    };
  };
  return [
    // a run that was missed is made up for by the next
    schedule(
      'reconcile',
      'closes jobs whose workflow is gone',
      { intervals: [{ every: options.reconcileEveryMs }] },
      { catchupWindow: '10 seconds' },
    ),
    schedule(
      'retention',
      'deletes what is kept no longer',
      { intervals: [{ every: '1 day', offset: '3 hours' }], jitter: '30 minutes' },
      { catchupWindow: '1 day' },
    ),
    schedule(
      'webhooks',
      'wakes pages with deliveries that wait',
      { intervals: [{ every: options.webhookSweepMs }] },
      { catchupWindow: '10 seconds' },
    ),
    schedule(
      'schedules',
      'compares the schedules of automatic syncs with their pages',
      { intervals: [{ every: options.scheduleCheckMs }] },
      { catchupWindow: '10 seconds' },
    ),
    ...(options.subscriptionCheckMs === null
      ? []
      : [
          schedule(
            'subscriptions',
            'compares what Meta delivers of each page with what we want',
            { intervals: [{ every: options.subscriptionCheckMs }], jitter: '10 minutes' },
            { catchupWindow: '1 hour' },
          ),
        ]),
    ...(options.checkTokens
      ? [
          schedule(
            'tokens',
            'asks Meta how long the token of each page is good',
            { intervals: [{ every: '1 day', offset: '4 hours' }], jitter: '30 minutes' },
            { catchupWindow: '1 day' },
          ),
        ]
      : []),
  ];
}
