import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/**
 * Short statements on the database: repeated until the database is there. Of a worker that was killed nothing tells but
 * this time-out, and as long as it runs a page whose job has ended cannot be synced again.
 */
export const { openJob, pauseJob, unpauseJob, closeJob } = proxyActivities<Activities>({
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '200 ms', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/**
 * A slice: two seconds of calls, and however long the last of them takes. Its attempts are not counted: a database
 * that is away is waited for, and whatever else goes wrong is a value.
 */
export const { syncSlice, syncHistorySlice } = proxyActivities<Activities>({
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});
