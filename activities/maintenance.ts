import type { TokenNews } from '../src/contract/maintenance.ts';
import type { GraphApp } from '../src/graph/index.ts';
import type { Store } from '../src/store/index.ts';
import { createApplyRetention } from './apply-retention.ts';
import { createCheckTokens } from './check-tokens.ts';
import { createReconcileJobs, type LookUpWorkflow } from './reconcile-jobs.ts';

export interface MaintenanceDeps {
  store: Store;
  lookUpWorkflow: LookUpWorkflow;
  /** Younger jobs are not looked at, in milliseconds. */
  reconcileGraceMs: number;
  /** How long ended jobs and payloads are kept. */
  retentionDays: number;
  /** `null` while the app's id and secret are not configured. */
  graphApp: GraphApp | null;
  /** Told of tokens that have ended or soon will, every time they are found so. */
  tellOfToken: (news: TokenNews) => Promise<void>;
}

/** The activities of `MaintenanceWorkflow`. */
export type MaintenanceActivities = ReturnType<typeof createMaintenanceActivities>;

export function createMaintenanceActivities(deps: MaintenanceDeps) {
  return {
    reconcileJobs: createReconcileJobs(deps.store, deps.lookUpWorkflow, deps.reconcileGraceMs),
    applyRetention: createApplyRetention(deps.store, deps.retentionDays),
    checkTokens: createCheckTokens(deps.store, deps.graphApp, deps.tellOfToken),
  };
}
