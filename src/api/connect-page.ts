import { MetaUnavailable, Refused } from '../connect/index.ts';
import type { TokenFacts } from '../contract/page-token.ts';
import type { ConnectPageRequest } from '../contract/requests.ts';
import type { PageResource } from '../contract/resources.ts';
import { SyncNotRunning } from '../temporal/sync.ts';
import type { ApiDeps } from './deps.ts';
import { invalidField, Problem } from './problem.ts';

/**
 * Connects a page, or connects it again: jobs that were parked for a token go on with the new one, as do its automatic syncs. What can wait is done
 * in the background.
 *
 * @param facts what Meta says of the token; `null` when nobody has asked yet
 */
export async function connectPage(
  { store, sync, pageTasks, alignSchedule }: ApiDeps,
  request: ConnectPageRequest,
  facts: TokenFacts | null,
): Promise<{ page: PageResource; created: boolean }> {
  const { page, created } = await store.pages.connect(request, facts);
  for (const job of await store.jobs.parked(page.id)) {
    await sync.command(job, 'resume').catch((error: unknown) => {
      if (!(error instanceof SyncNotRunning)) throw error;
    });
  }
  if (page.autoSync) await alignSchedule(page.id);
  await pageTasks.subscribe?.(page);
  if (facts === null) await pageTasks.checkToken?.(page);
  return { page, created };
}

/**
 * Disconnects a page: its syncs end, Meta delivers nothing of it any more, its token is erased. What was stored stays, and
 * a sync that was cancelled can be resumed when the page is connected again. May be repeated.
 *
 * @throws TemporalUnavailable before anything has happened
 */
export async function disconnectPage(
  { store, sync, connections, logger, alignSchedule }: ApiDeps,
  page: PageResource,
): Promise<PageResource | null> {
  for (const job of await store.jobs.open(page.id)) {
    await sync.command(job, 'cancel').catch((error: unknown) => {
      if (!(error instanceof SyncNotRunning)) throw error;
    });
  }
  const why = await connections.unsubscribe(page.id);
  // without a token Meta's deliveries are those of an unknown page: they are counted and dropped
  if (why !== null) logger.warn({ page: page.facebookPageId, why }, 'The page could not be unsubscribed');
  const disconnected = await store.pages.disconnect(page.id);
  if (page.autoSync) await alignSchedule(page.id);
  return disconnected;
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
