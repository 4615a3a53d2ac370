import { proxyActivities } from '@temporalio/workflow';
import type { AutoSyncActivities } from '../activities/auto-sync.ts';

/** A few statements on the database each: repeated until the database is there. */
export const { planAutoSync, notify } = proxyActivities<AutoSyncActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 ms', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});
