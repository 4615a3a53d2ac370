import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { MAINTENANCE_TASKS, type MaintenanceTask } from '../contract/maintenance.ts';
import type { MaintenanceRun, MaintenanceSchedule } from '../contract/maintenance-resources.ts';
import { maintenanceId } from '../contract/names.ts';
import { within } from './calls.ts';

/** How long Temporal may take for one answer, in milliseconds: a schedule is asked whether its run has ended meanwhile. */
const DEADLINE_MS = 10_000;

const STATES: Record<string, MaintenanceRun['state']> = {
  RUNNING: 'running',
  PAUSED: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'failed',
  TERMINATED: 'failed',
  TIMED_OUT: 'failed',
};

/** The schedules of maintenance, to look at and to run by hand. */
export type MaintenanceControl = ReturnType<typeof createMaintenanceControl>;

/** @param prefix of the installation, as for its task queues */
export function createMaintenanceControl(client: Client, prefix: string) {
  const patiently = <T>(call: () => Promise<T>) => within(client, call, DEADLINE_MS);
  const handle = (task: MaintenanceTask) => client.schedule.getHandle(maintenanceId(prefix, task));

  /** What became of a run; its end may be forgotten by now. */
  async function describeRun({ workflowId, runId, startedAt }: Omit<MaintenanceRun, 'state' | 'result'>) {
    const run = { workflowId, runId, startedAt };
    try {
      return await patiently(async (): Promise<MaintenanceRun> => {
        const workflow = client.workflow.getHandle(workflowId, runId);
        const state = STATES[(await workflow.describe()).status.name] ?? 'unknown';
        return { ...run, state, result: state === 'completed' ? await workflow.result() : null };
      });
    } catch {
      return { ...run, state: 'unknown' as const, result: null };
    }
  }

  async function describe(task: MaintenanceTask): Promise<MaintenanceSchedule> {
    const scheduleId = maintenanceId(prefix, task);
    try {
      const { state, info } = await patiently(() => handle(task).describe());
      const last = lastRunOf(info);
      return {
        task,
        scheduled: true,
        scheduleId,
        paused: state.paused,
        note: state.paused ? (state.note ?? null) : null,
        nextRunAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
        lastRun: last === null ? null : await describeRun(last),
      };
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      return {
        task,
        scheduled: false,
        scheduleId,
        paused: false,
        note: null,
        nextRunAt: null,
        lastRun: null,
      };
    }
  }

  return {
    /** All tasks. @throws TemporalUnavailable, TemporalSilent */
    list: (): Promise<MaintenanceSchedule[]> => Promise.all(MAINTENANCE_TASKS.map(describe)),

    /**
     * Has the task run now, also when its schedule is paused; after the run in hand, if there is one.
     *
     * @returns its schedule's ID; `null` when it has none
     * @throws TemporalUnavailable, TemporalSilent
     */
    async run(task: MaintenanceTask): Promise<string | null> {
      try {
        await patiently(() => handle(task).trigger(ScheduleOverlapPolicy.BUFFER_ONE));
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return null;
        throw error;
      }
      return maintenanceId(prefix, task);
    },
  };
}

function lastRunOf(info: ScheduleDescription['info']): Omit<MaintenanceRun, 'state' | 'result'> | null {
  const last = info.recentActions.at(-1);
  if (last?.action.type !== 'startWorkflow') return null;
  const { workflowId, firstExecutionRunId: runId } = last.action.workflow;
  return { workflowId, runId, startedAt: last.takenAt.toISOString() };
}
