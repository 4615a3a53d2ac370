/* Every operation of the OpenAPI document is called on a real installation, and every answer held against the document. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserSessionResource } from '../../src/contract/access.ts';
import type { BatchResource, BatchStatusResource } from '../../src/contract/batch-resources.ts';
import { CHANGE_NAMES } from '../../src/contract/changes.ts';
import type { ConversationResource } from '../../src/contract/conversations.ts';
import type { BegunFacebookLogin } from '../../src/contract/facebook-login.ts';
import type { JobResource, ListResource } from '../../src/contract/resources.ts';
import { signIn } from '../support/browser.ts';
import { documentedCalls } from '../support/documented-calls.ts';
import { eventually } from '../support/eventually.ts';
import { LOGIN, press } from '../support/login-under-test.ts';
import { deleteSchedules } from '../support/maintenance.ts';
import { freshPageId, type Stack, startStack, type TestPage } from '../support/stack.ts';
import { storeOf } from '../support/store-under-test.ts';

type Calls = Awaited<ReturnType<typeof documentedCalls>>;

let stack: Stack;
let page: TestPage;
let call: Calls['call'];
let answered: Calls['answered'];
let works: Calls['works'];
let fails: Calls['fails'];
let calls: Calls;

beforeAll(async () => {
  stack = await startStack({
    env: { SYNC_SLICE_SECONDS: '0.2', MAINTENANCE: 'on', API_RATE_LIMIT_PER_MINUTE: '100000' },
  });
  page = await stack.addPage({ conversations: 120, messages: 3 });
  calls = await documentedCalls(stack.api);
  ({ call, answered, works, fails } = calls);
});
afterAll(async () => {
  await deleteSchedules(stack);
  await stack.close();
});

const NOBODY = randomUUID();

const inStatus = (id: string, status: string) =>
  eventually(async () => {
    const job = await works<JobResource>('GET', `/api/jobs/${id}`);
    return job.status === status ? job : null;
  }, `job ${id} in status ${status}`);

describe('answers are as the document says', () => {
  test('pages', async () => {
    const request = { facebookPageId: freshPageId(), name: 'A page', accessToken: 'EAAtoken' };
    await works('POST', '/api/pages', request);
    await works('POST', '/api/pages', request);
    await works('GET', '/api/pages?limit=1');
    await works('GET', `/api/pages/${request.facebookPageId}`);
    await fails(422, 'POST', '/api/pages', {});
    await fails(400, 'GET', '/api/pages?limit=x');
    await fails(404, 'GET', '/api/pages/unknown');
    await works('PATCH', `/api/pages/${request.facebookPageId}`, { autoSync: true });
    await works('PATCH', `/api/pages/${request.facebookPageId}`, {
      autoSync: false,
      autoPipelineId: 'later',
    });
    await fails(422, 'PATCH', `/api/pages/${request.facebookPageId}`, { syncIntervalSeconds: 59 });
    await fails(404, 'PATCH', '/api/pages/unknown', {});
    await works('PATCH', `/api/pages/${request.facebookPageId}`, { name: 'Another name' });
    await fails(422, 'PATCH', `/api/pages/${request.facebookPageId}`, { facebookPageId: '1' });
    await works('DELETE', `/api/pages/${request.facebookPageId}`);
    await works('GET', '/api/pages?connected=false');
    await fails(409, 'POST', `/api/pages/${request.facebookPageId}/sync`);
    await fails(404, 'DELETE', '/api/pages/unknown');
  });

  test('signing in with Facebook', async () => {
    const app = await stack.addApi(LOGIN.env);
    const at = <T>(method: string, path: string, body?: unknown) => works<T>(method, path, body, app);
    const { id, url } = await at<BegunFacebookLogin>('POST', '/api/facebook-logins', {});
    const { code, state } = await press({ url });
    await at('POST', `/api/facebook-logins/${id}/complete`, { code, state });
    await at('GET', `/api/facebook-logins/${id}`);
    await at('POST', `/api/facebook-logins/${id}/connect`, { facebookPageIds: [page.facebookPageId] });
    const { query } = await press(await at<BegunFacebookLogin>('POST', '/api/facebook-logins', {}));
    await at('GET', `/api/facebook-logins/callback${query}`);
    // a state that was used leads on as well
    await at('GET', `/api/facebook-logins/callback${query}`);
    await fails(503, 'POST', '/api/facebook-logins', {});
    await fails(404, 'GET', `/api/facebook-logins/${NOBODY}`);
  });

  test('a sync, steered and watched', async () => {
    // it stands at its first page
    stack.simulator.control('POST', '/latency', { ms: 1500 });
    const job = await works<JobResource>('POST', `/api/pages/${page.id}/sync`, { mode: 'full' });
    await fails(409, 'POST', `/api/pages/${page.id}/sync`, {});
    await fails(404, 'POST', '/api/pages/unknown/sync', {});
    await works('GET', `/api/pages/${page.id}/sync`);
    await works('POST', `/api/pages/${page.id}/sync/pause`);
    await inStatus(job.id, 'PAUSED');
    await works('POST', `/api/pages/${page.id}/sync/resume`);
    await inStatus(job.id, 'IN_PROGRESS');
    await works('POST', `/api/pages/${page.id}/sync/cancel`);
    await inStatus(job.id, 'CANCELLED');
    const again = await eventually(async () => {
      // the workflow ends a moment after its job
      const answer = await call<JobResource>('POST', `/api/pages/${page.id}/sync`, { resume: true });
      return answer.status === 202 ? answer.body : null;
    }, 'the resumed sync');
    await works('POST', `/api/jobs/${again.id}/cancel`);
    await inStatus(again.id, 'CANCELLED');
    await fails(404, 'POST', `/api/jobs/${again.id}/cancel`);
    stack.simulator.control('POST', '/latency', { ms: 0 });
    const last = await works<JobResource>('POST', `/api/pages/${page.id}/sync`, { resume: true });
    await works('GET', `/api/pages/${page.id}/sync/stream`);
    await inStatus(last.id, 'COMPLETED');
    await works('GET', `/api/pages/${page.id}/sync`);
  });

  test('jobs, and what they set aside', async () => {
    const shape = { conversations: 3, messages: 60, exactMessages: true, instagram: false };
    const other = await stack.addPage(shape);
    stack.simulator.control('POST', '/faults', {
      match: { page: other.facebookPageId, edge: 'messages' },
      times: 'always',
      fault: { kind: 'error', name: 'reduce-data' },
    });
    const { id } = await works<JobResource>('POST', `/api/pages/${other.id}/sync`);
    await inStatus(id, 'COMPLETED');
    await works('GET', `/api/jobs?pageId=${other.id}&status=COMPLETED`);
    const timeline = await works<ListResource<unknown>>('GET', `/api/jobs/${id}/timeline?limit=2`);
    await works('GET', `/api/jobs/${id}/timeline?cursor=${timeline.nextCursor}`);
    await works('GET', `/api/jobs/${id}/batches?platform=messenger`);
    await fails(400, 'GET', `/api/jobs/${id}/batches?platform=letters`);
    await fails(404, 'GET', `/api/jobs/${NOBODY}/timeline`);
    await fails(404, 'GET', `/api/jobs/${NOBODY}/batches`);
    const failures = await works<ListResource<unknown>>('GET', `/api/jobs/${id}/failures`);
    expect(failures.data).toHaveLength(3);
    await fails(404, 'GET', `/api/jobs/${NOBODY}`);
    await fails(404, 'GET', '/api/jobs?pageId=unknown');
    await works('GET', `/api/jobs/${id}/report`);
    await works('GET', `/api/jobs/${id}/report.csv`);
    await works('GET', `/api/jobs/${id}/failures.csv?payload=true`);
    await fails(400, 'GET', `/api/jobs/${id}/failures.csv?payload=yes`);
    await fails(404, 'GET', `/api/jobs/${NOBODY}/report`);
    stack.simulator.control('DELETE', '/faults');
    const retry = await works<JobResource>('POST', `/api/jobs/${id}/retry-failed`);
    await inStatus(retry.id, 'COMPLETED');
    await fails(409, 'POST', `/api/jobs/${id}/retry-failed`);
  });

  test('conversations', async () => {
    const { data } = await works<ListResource<ConversationResource>>(
      'GET',
      `/api/conversations?pageId=${page.id}&platform=instagram`,
    );
    const filters = 'q=a&unread=false&since=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00%2B01:00';
    await works('GET', `/api/conversations?pageId=${page.id}&${filters}`);
    await works('GET', '/api/conversations?q=%25&tag=ai:hot');
    await fails(400, 'GET', '/api/conversations?q=%00');
    await works('GET', `/api/tags?pageId=${page.id}`);
    await fails(404, 'GET', '/api/tags?pageId=unknown');
    await works('GET', `/api/conversations/${data[0]?.id}`);
    await works('GET', `/api/conversations/${data[0]?.id}/events`);
    await fails(404, 'GET', `/api/conversations/${NOBODY}`);
    await fails(404, 'GET', '/api/conversations/x');
    await fails(404, 'GET', `/api/conversations/${NOBODY}/events`);
    await fails(404, 'GET', '/api/conversations?pageId=unknown');
    const repair = await works<JobResource>('POST', `/api/conversations/${data[0]?.id}/repair`);
    await inStatus(repair.id, 'COMPLETED');
    await fails(404, 'POST', `/api/conversations/${NOBODY}/repair`);
  });

  test('who may', async () => {
    const { id } = await works<{ id: string }>('POST', '/api/tokens', { name: 'a token', scope: 'read' });
    await works('GET', '/api/tokens');
    await works('GET', `/api/tokens/${id}`);
    await works('DELETE', `/api/tokens/${id}`);
    await fails(404, 'DELETE', `/api/tokens/${NOBODY}`);
    await works('GET', '/api/session');
    await fails(404, 'DELETE', '/api/session');
    const { url } = await works<{ url: string }>('POST', '/api/sign-in-links', {});
    const browser = await signIn(url);
    const { data } = await works<ListResource<BrowserSessionResource>>('GET', '/api/sessions?limit=1');
    const another = await signIn((await works<{ url: string }>('POST', '/api/sign-in-links', {})).url);
    await works('DELETE', `/api/sessions/${data[0]?.id}`);
    await fails(404, 'DELETE', `/api/sessions/${data[0]?.id}`);
    expect((await browser.fetch('/api/session')).status).toBe(401);
    const signedOut = await another.fetch('/api/session', { method: 'DELETE' });
    calls.called.add((await answered('DELETE', '/api/session', signedOut)).operationId);
  });

  test('history, health and maintenance', async () => {
    await works('GET', `/api/analytics/syncs?pageId=${page.id}&timeZone=Asia/Kathmandu`);
    await fails(400, 'GET', '/api/analytics/syncs?timeZone=%2B05:45');
    await fails(404, 'GET', '/api/analytics/syncs?pageId=unknown');
    await works('GET', `/api/analytics/messages?pageId=${page.id}&timeZone=Asia/Kathmandu`);
    await works('GET', '/api/analytics/messages?from=2026-01-01&to=2026-12-31');
    await fails(400, 'GET', '/api/analytics/messages?from=2026-01-02&to=2026-01-01');
    await fails(404, 'GET', '/api/analytics/messages?pageId=unknown');
    await works('GET', '/api/health-report');
    await works('GET', '/api/maintenance');
    await works('POST', '/api/maintenance/reconcile/run');
    await fails(409, 'POST', '/api/maintenance/subscriptions/run');
    await fails(404, 'POST', '/api/maintenance/everything/run');
  });

  test('the first documents’ endpoints', async () => {
    const facebookPageId = page.facebookPageId;
    const { jobId } = await works<{ jobId: string }>('POST', '/api/facebook/sync-background', {
      facebookPageId,
    });
    await inStatus(jobId, 'UP_TO_DATE');
    await works('GET', `/api/facebook/sync-status/${jobId}`);
    await works('GET', `/api/facebook/pages/${facebookPageId}/latest-sync`);
    for (const name of ['sync', 'sync-optimized', 'sync-fixed', 'sync-stream', 'sync-realtime']) {
      await works('POST', `/api/conversations/${name}`, { facebookPageId });
      await fails(422, 'POST', `/api/conversations/${name}`, {});
      await fails(404, 'POST', `/api/conversations/${name}`, { pageId: 'unknown' });
    }
    await works('PATCH', `/api/facebook/pages/${facebookPageId}`, { autoPipelineMode: 'UPDATE_EXISTING' });
    const untouched = await stack.addPage({ conversations: 1 });
    await works('GET', `/api/facebook/pages/${untouched.id}/latest-sync`);
    stack.simulator.control('POST', '/token', { page: untouched.facebookPageId, state: 'expired' });
    await fails(502, 'POST', '/api/conversations/sync', { pageId: untouched.id });
  });

  test('notifications', async () => {
    await stack.sql`INSERT INTO notifications (page_id, kind, severity, title, text, dedupe_key)
      SELECT ${page.id}, 'sync-finished', 'info', 'News', '', n FROM generate_series(1, 3) n`;
    const path = `/api/notifications?pageId=${page.id}&kind=sync-finished&unread=true&limit=2`;
    const { data } = await works<ListResource<{ id: number }>>('GET', path);
    const [first] = data;
    expect(await works('GET', `/api/notifications/${first?.id}`)).toEqual(first);
    await works('POST', `/api/notifications/${first?.id}/read`);
    await fails(404, 'GET', '/api/notifications/0');
    await fails(404, 'GET', '/api/notifications/x');
    await fails(404, 'GET', '/api/notifications?pageId=unknown');
    await works('POST', '/api/notifications/read-all', { upTo: data[1]?.id });
    await fails(404, 'POST', '/api/notifications/0/read');
    await fails(404, 'POST', '/api/notifications/x/read');
    await fails(400, 'GET', '/api/notifications?unread=maybe');
  });

  test('what changes', async () => {
    const path = `/api/changes?pageId=${page.id}`;
    await calls.streams(path, CHANGE_NAMES, () =>
      Promise.all([
        works('PATCH', `/api/pages/${page.id}`, { name: 'The name of a page that has changed' }),
        works('POST', `/api/pages/${page.id}/sync`, { mode: 'incremental' }),
        storeOf(stack.sql).store.deliveries.finish(page.id, [], [], [NOBODY]),
        stack.sql`INSERT INTO notifications (page_id, kind, severity, title, text, dedupe_key)
          VALUES (${page.id}, 'sync-failed', 'error', 'News', '', 'what changes')`,
      ]),
    );
    await fails(404, 'GET', '/api/changes?pageId=unknown');
    await fails(400, 'GET', '/api/changes?kind=page');
    await stack.ended(page);
  });

  test('batches', async () => {
    const shape = { conversations: 20, messages: 1 };
    const pages = await Promise.all([stack.addPage(shape), stack.addPage(shape)]);
    stack.simulator.control('POST', '/latency', { ms: 1500 });
    const pageIds = pages.map(({ id }) => id);
    const request = { pageIds, mode: 'full', concurrency: 1 };
    const { id } = await works<BatchResource>('POST', '/api/batches', request);
    await fails(409, 'POST', `/api/batches/${id}/resume`);
    await works('GET', '/api/batches?limit=1');
    await works('POST', `/api/batches/${id}/cancel`);
    const status = async () => (await works<BatchStatusResource>('GET', `/api/batches/${id}`)).batch.status;
    await eventually(async () => (await status()) === 'CANCELLED', 'the end of the batch');
    await fails(404, 'POST', `/api/batches/${id}/cancel`);
    stack.simulator.control('POST', '/latency', { ms: 0 });
    await works('POST', `/api/batches/${id}/resume`);
    await works('GET', `/api/batches/${id}/stream`);
    expect(await status()).toBe('COMPLETED');
    await works('GET', `/api/batches/${id}/pages?state=COMPLETED`);
    await fails(409, 'POST', `/api/batches/${id}/resume`);
    await fails(422, 'POST', '/api/batches', { mode: 'full' });
  });

  test('the document itself', async () => {
    await works('GET', '/api/openapi.json');
    const etag = (await stack.api.fetch('/api/openapi.json')).headers.get('etag') ?? '';
    const again = await stack.api.fetch('/api/openapi.json', { headers: { 'if-none-match': etag } });
    expect((await answered('GET', '/api/openapi.json', again)).status).toBe(304);
    const docs = await stack.api.fetch('/api/docs');
    expect(docs.status).toBe(200);
    expect(await docs.text()).toContain('swagger-ui-bundle.js');
  });

  test('and no operation was left out', () => {
    const { described, called } = calls;
    expect(new Set(described).size).toBe(described.length);
    expect([...called].sort()).toEqual([...described].sort());
  });
});
