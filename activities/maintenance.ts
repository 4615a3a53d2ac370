import type { GraphApp } from '../src/graph/index.ts';
import type { Store } from '../src/store/index.ts';
import { createAlignSchedules, type Schedules } from './align-schedules.ts';
import { createApplyRetention } from './apply-retention.ts';
import { createCheckTokens } from './check-tokens.ts';
import { type CancelJob, createReconcileJobs, type LookUpWorkflow } from './reconcile-jobs.ts';
import { createTellOfToken } from './tell-of-token.ts';

export interface MaintenanceDeps {
  store: Store;
  lookUpWorkflow: LookUpWorkflow;
  cancelJob: CancelJob;
  schedules: Schedules;
  /** Younger jobs are not looked at, in milliseconds. */
  reconcileGraceMs: number;
  /** How long ended jobs and payloads are kept. */
  retentionDays: number;
  /** `null` while the app's id and secret are not configured. */
  graphApp: GraphApp | null;
}

/** The activities of `MaintenanceWorkflow`. */
export type MaintenanceActivities = ReturnType<typeof createMaintenanceActivities>;

export function createMaintenanceActivities(deps: MaintenanceDeps) {
  return {
    reconcileJobs: createReconcileJobs(
      deps.store,
      deps.lookUpWorkflow,
      deps.cancelJob,
      deps.reconcileGraceMs,
    ),
    applyRetention: createApplyRetention(deps.store, deps.retentionDays),
    alignSchedules: createAlignSchedules(deps.store, deps.schedules),
    checkTokens: createCheckTokens(deps.store, deps.graphApp, createTellOfToken(deps.store, deps.schedules)),
  };
}
