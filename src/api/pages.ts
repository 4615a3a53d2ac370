import { Router } from 'express';
import { connectPageRequest, listPagesQuery } from '../contract/requests.ts';
import { SyncNotRunning } from '../temporal/sync.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { keysetOf, readBody, readQuery } from './read-request.ts';

/** `/api/pages` */
export function pagesRouter({ store, sync }: ApiDeps): Router {
  const router = Router();

  router.post('/', async (req, res) => {
    const { page, created } = await store.pages.connect(readBody(req, connectPageRequest));
    const job = await store.jobs.latest(page.id);
    // a job that was parked for a new token goes on with it
    if (job?.status === 'PAUSED' && job.tokenExpired) {
      await sync.command(page.facebookPageId, 'resume').catch((error: unknown) => {
        if (!(error instanceof SyncNotRunning)) throw error;
      });
    }
    res
      .status(created ? 201 : 200)
      .location(`/api/pages/${page.id}`)
      .json(page);
  });

  router.get('/', async (req, res) => {
    res.json(await store.pages.list(keysetOf(readQuery(req, listPagesQuery))));
  });

  router.get('/:id', async (req, res) => {
    res.json(await requirePage(store, req.params.id));
  });

  return router;
}
