import { listConversationsQuery, listEventsQuery, listTagsQuery } from '../contract/conversation-requests.ts';
import {
  type ConversationResource,
  conversationResource,
  eventResource,
  listedConversationResource,
  tagsResource,
} from '../contract/conversations.ts';
import { repairJob } from '../contract/new-job.ts';
import { jobResource, listOf } from '../contract/resources.ts';
import { isUuid, type Store } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { type Operation, operation } from './operation.ts';
import { notFound, Problem } from './problem.ts';
import { keysetOf } from './read-request.ts';
import { jobOfEarlierAttempt, startJob } from './start-sync.ts';
import { readable } from './sync-input.ts';

const params = { id: 'The conversation’s id' };

const SEARCH = `All filters hold. \`q\` is found in the person’s name, as a part of it, and in messages: their words follow each other as in
\`q\`, the last one may go on; in any case. Scripts without spaces need no whole words. A message that was unsent is not found.`;

/** `/api/conversations`, `/api/tags` */
export function conversationOperations(deps: ApiDeps): Operation[] {
  const { store } = deps;
  return [
    operation({
      method: 'get',
      path: '/api/conversations',
      id: 'listConversations',
      tag: 'Conversations',
      summary: 'List conversations, newest activity first',
      description: SEARCH,
      scope: 'read',
      query: listConversationsQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(listedConversationResource) } },
      problems: ['not-found', 'search-not-ready'],
      async handle({ query }) {
        const { pageId, platform, q, tag, since, until } = query;
        const page = pageId === undefined ? null : await requirePage(store, pageId);
        const unread = query.unread === undefined ? undefined : query.unread === 'true';
        if (q !== undefined && !(await store.conversations.isSearchable())) throw searchNotReady();
        const filter = { pageId: page?.id, platform, unread, tag, since, until };
        return { status: 200, body: await store.conversations.list(keysetOf(query), filter, q) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/tags',
      id: 'listTags',
      tag: 'Conversations',
      summary: 'The tags in use, most used first',
      scope: 'read',
      query: listTagsQuery,
      answers: { 200: { description: 'All of them', body: tagsResource } },
      problems: ['not-found'],
      async handle({ query: { pageId } }) {
        const page = pageId === undefined ? null : await requirePage(store, pageId);
        return { status: 200, body: { data: await store.conversations.tags(page?.id ?? null) } };
      },
    }),

    operation({
      method: 'get',
      path: '/api/conversations/{id}',
      id: 'getConversation',
      tag: 'Conversations',
      summary: 'A conversation',
      scope: 'read',
      params,
      answers: { 200: { description: 'The conversation', body: conversationResource } },
      async handle({ params }) {
        return { status: 200, body: await requireConversation(store, params.id) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/conversations/{id}/events',
      id: 'listEvents',
      tag: 'Conversations',
      summary: 'The conversation’s messages and everything else that happened in it, newest first',
      scope: 'read',
      params,
      query: listEventsQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(eventResource) } },
      async handle({ params, query }) {
        const id = params.id ?? '';
        if (!isUuid(id) || !(await store.conversations.exists(id))) throw notFound('Conversation');
        return { status: 200, body: await store.conversations.events(id, keysetOf(query)) };
      },
    }),

    operation({
      method: 'post',
      path: '/api/conversations/{id}/repair',
      id: 'repairConversation',
      tag: 'Conversations',
      summary: 'Read the conversation anew, with all its messages',
      description: `What is stored takes over text and attachments as Graph shows them now. The job runs beside a sync of the page
and is none; follow it at \`/api/jobs/{id}\`.`,
      scope: 'sync',
      params,
      answers: { 202: { description: 'Started: the job', body: jobResource, hasLocation: true } },
      problems: ['repair-in-progress', 'thread-unknown', 'not-connected', 'temporal-unavailable'],
      async handle({ params, attempt }) {
        const conversation = await requireConversation(store, params.id);
        const page = await requirePage(store, conversation.pageId);
        const { id, platform, graphConversationId: graphId } = conversation;
        if (graphId === null) {
          const why = 'Only webhooks know it so far. The next sync of the page finds its thread.';
          throw new Problem(409, 'thread-unknown', 'The conversation’s thread is not known yet', why);
        }
        readable(page, [conversation]);
        const job =
          (await jobOfEarlierAttempt(store, attempt)) ??
          (await startJob(deps, repairJob(attempt.id, page, { id, platform, graphId }), page, attempt));
        return { status: 202, body: job, headers: { Location: `/api/jobs/${job.id}` } };
      },
    }),
  ];
}

function searchNotReady(): Problem {
  const why =
    'The indexes of names and messages are being built, as once after an update. Lists without q work.';
  return new Problem(503, 'search-not-ready', 'The search is not ready yet', why);
}

/** The conversation that a path names. @throws Problem 404 */
async function requireConversation(store: Store, id: string | undefined): Promise<ConversationResource> {
  const conversation = id !== undefined && isUuid(id) ? await store.conversations.find(id) : null;
  if (conversation === null) throw notFound('Conversation');
  return conversation;
}
