import { proxyActivities } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/maintenance.ts';
import type { WebhookUpkeepActivities } from '../activities/webhook/index.ts';

/** Many short statements and questions, one after another, with a heartbeat between them. */
export const {
  reconcileJobs,
  applyRetention,
  sweepWebhooks,
  checkSubscriptions,
  checkTokens,
  alignSchedules,
} = proxyActivities<MaintenanceActivities & WebhookUpkeepActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
