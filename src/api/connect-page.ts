import { MetaUnavailable, Refused } from '../connect/index.ts';
import type { TokenFacts } from '../contract/page-token.ts';
import type { ConnectPageRequest } from '../contract/requests.ts';
import type { JobResource, PageResource } from '../contract/resources.ts';
import { type SyncCommand, SyncNotRunning } from '../temporal/sync.ts';
import type { ApiDeps } from './deps.ts';
import { invalidField, Problem } from './problem.ts';

/**
 * Connects a page, or connects it again: jobs that were parked for a token go on with the new one, and so do automatic
 * syncs. What can wait is done in the background.
 *
 * @param facts what Meta says of the token; `null` when nobody has asked yet
 */
export async function connectPage(
  deps: ApiDeps,
  request: ConnectPageRequest,
  facts: TokenFacts | null,
): Promise<{ page: PageResource; created: boolean }> {
  const connection = await deps.store.pages.connect(request, facts);
  await followUp(deps, connection.page, facts === null);
  return connection;
}

/**
 * What Temporal has to know of a page that was connected, all at once: while it is away nobody waits for one after another.
 *
 * @throws TemporalUnavailable, TemporalSilent when a parked job could not be resumed: it looks by itself, within the hour
 */
async function followUp(deps: ApiDeps, page: PageResource, mustCheckToken: boolean): Promise<void> {
  const { store, pageTasks, alignSchedule } = deps;
  const parked = await store.jobs.parked(page.id);
  const done = await Promise.allSettled([
    ...parked.map((job) => command(deps, job, 'resume')),
    pageTasks.subscribe?.(page),
    mustCheckToken ? pageTasks.checkToken?.(page) : null,
    page.autoSync ? alignSchedule(page.id) : null,
  ]);
  const failed = done.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Disconnects a page: its syncs end, Meta delivers nothing of it any more, its token is erased. What was stored stays, and
 * a sync that was cancelled can be resumed when the page is connected again. May be repeated.
 *
 * @throws TemporalUnavailable, TemporalSilent before anything has happened
 */
export async function disconnectPage(deps: ApiDeps, page: PageResource): Promise<PageResource | null> {
  const { store, connections, alignSchedule, logger } = deps;
  await cancelOpenJobs(deps, page);
  const why = await connections.unsubscribe(page.id);
  // without a token Meta's deliveries are those of an unknown page: they are counted and dropped
  if (why !== null) logger.warn({ page: page.facebookPageId, why }, 'The page could not be unsubscribed');
  const disconnected = await store.pages.disconnect(page.id);
  // one that was started between; the maintenance task `reconcile` finds those whose row is not there yet
  await cancelOpenJobs(deps, page).catch((error: unknown) => {
    logger.warn({ err: error, page: page.facebookPageId }, 'A sync of the page is not cancelled yet');
  });
  if (page.autoSync) await alignSchedule(page.id);
  return disconnected;
}

async function cancelOpenJobs(deps: ApiDeps, page: PageResource): Promise<void> {
  for (const job of await deps.store.jobs.open(page.id)) await command(deps, job, 'cancel');
}

/** Tells a job's workflow, if it is there. */
async function command({ sync }: ApiDeps, job: JobResource, name: SyncCommand): Promise<void> {
  try {
    await sync.command(job, name);
  } catch (error) {
    if (!(error instanceof SyncNotRunning)) throw error;
  }
}

/**
 * Lets Meta's refusals and silences through as problems.
 *
 * @throws Problem 422 naming the field, 503
 */
export async function asProblems<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused) throw invalidField(error.field, error.message);
    if (!(error instanceof MetaUnavailable)) throw error;
    const { untilMs, message } = error;
    throw new Problem(503, 'meta-unavailable', 'Meta does not answer', message, {
      retryAt: untilMs === null ? null : new Date(untilMs).toISOString(),
    });
  }
}
