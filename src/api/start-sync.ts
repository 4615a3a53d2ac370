import { hasEnded } from '../contract/job-status.ts';
import type { StartSyncRequest } from '../contract/requests.ts';
import type { JobResource, PageResource } from '../contract/resources.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';
import { startWhenClosed } from './start-when-closed.ts';
import { newSync, resumedSync } from './sync-input.ts';
import { syncStatus } from './sync-status.ts';

/**
 * Starts a page's sync, or takes its stopped job up again.
 *
 * @throws Problem 409 with the running job, or when there is nothing to resume; TemporalUnavailable
 */
export async function startSync(
  deps: ApiDeps,
  page: PageResource,
  request: StartSyncRequest,
): Promise<JobResource> {
  const { store } = deps;
  return startJob(
    deps,
    await (request.resume ? resumedSync(store, page) : newSync(store, page, request)),
    page,
  );
}

/**
 * Starts a job. The workflow is started first: when that fails, nothing has happened. Then the job's row is made, by the
 * same idempotent calls that the workflow makes itself, whichever comes first.
 *
 * @throws Problem 409 with the running job; TemporalUnavailable
 */
export async function startJob(
  deps: ApiDeps,
  input: SyncWorkflowInput,
  page: PageResource,
): Promise<JobResource> {
  const { store } = deps;
  if (page.disconnectedAt !== null) {
    throw new Problem(
      409,
      'not-connected',
      'The page is disconnected',
      'Connect it again: what was stored is still there.',
    );
  }
  const runId = await startWorkflow(deps, page, input);
  await store.lifecycle.create(input);
  await store.lifecycle.takeUp(input.jobId, runId);
  const job = await store.jobs.find(input.jobId);
  if (job === null) throw new Error(`Job ${input.jobId} vanished`);
  return job;
}

async function startWorkflow(deps: ApiDeps, page: PageResource, input: SyncWorkflowInput): Promise<string> {
  const { jobs } = deps.store;
  const { conversationId } = input;
  const latest = () =>
    conversationId === undefined ? jobs.latest(page.id) : jobs.openRepair(conversationId);
  const run = await startWhenClosed(
    () => deps.sync.start(input),
    async () => {
      const job = await latest();
      return job !== null && !hasEnded(job.status);
    },
  );
  if (run !== null) return run.runId;
  throw conversationId === undefined
    ? await alreadyRunning(deps, page)
    : alreadyRepairing((await latest())?.id ?? null);
}

async function alreadyRunning(deps: ApiDeps, page: PageResource): Promise<Problem> {
  const status = await syncStatus(deps, page);
  return new Problem(
    409,
    'sync-in-progress',
    'Sync already in progress',
    'This page is being synced. Watch the running job, or cancel it first.',
    { jobId: status?.job.id ?? null, progress: status },
  );
}

function alreadyRepairing(jobId: string | null): Problem {
  return new Problem(
    409,
    'repair-in-progress',
    'Repair already in progress',
    'This conversation is being repaired. Watch the running job.',
    { jobId },
  );
}
