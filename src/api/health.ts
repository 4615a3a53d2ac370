import { Router } from 'express';
import type { ApiDeps } from './deps.ts';

/** `/health`, the only routes without a token: whether the process lives, and whether it can work. */
export function healthRouter({ store, sync }: ApiDeps): Router {
  const router = Router();

  router.get('/live', (_req, res) => {
    res.json({ status: 'ok' });
  });

  router.get('/ready', async (_req, res) => {
    const [database, temporal] = await Promise.all([store.isReady(), sync.isReady()]);
    const ready = database && temporal;
    res.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', database, temporal });
  });

  return router;
}
