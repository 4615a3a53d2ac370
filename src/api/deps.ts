import type { Connections } from '../connect/index.ts';
import type { WorkflowState } from '../contract/maintenance.ts';
import type { PageResource } from '../contract/resources.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/index.ts';
import type { AutoSyncSchedules } from '../temporal/auto-sync.ts';
import type { BatchControl } from '../temporal/batches.ts';
import type { MaintenanceControl } from '../temporal/maintenance.ts';
import type { PageTasks } from '../temporal/page-tasks.ts';
import type { SyncControl } from '../temporal/sync.ts';
import type { AlignSchedule } from './align-schedule.ts';
import { notFound } from './problem.ts';
import type { ProgressHub } from './progress-hub.ts';

/** What the resources of the API work with. */
export interface ApiDeps {
  store: Store;
  sync: SyncControl;
  batches: BatchControl;
  hub: ProgressHub;
  pageTasks: PageTasks;
  connections: Connections;
  /** Where browsers find us; `null`: where the request says. */
  publicUrl: string | null;
  logger: Logger;
  maintenance: MaintenanceControl;
  /** Asks Temporal for a workflow by its ID; never throws. */
  lookUpWorkflow(workflowId: string): Promise<WorkflowState>;
  /** Where the Temporal Web UI shows a workflow; `null` where no UI is configured. @param runId `null`: its newest run */
  workflowLink(workflowId: string, runId: string | null): string | null;
  /** How long the seeds' endpoints wait for the end of a job, in milliseconds. */
  seedWaitMs: number;
  schedules: Pick<AutoSyncSchedules, 'nextAt'>;
  alignSchedule: AlignSchedule;
}

/** What a page is named by in paths and queries. */
export const PAGE_REFERENCE = 'Our id of the page, or the Facebook page ID';

/** The page that a path names, by our UUID or the Facebook page ID. @throws Problem 404 */
export async function requirePage(store: Store, reference: string | undefined): Promise<PageResource> {
  const page = reference !== undefined ? await store.pages.find(reference) : null;
  if (page === null) throw notFound('Page');
  return page;
}
