import { setTimeout } from 'node:timers/promises';
import { hasEnded } from '../contract/job-status.ts';
import type { StartSyncRequest } from '../contract/requests.ts';
import type { JobResource, PageResource } from '../contract/resources.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';
import { SyncAlreadyRunning } from '../temporal/sync.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';
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

/**
 * How long a workflow may be ahead of or behind its job's row, and how often to look, in milliseconds. A worker that
 * died between the two keeps the workflow for the 5 seconds of `closeJob`, and another 5 of
 * `stickyQueueScheduleToStartTimeout`.
 */
const CLOSING_MS = 15_000;
const LOOK_MS = 50;

/**
 * A job's row ends a moment before its workflow does: whoever has seen the end may start again at once. And it is
 * made a moment after its workflow: a start that comes in between waits for it, to answer with the running job.
 */
async function startWorkflow(deps: ApiDeps, page: PageResource, input: SyncWorkflowInput): Promise<string> {
  const deadline = Date.now() + CLOSING_MS;
  const { jobs } = deps.store;
  for (;;) {
    try {
      return (await deps.sync.start(input)).runId;
    } catch (error) {
      if (!(error instanceof SyncAlreadyRunning)) throw error;
      const { conversationId } = input;
      const latest =
        conversationId === undefined ? await jobs.latest(page.id) : await jobs.openRepair(conversationId);
      const running = latest !== null && !hasEnded(latest.status);
      if (running || Date.now() > deadline) {
        throw conversationId === undefined
          ? await alreadyRunning(deps, page)
          : alreadyRepairing(latest?.id ?? null);
      }
      await setTimeout(LOOK_MS);
    }
  }
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
