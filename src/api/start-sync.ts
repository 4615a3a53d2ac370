import { hasEnded } from '../contract/job-status.ts';
import type { StartSyncRequest } from '../contract/requests.ts';
import type { JobResource, PageResource } from '../contract/resources.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';
import type { ApiDeps } from './deps.ts';
import type { Attempt } from './operation.ts';
import { Problem } from './problem.ts';
import { startWhenClosed } from './start-when-closed.ts';
import { newSync, resumedSync } from './sync-input.ts';
import { syncStatus } from './sync-status.ts';

/** The job that an earlier attempt at the same request has made. */
export async function jobOfEarlierAttempt(
  { jobs }: ApiDeps['store'],
  { id, isRetry }: Attempt,
): Promise<JobResource | null> {
  return isRetry ? jobs.find(id) : null;
}

/**
 * Starts a page's sync, or takes its stopped job up again.
 *
 * @throws Problem 409 with the running job, or when there is nothing to resume; TemporalUnavailable
 */
export async function startSync(
  deps: ApiDeps,
  page: PageResource,
  request: StartSyncRequest,
  attempt: Attempt,
): Promise<JobResource> {
  const { store } = deps;
  const made = await jobOfEarlierAttempt(store, attempt);
  if (made !== null) return made;
  const input = request.resume
    ? await resumedSync(store, page)
    : await newSync(store, page, request, attempt.id);
  return startJob(deps, input, page, attempt);
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
  { isRetry }: Attempt,
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
  if (runId === null) {
    const own = isRetry ? await store.jobs.find(input.jobId) : null;
    if (own !== null && !hasEnded(own.status)) return own;
    throw await alreadyAtWork(deps, page, input);
  }
  await store.lifecycle.create(input);
  await store.lifecycle.takeUp(input.jobId, runId);
  const job = await store.jobs.find(input.jobId);
  if (job === null) throw new Error(`Job ${input.jobId} vanished`);
  return job;
}

/** @returns the run's id; `null` when another one is at work */
async function startWorkflow(
  deps: ApiDeps,
  page: PageResource,
  input: SyncWorkflowInput,
): Promise<string | null> {
  const run = await startWhenClosed(
    () => deps.sync.start(input),
    async () => {
      const job = await latestOf(deps, page, input);
      return job !== null && !hasEnded(job.status);
    },
  );
  return run?.runId ?? null;
}

function latestOf(
  { store: { jobs } }: ApiDeps,
  page: PageResource,
  { conversationId }: SyncWorkflowInput,
): Promise<JobResource | null> {
  return conversationId === undefined ? jobs.latest(page.id) : jobs.openRepair(conversationId);
}

async function alreadyAtWork(deps: ApiDeps, page: PageResource, input: SyncWorkflowInput): Promise<Problem> {
  return input.conversationId === undefined
    ? alreadyRunning(deps, page)
    : alreadyRepairing((await latestOf(deps, page, input))?.id ?? null);
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
