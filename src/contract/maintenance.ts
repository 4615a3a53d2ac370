import type { SubscriptionsResult, SweepResult } from './webhooks.ts';

/** What `MaintenanceWorkflow` is run for. */
export const MAINTENANCE_TASKS = [
  'reconcile',
  'retention',
  'webhooks',
  'subscriptions',
  'schedules',
  'tokens',
] as const;

export type MaintenanceTask = (typeof MAINTENANCE_TASKS)[number];

/** What `MaintenanceWorkflow` is started with. */
export interface MaintenanceInput {
  task: MaintenanceTask;
  /** The one page that `subscriptions` or `tokens` looks at; absent: all. */
  pageId?: string;
}

/** What a run of `reconcile` found. */
export interface ReconcileResult extends ReconciledJobs {
  batches: ReconciledBatches;
}

/** Open batches of pages, of which some have lost their workflow. */
export interface ReconciledBatches {
  looked: number;
  /** Batches whose workflow was started again. */
  restarted: number;
  /** Batches of whose workflow Temporal gave no clear answer. */
  unclear: number;
}

/** Open jobs, of which some have lost their workflow. */
export interface ReconciledJobs {
  looked: number;
  /** Jobs that were closed with their checkpoint. */
  closed: number;
  /** Jobs of pages that were disconnected, started while that was done: they are asked to end. */
  cancelled: number;
  /** Jobs of whose workflow Temporal gave no clear answer: left as they are. */
  unclear: number;
}

/** What a run of `retention` has deleted or emptied. */
export interface RetentionResult {
  jobs: number;
  batches: number;
  /** Set-aside items of the jobs that were deleted. */
  failures: number;
  /** Set-aside items that stay, without the thing itself. */
  payloads: number;
  /** Applied webhook deliveries. */
  deliveries: number;
  /** Sign-in codes, sessions and idempotency keys that are over. */
  expired: number;
  /** Notifications that were read, and news that nobody has read. */
  notifications: number;
  /** Batches of pages. */
  batchSyncs: number;
}

/** What a run of `schedules` found: schedules of automatic syncs that were not as their pages say. */
export interface SchedulesResult {
  looked: number;
  repaired: number;
  /** Schedules that Temporal would not show or change: the next run tries again. */
  failed: number;
}

/** What a run of `tokens` has found. */
export interface TokensResult {
  checked: number;
  /** Tokens that Meta does not accept any more: their pages need to be connected again. */
  dead: number;
  /** Tokens that are good and end within ten days, or whose data does. */
  endSoon: number;
  /** Of which Meta said nothing that is of use. */
  unclear: number;
}

export type MaintenanceResult =
  | ReconcileResult
  | RetentionResult
  | SweepResult
  | SubscriptionsResult
  | SchedulesResult
  | TokensResult;

/**
 * A workflow by its ID, as Temporal tells. `running` names the first run of its chain, where the server tells it.
 * `unclear` is everything that is neither a clear yes nor a clear no.
 */
export type WorkflowState =
  | { state: 'running'; firstRunId: string | null }
  | { state: 'closed' }
  | { state: 'unclear'; why: string };

/**
 * Whether an open job has lost its workflow: it is closed, or the one that runs under the ID began with another run
 * than the one that took the job up, so it works on another job, or will take this one up by itself. A job that no run
 * has taken up yet may belong to the workflow that is running.
 *
 * @param runId first run of the workflow that took the job up (`sync_jobs.workflow_run_id`)
 */
export function hasLostWorkflow(runId: string | null, workflow: WorkflowState): boolean {
  switch (workflow.state) {
    case 'closed':
      return true;
    case 'running':
      return runId !== null && workflow.firstRunId !== null && workflow.firstRunId !== runId;
    case 'unclear':
      return false;
  }
}
