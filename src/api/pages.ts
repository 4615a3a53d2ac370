import { connectPageRequest, listPagesQuery, patchPageRequest } from '../contract/requests.ts';
import { listOf, type PageResource, pageDetailResource, pageResource } from '../contract/resources.ts';
import { asProblems, connectPage, disconnectPage } from './connect-page.ts';
import { type ApiDeps, PAGE_REFERENCE, requirePage } from './deps.ts';
import { requireMatch } from './etag.ts';
import { type Operation, operation } from './operation.ts';
import { notFound } from './problem.ts';
import { keysetOf } from './read-request.ts';

/** `/api/pages` */
export function pageOperations(deps: ApiDeps): Operation[] {
  const { store, schedules, alignSchedule } = deps;
  const detailOf = async (page: PageResource) => ({
    ...page,
    nextAutoSyncAt: page.autoSync ? await schedules.nextAt(page.facebookPageId) : null,
  });
  return [
    operation({
      method: 'post',
      path: '/api/pages',
      id: 'connectPage',
      tag: 'Pages',
      summary: 'Connect a page',
      description: `A page that was connected already gets the new token and name, and a job that was parked for a token goes
on, as do its automatic syncs. Where the app is configured Meta is asked about the token first; a refusal names
\`accessToken\`. Where webhooks are configured the page is subscribed to them in the background. Without \`instagramAccountId\` the account
stays as it is, \`null\` takes it away.`,
      scope: 'admin',
      body: connectPageRequest,
      examples: {
        'A page with its Instagram account': {
          facebookPageId: '105430098765432',
          name: 'Corner Bakery',
          accessToken: 'EAAB0000example',
          instagramAccountId: '17841400000000001',
        },
      },
      answers: {
        201: { description: 'Connected', body: pageResource, hasLocation: true },
        200: { description: 'It was connected already', body: pageResource, hasLocation: true },
      },
      problems: ['meta-unavailable', 'temporal-unavailable'],
      async handle({ body }) {
        const facts = await asProblems(deps.connections.checkToken(body));
        const { page, created } = await connectPage(deps, body, facts);
        return { status: created ? 201 : 200, body: page, headers: { Location: `/api/pages/${page.id}` } };
      },
    }),

    operation({
      method: 'get',
      path: '/api/pages',
      id: 'listPages',
      tag: 'Pages',
      summary: 'List pages, the one connected last first',
      scope: 'read',
      query: listPagesQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(pageResource) } },
      async handle({ query }) {
        const connected = query.connected === 'all' ? undefined : query.connected === 'true';
        return { status: 200, body: await store.pages.list(keysetOf(query), connected) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/pages/{id}',
      id: 'getPage',
      tag: 'Pages',
      summary: 'A page; never its token',
      scope: 'read',
      params: { id: PAGE_REFERENCE },
      answers: { 200: { description: 'The page', body: pageDetailResource } },
      async handle({ params }) {
        return { status: 200, body: await detailOf(await requirePage(store, params.id)) };
      },
    }),

    operation({
      method: 'patch',
      path: '/api/pages/{id}',
      id: 'patchPage',
      tag: 'Pages',
      summary: 'Change a page, and how it is synced by itself',
      description: `What is not named stays as it is. With another Instagram account the next sync reads all of it. The page’s schedule in Temporal follows at once, or while Temporal is away
within a few minutes of its return.`,
      scope: 'admin',
      params: { id: PAGE_REFERENCE },
      body: patchPageRequest,
      examples: {
        'Sync it every hour': { autoSync: true, syncIntervalSeconds: 3600 },
        'Take its Instagram account away': { instagramAccountId: null },
      },
      answers: { 200: { description: 'The page', body: pageDetailResource } },
      problems: ['precondition-failed'],
      async handle({ params, body, req }) {
        const seen = await requirePage(store, params.id);
        const { id } = seen;
        if (req.get('if-match') !== undefined) requireMatch(req, await detailOf(seen));
        const page = required(await store.pages.update(id, body));
        // while Temporal is away nobody can tell when the next one is
        const follows = await alignSchedule(id);
        return { status: 200, body: follows ? await detailOf(page) : { ...page, nextAutoSyncAt: null } };
      },
    }),

    operation({
      method: 'delete',
      path: '/api/pages/{id}',
      id: 'disconnectPage',
      tag: 'Pages',
      summary: 'Disconnect a page',
      description: `Its syncs are cancelled, Meta is asked to deliver nothing of it any more, its token is erased. What was stored
stays; connecting the page again brings it back. May be repeated.`,
      scope: 'admin',
      params: { id: PAGE_REFERENCE },
      answers: { 200: { description: 'The page, disconnected', body: pageResource } },
      problems: ['temporal-unavailable', 'precondition-failed'],
      async handle({ params, req }) {
        const page = await requirePage(store, params.id);
        if (req.get('if-match') !== undefined) requireMatch(req, await detailOf(page));
        return { status: 200, body: required(await disconnectPage(deps, page)) };
      },
    }),
  ];
}

/** @throws Problem 404 when the page has vanished meanwhile */
function required(page: PageResource | null): PageResource {
  if (page === null) throw notFound('Page');
  return page;
}
