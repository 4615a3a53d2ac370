import { Router } from 'express';
import { startSyncRequest } from '../contract/requests.ts';
import type { SyncCommand } from '../temporal/sync.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { commandJob } from './job-command.ts';
import { streamJob } from './job-stream.ts';
import { notFound } from './problem.ts';
import { readBody } from './read-request.ts';
import { startSync } from './start-sync.ts';
import { syncStatus } from './sync-status.ts';

const COMMANDS: readonly SyncCommand[] = ['pause', 'resume', 'cancel'];

/** `/api/pages/:id/sync` */
export function syncRouter(deps: ApiDeps): Router {
  const router = Router();
  const { store, sync } = deps;

  router.post('/:id/sync', async (req, res) => {
    const page = await requirePage(store, req.params.id);
    const job = await startSync(deps, page, readBody(req, startSyncRequest));
    res.status(202).location(`/api/jobs/${job.id}`).json(job);
  });

  router.get('/:id/sync', async (req, res) => {
    const status = await syncStatus(deps, await requirePage(store, req.params.id));
    if (status === null) throw notFound('Sync');
    res.json(status);
  });

  router.get('/:id/sync/stream', async (req, res) => {
    const page = await requirePage(store, req.params.id);
    const job = await store.jobs.latest(page.id);
    if (job === null) throw notFound('Sync');
    await streamJob(deps, job.id, req, res);
  });

  for (const command of COMMANDS) {
    router.post(`/:id/sync/${command}`, async (req, res) => {
      const page = await requirePage(store, req.params.id);
      await commandJob(sync, { facebookPageId: page.facebookPageId }, command);
      res.status(202).json(await store.jobs.latest(page.id));
    });
  }

  return router;
}
