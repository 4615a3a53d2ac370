import type { BatchResource, BatchStatusResource, CreateBatchRequest } from '../contract/batch-resources.ts';
import { hasBatchEnded } from '../contract/batches.ts';
import { isUuid, type Store } from '../store/index.ts';
import { SyncNotRunning, TemporalUnavailable } from '../temporal/sync.ts';
import type { ApiDeps } from './deps.ts';
import type { Attempt } from './operation.ts';
import { invalidField, notFound, Problem } from './problem.ts';
import { startWhenClosed } from './start-when-closed.ts';

/** Names of pages that a problem lists. */
const NAMES = 10;

/** Looks at no page but those at work. */
const NO_REVISION = Number.MAX_SAFE_INTEGER;

/** The batch that a path names. @throws Problem 404 */
export async function requireBatch(store: Store, id: string | undefined): Promise<BatchResource> {
  const batch = id !== undefined && isUuid(id) ? await store.batchSyncs.find(id) : null;
  if (batch === null) throw notFound('Batch');
  return batch;
}

/** The batch and its pages at work, and whether its workflow answers. @throws Problem 404 */
export async function batchStatus(
  { store, batches }: ApiDeps,
  id: string | undefined,
): Promise<BatchStatusResource> {
  const { id: batchId, status } = await requireBatch(store, id);
  const progress = hasBatchEnded(status) ? null : await batches.progress(batchId);
  const changes = await store.batchSyncs.changes(batchId, NO_REVISION);
  if (changes === null) throw notFound('Batch');
  const { batch, pages } = changes;
  return { batch, source: progress === null ? 'row' : 'workflow', working: pages };
}

/**
 * Makes a batch and starts its workflow. The rows come first: they are what the workflow works on.
 *
 * @throws Problem 422 when a name is no page's, or there is no page; TemporalUnavailable, after which nothing is there;
 *   TemporalSilent, after which the batch is there, and can be resumed should it stay PENDING
 */
export async function createBatch(
  deps: ApiDeps,
  request: CreateBatchRequest,
  attempt: Attempt,
): Promise<BatchResource> {
  const { store, batches } = deps;
  const batchId = attempt.id;
  const made = attempt.isRetry ? await store.batchSyncs.find(batchId) : null;
  if (made !== null) return hasBatchEnded(made.status) ? made : resumeBatch(deps, batchId, attempt);
  const { unknown, pages } = await store.batchSyncs.create(batchId, request);
  if (unknown.length > 0) {
    const more = unknown.length > NAMES ? ` and ${unknown.length - NAMES} more` : '';
    throw invalidField('pageIds', `there is no page ${unknown.slice(0, NAMES).join(', ')}${more}`);
  }
  if (pages === 0) throw invalidField('all', 'no page is connected');
  try {
    const { runId } = await batches.start({ batchId });
    await store.batchSteps.takeUp(batchId, runId);
  } catch (error) {
    if (error instanceof TemporalUnavailable) await store.batchSyncs.discard(batchId);
    throw error;
  }
  return requireBatch(store, batchId);
}

/** Starts the workflow of a batch again that has ended, or has lost it. @throws Problem 404, 409 */
export async function resumeBatch(
  deps: ApiDeps,
  id: string | undefined,
  { isRetry }: Attempt,
): Promise<BatchResource> {
  const { store, batches } = deps;
  const batch = await requireBatch(store, id);
  const { id: batchId, status } = batch;
  if (status === 'COMPLETED') {
    if (isRetry) return batch;
    const why = 'All of its pages are complete. Make a new batch to sync them again.';
    throw new Problem(409, 'nothing-to-resume', 'Nothing to resume', why);
  }
  const run = await startWhenClosed(
    () => batches.start({ batchId }),
    async () => !hasBatchEnded((await requireBatch(store, batchId)).status),
  );
  if (run === null) {
    if (isRetry) return requireBatch(store, batchId);
    throw new Problem(409, 'batch-in-progress', 'The batch is at work', 'Watch it, or cancel it first.');
  }
  await store.batchSteps.takeUp(batchId, run.runId);
  return requireBatch(store, batchId);
}

/** Has the batch end. @throws Problem 404 */
export async function cancelBatch(deps: ApiDeps, id: string | undefined): Promise<BatchResource> {
  const { store, batches } = deps;
  const { id: batchId } = await requireBatch(store, id);
  // whatever takes long from here on, it is this run that ends, and not one that resumes the batch meanwhile
  const runId = await store.batchSteps.currentRun(batchId);
  const { status } = await requireBatch(store, batchId);
  if (hasBatchEnded(status)) throw notRunning('It has ended.');
  try {
    await batches.cancel(batchId, runId);
  } catch (error) {
    if (error instanceof SyncNotRunning) throw notRunning('Its workflow is gone: resume it first.');
    throw error;
  }
  await store.batchSteps.requestCancel(batchId, runId);
  return requireBatch(store, batchId);
}

function notRunning(why: string): Problem {
  return new Problem(404, 'batch-not-running', 'The batch is not at work', why);
}
