import {
  batchPageEvent,
  batchPageResource,
  batchResource,
  batchStatusResource,
  createBatchRequest,
  listBatchesQuery,
  listBatchPagesQuery,
  MAX_BATCH_PAGES,
} from '../contract/batch-resources.ts';
import { listOf } from '../contract/resources.ts';
import { batchStatus, cancelBatch, createBatch, requireBatch, resumeBatch } from './batch-commands.ts';
import { streamBatch } from './batch-stream.ts';
import type { ApiDeps } from './deps.ts';
import { type Operation, operation } from './operation.ts';
import { keysetOf } from './read-request.ts';

const params = { id: 'The batch’s id' };

const STREAM = `Events \`snapshot\` (a Batch; at the start, and when the batch changes by itself), \`page\` (\`{page, counts}\`: a page has
moved, or its job has got on; at most twice a second each) and \`final\` (the Batch as it ended; the stream closes). Ids only grow;
a client that comes back with \`Last-Event-ID\` gets every page that has moved since. A comment line every 10 seconds keeps the
connection open.`;

/** `/api/batches` */
export function batchOperations(deps: ApiDeps): Operation[] {
  const { store } = deps;
  return [
    operation({
      method: 'post',
      path: '/api/batches',
      id: 'createBatch',
      tag: 'Batches',
      summary: 'Sync many pages, some at a time',
      description: `Names up to ${MAX_BATCH_PAGES} pages, or \`all\` that are connected. A page that is being synced already is joined.`,
      scope: 'sync',
      body: createBatchRequest,
      examples: {
        'What has changed on every page': { all: true, mode: 'incremental' },
        'The newest messages of two pages': {
          pageIds: ['105430098765432', '105430012345678'],
          mode: 'full',
          messageDepth: 100,
          concurrency: 2,
        },
      },
      answers: { 202: { description: 'Started: the batch', body: batchResource, hasLocation: true } },
      problems: ['temporal-unavailable'],
      async handle({ body, attempt }) {
        const batch = await createBatch(deps, body, attempt);
        return { status: 202, body: batch, headers: { Location: `/api/batches/${batch.id}` } };
      },
    }),

    operation({
      method: 'get',
      path: '/api/batches',
      id: 'listBatches',
      tag: 'Batches',
      summary: 'List batches, newest first',
      scope: 'read',
      query: listBatchesQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(batchResource) } },
      async handle({ query }) {
        return { status: 200, body: await store.batchSyncs.list(keysetOf(query), query) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/batches/{id}',
      id: 'getBatch',
      tag: 'Batches',
      summary: 'A batch, and the pages that are being synced',
      scope: 'read',
      params,
      answers: { 200: { description: 'The batch', body: batchStatusResource } },
      async handle({ params }) {
        return { status: 200, body: await batchStatus(deps, params.id) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/batches/{id}/pages',
      id: 'listBatchPages',
      tag: 'Batches',
      summary: 'The batch’s pages, in the order of their turns',
      scope: 'read',
      params,
      query: listBatchPagesQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(batchPageResource) } },
      async handle({ params, query }) {
        const { id } = await requireBatch(store, params.id);
        return { status: 200, body: await store.batchSyncs.pages(id, keysetOf(query), query) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/batches/{id}/stream',
      id: 'streamBatch',
      tag: 'Batches',
      summary: 'The batch, live, as server-sent events',
      description: STREAM,
      scope: 'read',
      params,
      answers: {
        200: {
          description: 'Events',
          events: { snapshot: batchResource, page: batchPageEvent, final: batchResource },
        },
        204: { description: 'The final event was seen already: do not come back' },
      },
      async handle({ params, req, res }) {
        const { id } = await requireBatch(store, params.id);
        await streamBatch(deps, id, req, res);
        return null;
      },
    }),

    operation({
      method: 'post',
      path: '/api/batches/{id}/cancel',
      id: 'cancelBatch',
      tag: 'Batches',
      summary: 'Start nothing more, and end the syncs that the batch has started; it can be resumed',
      description: 'Syncs that somebody else has started go on. The batch ends when its own have ended.',
      scope: 'sync',
      params,
      answers: { 202: { description: 'Taken: the batch as it is now', body: batchResource } },
      problems: ['batch-not-running', 'temporal-unavailable'],
      async handle({ params }) {
        return { status: 202, body: await cancelBatch(deps, params.id) };
      },
    }),

    operation({
      method: 'post',
      path: '/api/batches/{id}/resume',
      id: 'resumeBatch',
      tag: 'Batches',
      summary: 'Give the pages that are not complete their turn once more',
      description: 'Jobs that have a checkpoint go on from it, with their totals.',
      scope: 'sync',
      params,
      answers: { 202: { description: 'Started: the batch as it is now', body: batchResource } },
      problems: ['batch-in-progress', 'nothing-to-resume', 'temporal-unavailable'],
      async handle({ params, attempt }) {
        return { status: 202, body: await resumeBatch(deps, params.id, attempt) };
      },
    }),
  ];
}
