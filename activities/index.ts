import type { Schedules } from './align-schedules.ts';
import { createCloseJob } from './close-job.ts';
import { createOpenJob } from './open-job.ts';
import { createPauseJob } from './pause-job.ts';
import type { SliceDeps } from './run-slice.ts';
import { createSyncHistorySlice } from './sync-history-slice.ts';
import { createSyncSlice } from './sync-slice.ts';
import { createTellOfToken } from './tell-of-token.ts';
import { createUnpauseJob } from './unpause-job.ts';

export interface ActivityDeps extends SliceDeps {
  schedules: Pick<Schedules, 'align'>;
}

/** The activities of the queue `sync`. Workflows know them by this type alone. */
export type Activities = ReturnType<typeof createActivities>;

export function createActivities(deps: ActivityDeps) {
  return {
    openJob: createOpenJob(deps.store),
    syncSlice: createSyncSlice(deps),
    syncHistorySlice: createSyncHistorySlice(deps),
    pauseJob: createPauseJob(deps.store, createTellOfToken(deps.store, deps.schedules)),
    unpauseJob: createUnpauseJob(deps.store),
    closeJob: createCloseJob(deps.store),
  };
}
