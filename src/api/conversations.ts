import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { repairJob } from '../contract/new-job.ts';
import { emptyRequest, listConversationsQuery, listEventsQuery } from '../contract/requests.ts';
import { isUuid } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { notFound, Problem } from './problem.ts';
import { keysetOf, readBody, readQuery } from './read-request.ts';
import { startJob } from './start-sync.ts';
import { readable } from './sync-input.ts';

/** `/api/conversations` */
export function conversationsRouter(deps: ApiDeps): Router {
  const router = Router();
  const { store } = deps;

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

  router.post('/:id/repair', async (req, res) => {
    readBody(req, emptyRequest);
    const { id } = req.params;
    const conversation = isUuid(id) ? await store.conversations.find(id) : null;
    if (conversation === null) throw notFound('Conversation');
    const page = await requirePage(store, conversation.pageId);
    const { platform, graphId } = conversation;
    if (graphId === null) {
      const why = 'Only webhooks know it so far. The next sync of the page finds its thread.';
      throw new Problem(409, 'thread-unknown', 'The conversation’s thread is not known yet', why);
    }
    readable(page, [conversation]);
    const input = repairJob(randomUUID(), page, { id, platform, graphId });
    const job = await startJob(deps, input, page);
    res.status(202).location(`/api/jobs/${job.id}`).json(job);
  });

  return router;
}
