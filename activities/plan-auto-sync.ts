import type { AutoSyncPlan, PlanAutoSyncInput } from '../src/contract/auto-sync.ts';
import { hasEnded } from '../src/contract/job-status.ts';
import { newJob, resumedJob } from '../src/contract/new-job.ts';
import type { JobResource } from '../src/contract/resources.ts';
import type { SyncOptions } from '../src/contract/sync-options.ts';
import type { Store } from '../src/store/index.ts';

/** What an automatic sync is: what has changed, with all its messages. */
const AUTOMATIC: SyncOptions = {
  mode: 'incremental',
  trigger: 'schedule',
  messageDepth: 'all',
  maxConversations: null,
};

/**
 * Decides what an automatic sync is to do, by the page's row as it is now: the schedule may lag behind it. What is left of an
 * earlier sync is taken up, with its totals; else a new incremental one begins. May be repeated.
 *
 * @throws database errors, retried until the database is there
 */
export function createPlanAutoSync(store: Store) {
  return async function planAutoSync(input: PlanAutoSyncInput): Promise<AutoSyncPlan> {
    const page = await store.autoSync.find(input.pageId);
    if (page === null || !page.isConnected) return { job: null, why: 'not-connected' };
    if (!page.wanted) return { job: null, why: 'off' };
    if (page.needsReconnect) return { job: null, why: 'needs-reconnect' };
    const left = await leftOf(store, input.pageId);
    const { facebookPageId } = page;
    const ids = { id: input.pageId, facebookPageId };
    if (left !== null && input.mayResume) return { job: resumedJob(ids, left), why: null };
    if (left !== null && (await store.autoSync.wouldLosePlace(input.pageId, left.id)))
      return { job: null, why: 'incomplete' };
    return { job: newJob(input.jobId, ids, AUTOMATIC), why: null };
  };
}

/** The page's sync of which something is left: it has a checkpoint, or is open and may have lost its workflow. */
async function leftOf(store: Store, pageId: string): Promise<JobResource | null> {
  const checkpoint = (await store.pages.find(pageId))?.syncCheckpoint ?? null;
  const job = checkpoint === null ? await store.jobs.latest(pageId) : await store.jobs.find(checkpoint.jobId);
  if (job === null || job.mode === 'selective' || (checkpoint === null && hasEnded(job.status))) return null;
  return job;
}
