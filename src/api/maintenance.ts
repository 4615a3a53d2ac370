import { MAINTENANCE_TASKS, type MaintenanceTask } from '../contract/maintenance.ts';
import { maintenanceAsked, maintenanceResource } from '../contract/maintenance-resources.ts';
import type { ApiDeps } from './deps.ts';
import { type Operation, operation } from './operation.ts';
import { notFound, Problem } from './problem.ts';

/** `/api/maintenance` */
export function maintenanceOperations({ maintenance }: ApiDeps): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/api/maintenance',
      id: 'listMaintenance',
      tag: 'Maintenance',
      summary: 'The tasks of maintenance, as their schedules in Temporal have them',
      scope: 'read',
      answers: { 200: { description: 'All tasks', body: maintenanceResource } },
      problems: ['temporal-unavailable'],
      async handle() {
        return { status: 200, body: { data: await maintenance.list() } };
      },
    }),

    operation({
      method: 'post',
      path: '/api/maintenance/{task}/run',
      id: 'runMaintenance',
      tag: 'Maintenance',
      summary: 'Run a task now, also when its schedule is paused',
      description: 'After the run in hand, if there is one.',
      scope: 'admin',
      params: { task: `One of ${MAINTENANCE_TASKS.join(', ')}` },
      answers: { 202: { description: 'Asked for', body: maintenanceAsked } },
      problems: ['not-scheduled', 'temporal-unavailable'],
      async handle({ params }) {
        const task = MAINTENANCE_TASKS.find((known): known is MaintenanceTask => known === params.task);
        if (task === undefined) throw notFound('Task');
        const scheduleId = await maintenance.run(task);
        if (scheduleId === null) {
          const why = 'There is no schedule for it: MAINTENANCE is off, or webhooks are not configured.';
          throw new Problem(409, 'not-scheduled', 'The task is not scheduled', why);
        }
        return { status: 202, body: { task, scheduleId } };
      },
    }),
  ];
}
