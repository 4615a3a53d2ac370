import { hasEnded } from '../contract/job-status.ts';
import { byPlatform, newJob, resumedJob } from '../contract/new-job.ts';
import type { Platform } from '../contract/platform.ts';
import type { StartSyncRequest } from '../contract/requests.ts';
import type { PageResource } from '../contract/resources.ts';
import type { Selection, SyncWorkflowInput } from '../contract/sync-options.ts';
import { isUuid, type Store } from '../store/index.ts';
import { invalidField, Problem } from './problem.ts';

/** Ids of Messenger conversations begin so; those of Instagram do not. */
const MESSENGER_ID = /^t_/;

/** A new job of the page, as it was asked for. @param jobId a UUID @throws Problem 422 naming what the page does not have */
export async function newSync(
  store: Store,
  page: PageResource,
  request: StartSyncRequest,
  jobId: string,
): Promise<SyncWorkflowInput> {
  const { mode, messageDepth, maxConversations } = request;
  const selection = mode === 'selective' ? await selectionOf(store, page, request) : null;
  return newJob(jobId, page, {
    mode,
    trigger: 'manual',
    messageDepth,
    maxConversations: maxConversations ?? null,
    ...(selection === null ? {} : { selection }),
  });
}

/** The page's stopped job, with its totals. @throws Problem 409 when there is nothing to resume */
export async function resumedSync(store: Store, page: PageResource): Promise<SyncWorkflowInput> {
  const job =
    page.syncCheckpoint === null
      ? await store.jobs.latest(page.id)
      : await store.jobs.find(page.syncCheckpoint.jobId);
  // an open job without a workflow can be taken up too; whether it has one, Temporal says
  if (job === null || (page.syncCheckpoint === null && hasEnded(job.status))) {
    throw new Problem(
      409,
      'nothing-to-resume',
      'Nothing to resume',
      'The page has no checkpoint: its last sync ended by itself, or there was none. Start one without resume.',
    );
  }
  return resumedJob(page, job);
}

/**
 * Those of the conversations that can be read: the page may have no Instagram account any more.
 *
 * @throws Problem 409 when there are none
 */
export function readable<T extends { platform: Platform }>(
  page: Pick<PageResource, 'instagramAccountId'>,
  conversations: readonly T[],
): T[] {
  const left = conversations.filter((c) => c.platform === 'messenger' || page.instagramAccountId !== null);
  if (left.length > 0) return left;
  throw new Problem(
    409,
    'not-connected',
    'Instagram is not connected',
    'The page has no Instagram account any more: its conversations cannot be read.',
  );
}

async function selectionOf(store: Store, page: PageResource, request: StartSyncRequest): Promise<Selection> {
  const { since, until, platforms, unreadOnly, conversationIds } = request;
  if (platforms?.includes('instagram') && page.instagramAccountId === null) {
    throw invalidField('platforms', 'the page has no Instagram account');
  }
  return {
    since: since ?? null,
    until: until ?? null,
    platforms: platforms ?? null,
    unreadOnly: unreadOnly ?? false,
    conversations: conversationIds === undefined ? null : await listed(store, page, conversationIds),
  };
}

/** Conversations that are stored are known by either id; of others the Graph id says which platform they are of. */
async function listed(
  store: Store,
  page: PageResource,
  names: readonly string[],
): Promise<NonNullable<Selection['conversations']>> {
  const ids = [...new Set(names.map((name) => (isUuid(name) ? name.toLowerCase() : name)))];
  const known = await store.conversations.resolve(page.id, ids);
  return byPlatform(
    ids.map((name) => {
      const there = known.get(name);
      if (there !== undefined) return there;
      if (isUuid(name)) {
        throw invalidField('conversationIds', `the page has no conversation ${name}`);
      }
      const platform =
        MESSENGER_ID.test(name) || page.instagramAccountId === null ? 'messenger' : 'instagram';
      return { platform, graphId: name };
    }),
  );
}
