import { Router } from 'express';
import { listFailuresQuery, listJobsQuery } from '../contract/requests.ts';
import type { JobResource } from '../contract/resources.ts';
import { isUuid, type Store } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { notFound } from './problem.ts';
import { keysetOf, readQuery } from './read-request.ts';

async function requireJob(store: Store, id: string): Promise<JobResource> {
  const job = isUuid(id) ? await store.jobs.find(id) : null;
  if (job === null) throw notFound('Job');
  return job;
}

/** `/api/jobs` */
export function jobsRouter({ store }: ApiDeps): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const query = readQuery(req, listJobsQuery);
    const page = query.pageId === undefined ? null : await requirePage(store, query.pageId);
    res.json(await store.jobs.list(keysetOf(query), { pageId: page?.id, status: query.status }));
  });

  router.get('/:id', async (req, res) => {
    res.json(await requireJob(store, req.params.id));
  });

  router.get('/:id/failures', async (req, res) => {
    const job = await requireJob(store, req.params.id);
    res.json(await store.failures.list(job.id, keysetOf(readQuery(req, listFailuresQuery))));
  });

  return router;
}
