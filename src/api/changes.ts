import type { Request, Response } from 'express';
import { changeEvents, changesQuery } from '../contract/change-resources.ts';
import { ChangeQueue } from './change-queue.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { EventStream } from './event-stream.ts';
import { type Operation, operation } from './operation.ts';

const STREAM = `Hints, after which a client reads again what it shows: \`reset\` (at the start, and when hints may have been missed
or are too many: what is shown may be old), \`page\` (connected, changed or disconnected), \`job\` (made, or its status changed),
\`conversations\` (webhooks have changed these; an empty list: many) and \`notification\`. The first comes at once, then at most
eight of each a second; hints of the same thing become one. What a sync stores is told by the stream of its job. Nothing is
repeated: a client that comes back gets a \`reset\`. With \`pageId\` only what concerns that page. A comment line every 10
seconds keeps the connection open.`;

/** `/api/changes`: what changes, wherever it does. */
export function changeOperations(deps: ApiDeps): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/api/changes',
      id: 'streamChanges',
      tag: 'Changes',
      summary: 'What has changed, live, as server-sent events',
      description: STREAM,
      scope: 'read',
      query: changesQuery,
      answers: { 200: { description: 'Events', events: changeEvents } },
      problems: ['not-found'],
      async handle({ query, req, res }) {
        const page = query.pageId === undefined ? null : await requirePage(deps.store, query.pageId);
        await streamChanges(deps, page?.id ?? null, req, res);
        return null;
      },
    }),
  ];
}

/** @param pageId of this page alone; `null`: of all */
async function streamChanges(
  { hub }: Pick<ApiDeps, 'hub'>,
  pageId: string | null,
  req: Request,
  res: Response,
): Promise<void> {
  const stream = new EventStream(hub, req, res);
  let id = stream.lastId;
  const queue = new ChangeQueue(({ name, data }) => {
    id += 1;
    stream.send(name, id, data);
  });
  // what comes before the answer has begun is covered by its first event
  let isOpen = false;
  const endListening = hub.subscribeToChanges((hint) => {
    if (!isOpen) return;
    if (hint === null) queue.reset();
    else if (pageId === null || hint.data.pageId === pageId) queue.push(hint);
  });
  stream.onEnd(() => {
    endListening();
    queue.close();
  });
  isOpen = await stream.open(null);
  if (isOpen) queue.reset();
}
