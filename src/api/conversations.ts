import { Router } from 'express';
import { listConversationsQuery, listEventsQuery } from '../contract/requests.ts';
import { isUuid } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { notFound } from './problem.ts';
import { keysetOf, readQuery } from './read-request.ts';

/** `/api/conversations` */
export function conversationsRouter({ store }: ApiDeps): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const query = readQuery(req, listConversationsQuery);
    const page = query.pageId === undefined ? null : await requirePage(store, query.pageId);
    res.json(await store.conversations.list(keysetOf(query), { pageId: page?.id, platform: query.platform }));
  });

  router.get('/:id/events', async (req, res) => {
    const { id } = req.params;
    if (!isUuid(id) || !(await store.conversations.exists(id))) throw notFound('Conversation');
    res.json(await store.conversations.events(id, keysetOf(readQuery(req, listEventsQuery))));
  });

  return router;
}
