import { Router } from 'express';
import { connectPageRequest, listPagesQuery } from '../contract/requests.ts';
import { SyncNotRunning } from '../temporal/sync.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { keysetOf, readBody, readQuery } from './read-request.ts';

/** `/api/pages` */
export function pagesRouter({ store, sync, subscribePage }: ApiDeps): Router {
  const router = Router();

  router.post('/', async (req, res) => {
    const { page, created } = await store.pages.connect(readBody(req, connectPageRequest));
    // jobs that were parked for a new token go on with it
    for (const job of await store.jobs.parked(page.id)) {
      await sync.command(job, 'resume').catch((error: unknown) => {
        if (!(error instanceof SyncNotRunning)) throw error;
      });
    }
    await subscribePage?.(page);
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
