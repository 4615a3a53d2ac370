import { hasEnded } from '../../contract/job-status.ts';
import { startSyncRequest } from '../../contract/requests.ts';
import type { JobResource, PageResource } from '../../contract/resources.ts';
import { isUuid } from '../../store/index.ts';
import { type ApiDeps, requirePage } from '../deps.ts';
import type { Attempt } from '../operation.ts';
import { invalidField, Problem } from '../problem.ts';
import { startSync } from '../start-sync.ts';

/** How a body names a page: either is enough. */
interface PageNames {
  pageId?: string | undefined;
  facebookPageId?: string | undefined;
}

/** @throws Problem 404; 422 when the names are those of two pages */
export async function namedPage({ store }: ApiDeps, names: PageNames): Promise<PageResource> {
  const { pageId, facebookPageId } = names;
  const page = await requirePage(store, pageId ?? facebookPageId);
  if (pageId !== undefined && facebookPageId !== undefined) {
    const other = await requirePage(store, facebookPageId);
    if (other.id !== page.id) throw invalidField('facebookPageId', 'is another page than pageId');
  }
  return page;
}

/**
 * The sync that the first documents want: a full one of a page that was never synced, else an incremental one.
 *
 * @throws Problem 409 when one is running
 */
export async function startSmart(
  deps: ApiDeps,
  page: PageResource,
  attempt: Attempt,
  maxConversations: number | null = null,
): Promise<JobResource> {
  const mode = page.lastSyncedAt === null ? 'full' : 'incremental';
  return startSync(deps, page, startSyncRequest.parse({ mode, maxConversations }), attempt);
}

/** The page's running sync, else its stopped one, taken up again, else a new one. */
export async function resumeSmart(deps: ApiDeps, page: PageResource, attempt: Attempt): Promise<JobResource> {
  const latest = await deps.store.jobs.latest(page.id);
  if (latest !== null && !hasEnded(latest.status)) return latest;
  return page.syncCheckpoint === null ? startSmart(deps, page, attempt) : takeUp(deps, page, attempt);
}

/**
 * Goes on with a sync that an earlier answer has named: joins it while it runs, takes it up where it stopped, or says how it
 * has ended meanwhile. One that stopped and was overtaken by a later sync of the page has nothing left to take up: a new
 * one starts.
 *
 * @throws Problem 422 when it is no sync of the page; 409 when another one is running
 */
export async function resumeSession(
  deps: ApiDeps,
  page: PageResource,
  session: string,
  attempt: Attempt,
): Promise<JobResource> {
  const job = isUuid(session) ? await deps.store.jobs.find(session) : null;
  if (job === null || job.pageId !== page.id || job.conversationId !== null) {
    throw invalidField('resumeSession', 'is no sync of this page');
  }
  const stopped = job.status === 'PARTIAL' || job.status === 'CANCELLED';
  if (!stopped) return job;
  return page.syncCheckpoint?.jobId === job.id
    ? takeUp(deps, page, attempt)
    : startSmart(deps, page, attempt);
}

function takeUp(deps: ApiDeps, page: PageResource, attempt: Attempt): Promise<JobResource> {
  return startSync(deps, page, startSyncRequest.parse({ resume: true }), attempt);
}

/** A sync as a seeds' client understands that it is refused: `error` stands beside the problem's own fields. */
export async function withSeedError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, problem, title, message, extra } = error;
    throw new Problem(status, problem, title, message, { success: false, error: title, ...extra });
  }
}
