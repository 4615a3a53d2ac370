import { z } from 'zod';
import type { JobResource } from '../../contract/resources.ts';
import {
  MAX_SEED_ERRORS,
  type SeedStatusResource,
  seedBackgroundRequest,
  seedPageRequest,
  seedPageResource,
  seedStartedResource,
  seedStatusResource,
} from '../../contract/seeds.ts';
import { type ApiDeps, PAGE_REFERENCE, requirePage } from '../deps.ts';
import { requireJob } from '../jobs.ts';
import { type Operation, operation } from '../operation.ts';
import { notFound, Problem } from '../problem.ts';
import { seedPage, seedStatus } from './shapes.ts';
import { startSmart, withSeedError } from './start.ts';

/** `/api/facebook/…`, as the first documents have them. */
export function seedFacebookOperations(deps: ApiDeps): Operation[] {
  const { store } = deps;

  async function statusOf(job: JobResource): Promise<SeedStatusResource> {
    const { data } = await store.failures.list(job.id, { after: null, limit: MAX_SEED_ERRORS }, false);
    return seedStatus(job, data);
  }

  return [
    operation({
      method: 'post',
      path: '/api/facebook/sync-background',
      id: 'seedSyncBackground',
      tag: 'Seeds',
      summary: 'Start a sync of a page, or name the one that is running',
      description:
        'Full on a page that was never synced, else incremental. Ask for it at `/api/facebook/sync-status/{jobId}`.',
      scope: 'sync',
      body: seedBackgroundRequest,
      answers: { 202: { description: 'Started, or running already', body: seedStartedResource } },
      problems: ['not-found', 'sync-in-progress', 'not-connected', 'temporal-unavailable'],
      handle: ({ body, attempt }) =>
        withSeedError(async () => {
          const page = await requirePage(store, body.facebookPageId);
          try {
            const { id: jobId } = await startSmart(deps, page, attempt);
            return { status: 202, body: { jobId, message: 'Sync started' } };
          } catch (error) {
            const jobId = error instanceof Problem ? error.extra.jobId : null;
            if (typeof jobId !== 'string') throw error;
            return { status: 202, body: { jobId, message: 'Sync already in progress' } };
          }
        }),
    }),

    operation({
      method: 'get',
      path: '/api/facebook/sync-status/{jobId}',
      id: 'seedSyncStatus',
      tag: 'Seeds',
      summary: 'How a sync stands',
      description: `\`FAILED\` is whatever does not go on by itself, also a sync that waits for a new token (\`tokenExpired\`), that was cancelled or
that ended early; \`errors\` says which.`,
      scope: 'read',
      params: { jobId: 'The job’s id' },
      answers: { 200: { description: 'The sync', body: seedStatusResource } },
      async handle({ params }) {
        return { status: 200, body: await statusOf(await requireJob(store, params.jobId)) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/facebook/pages/{id}/latest-sync',
      id: 'seedLatestSync',
      tag: 'Seeds',
      summary: 'The page’s newest sync; null when there was none',
      scope: 'read',
      params: { id: PAGE_REFERENCE },
      answers: { 200: { description: 'The sync', body: z.union([seedStatusResource, z.null()]) } },
      async handle({ params }) {
        const page = await requirePage(store, params.id);
        const job = await store.jobs.latest(page.id);
        return { status: 200, body: job === null ? null : await statusOf(job) };
      },
    }),

    operation({
      method: 'patch',
      path: '/api/facebook/pages/{id}',
      id: 'seedPatchPage',
      tag: 'Seeds',
      summary: 'Change how a page is synced by itself',
      description: 'What is not named stays as it is. `PATCH /api/pages/{id}` does the same.',
      scope: 'admin',
      params: { id: PAGE_REFERENCE },
      body: seedPageRequest,
      answers: { 200: { description: 'The page', body: seedPageResource } },
      async handle({ params, body: { syncInterval: syncIntervalSeconds, ...body } }) {
        const { id } = await requirePage(store, params.id);
        const page = await store.pages.update(id, { ...body, syncIntervalSeconds });
        if (page === null) throw notFound('Page');
        await deps.alignSchedule(id);
        return { status: 200, body: seedPage(page) };
      },
    }),
  ];
}
