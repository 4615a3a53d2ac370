import { log } from '@temporalio/workflow';
import type { MaintenanceInput, MaintenanceResult, MaintenanceTask } from '../src/contract/maintenance.ts';
import {
  alignSchedules,
  applyRetention,
  checkSubscriptions,
  checkTokens,
  reconcileJobs,
  sweepWebhooks,
} from './maintenance-proxies.ts';

const TASKS: Record<MaintenanceTask, (input: MaintenanceInput) => Promise<MaintenanceResult>> = {
  reconcile: () => reconcileJobs(),
  retention: () => applyRetention(),
  webhooks: () => sweepWebhooks(),
  subscriptions: ({ pageId }) => checkSubscriptions({ pageId }),
  schedules: () => alignSchedules(),
  tokens: ({ pageId }) => checkTokens({ pageId }),
};

/**
 * One run of a maintenance task, started by its schedule (`maintenance/<task>`). Each is one activity, which may be
 * repeated from the beginning at any time: it goes on with what is left.
 */
export async function MaintenanceWorkflow(input: MaintenanceInput): Promise<MaintenanceResult> {
  const { task } = input;
  const result = await TASKS[task](input);
  log.info('Maintenance done', { task, ...result });
  return result;
}
