import { log } from '@temporalio/workflow';
import type { MaintenanceInput, MaintenanceResult, MaintenanceTask } from '../src/contract/maintenance.ts';
import { applyRetention, reconcileJobs } from './maintenance-proxies.ts';

const TASKS: Record<MaintenanceTask, () => Promise<MaintenanceResult>> = {
  reconcile: reconcileJobs,
  retention: applyRetention,
};

/**
 * One run of a maintenance task, started by its schedule (`maintenance/<task>`). Each is one activity, which may be
 * repeated from the beginning at any time: it goes on with what is left.
 */
export async function MaintenanceWorkflow({ task }: MaintenanceInput): Promise<MaintenanceResult> {
  const result = await TASKS[task]();
  log.info('Maintenance done', { task, ...result });
  return result;
}
