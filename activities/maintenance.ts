import type { ReconcileResult } from '../src/contract/maintenance.ts';
import type { GraphApp } from '../src/graph/index.ts';
import type { Store } from '../src/store/index.ts';
import { createAlignSchedules, type Schedules } from './align-schedules.ts';
import { createApplyRetention } from './apply-retention.ts';
import { createCheckTokens } from './check-tokens.ts';
import { createReconcileBatches, type StartBatch } from './reconcile-batches.ts';
import { type CancelJob, createReconcileJobs, type LookUpWorkflow } from './reconcile-jobs.ts';
import { createTellOfToken } from './tell-of-token.ts';

export interface MaintenanceDeps {
  store: Store;
  lookUpWorkflow: LookUpWorkflow;
  cancelJob: CancelJob;
  schedules: Schedules;
  startBatch: StartBatch;
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
  const { store, lookUpWorkflow, reconcileGraceMs } = deps;
  const reconcileJobs = createReconcileJobs(store, lookUpWorkflow, deps.cancelJob, reconcileGraceMs);
  const reconcileBatches = createReconcileBatches(store, lookUpWorkflow, deps.startBatch, reconcileGraceMs);
  return {
    /** Jobs first: a batch that goes on then finds them as they are. Tokens of logins that are over are erased as well. */
    async reconcileJobs(): Promise<ReconcileResult> {
      await store.logins.forgetOver();
      const jobs = await reconcileJobs();
      return { ...jobs, batches: await reconcileBatches() };
    },
    applyRetention: createApplyRetention(deps.store, deps.retentionDays),
    alignSchedules: createAlignSchedules(deps.store, deps.schedules),
    checkTokens: createCheckTokens(deps.store, deps.graphApp, createTellOfToken(deps.store, deps.schedules)),
  };
}
