import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import { listedJob } from '../contract/new-job.ts';
import { emptyRequest, listFailuresQuery, listJobsQuery, MAX_LISTED } from '../contract/requests.ts';
import type { JobResource } from '../contract/resources.ts';
import { isUuid, type Store } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { commandJob, notRunning } from './job-command.ts';
import { notFound, Problem } from './problem.ts';
import { keysetOf, readBody, readQuery } from './read-request.ts';
import { startJob } from './start-sync.ts';
import { readable } from './sync-input.ts';

async function requireJob(store: Store, id: string): Promise<JobResource> {
  const job = isUuid(id) ? await store.jobs.find(id) : null;
  if (job === null) throw notFound('Job');
  return job;
}

/** `/api/jobs` */
export function jobsRouter(deps: ApiDeps): Router {
  const router = Router();
  const { store } = deps;

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

  router.post('/:id/cancel', async (req, res) => {
    readBody(req, emptyRequest);
    const job = await requireJob(store, req.params.id);
    if (hasEnded(job.status)) throw notRunning('cancel');
    await commandJob(deps.sync, job, 'cancel');
    res.status(202).json(await store.jobs.find(job.id));
  });

  router.post('/:id/retry-failed', async (req, res) => {
    readBody(req, emptyRequest);
    const failed = await requireJob(store, req.params.id);
    const conversations = await store.failures.retryable(failed.id, MAX_LISTED);
    if (conversations.length === 0) {
      const why = 'The job has set nothing aside that could be read again, or a later job has read it.';
      throw new Problem(409, 'nothing-to-retry', 'Nothing to retry', why);
    }
    const page = await requirePage(store, failed.pageId);
    const job = await startJob(
      deps,
      listedJob(randomUUID(), page, 'retry', readable(page, conversations)),
      page,
    );
    res.status(202).location(`/api/jobs/${job.id}`).json(job);
  });

  return router;
}
