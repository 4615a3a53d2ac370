import { z } from 'zod';
import { MAINTENANCE_TASKS } from './maintenance.ts';

const time = z.iso.datetime();

const maintenanceRun = z
  .object({
    workflowId: z.string(),
    runId: z.string(),
    startedAt: time,
    state: z
      .enum(['running', 'completed', 'failed', 'unknown'])
      .describe('`unknown`: Temporal keeps it no longer, or does not answer.'),
    result: z.record(z.string(), z.unknown()).nullable().describe('What it has found, deleted or closed.'),
  })
  .meta({ id: 'MaintenanceRun' });
export type MaintenanceRun = z.infer<typeof maintenanceRun>;

const maintenanceSchedule = z
  .object({
    task: z.enum(MAINTENANCE_TASKS),
    scheduled: z
      .boolean()
      .describe(
        'Whether there is a schedule: not with `MAINTENANCE=off`, nor for webhooks that are not configured.',
      ),
    scheduleId: z.string(),
    paused: z.boolean(),
    note: z.string().nullable().describe('Why it is paused.'),
    nextRunAt: time.nullable(),
    lastRun: maintenanceRun.nullable(),
  })
  .meta({ id: 'MaintenanceSchedule' });
/** A task of maintenance, as its schedule in Temporal has it. */
export type MaintenanceSchedule = z.infer<typeof maintenanceSchedule>;

/** `POST /api/maintenance/{task}/run` */
export const maintenanceAsked = maintenanceSchedule.pick({ task: true, scheduleId: true });

/** `GET /api/maintenance` */
export const maintenanceResource = z.object({ data: z.array(maintenanceSchedule) });
