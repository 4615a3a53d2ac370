import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { ConversationResource, EventResource } from '../../src/contract/conversations.ts';
import type { JobResource, ListResource, PageResource } from '../../src/contract/resources.ts';
import { freePort } from '../../src/embedded/ports.ts';
import { createLogger } from '../../src/log.ts';
import { startApi } from '../../src/start-api.ts';
import { freshPageId, type Stack, startStack, type TestPage } from '../support/stack.ts';

interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
}

let stack: Stack;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack();
  page = await stack.addPage({ conversations: 130, messages: 8 });
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.ended(page);
});
afterAll(() => stack.close());

const NOBODY = '00000000-0000-4000-8000-000000000000';

function expectProblem(
  answer: { status: number; headers: Headers; body: unknown },
  status: number,
  name: string,
) {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ status, type: `urn:pagesync:problem:${name}` });
  return answer.body as ProblemBody;
}

describe('who may', () => {
  test.each(['/api/pages', '/api/jobs', '/api/conversations', '/api/nothing'])(
    '%s wants the token',
    async (path) => {
      for (const authorization of [undefined, 'Bearer wrong', 'Basic abc', 'Bearer ']) {
        const response = await fetch(stack.api.url + path, {
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  );

  test('health does not', async () => {
    expect(await (await fetch(`${stack.api.url}/health/live`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${stack.api.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ok', database: true, temporal: true });
  });
});

describe('POST /api/pages', () => {
  const valid = () => ({ facebookPageId: freshPageId(), name: 'A page', accessToken: 'EAAtoken' });

  test('connects a page and never shows its token', async () => {
    const request = { ...valid(), instagramAccountId: '17841400000000000' };
    const answer = await stack.api.post<PageResource>('/api/pages', request);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/pages/${answer.body.id}`);
    const { accessToken, ...shown } = request;
    expect(answer.body).toMatchObject({
      ...shown,
      tokenState: 'valid',
      lastSyncedAt: null,
      syncCheckpoint: null,
    });
    for (const path of [
      `/api/pages/${answer.body.id}`,
      `/api/pages/${request.facebookPageId}`,
      '/api/pages',
    ]) {
      expect(JSON.stringify((await stack.api.get(path)).body)).not.toContain(accessToken);
    }
    const rows = await stack.sql`SELECT facebook_pages::text FROM facebook_pages`;
    expect(JSON.stringify(rows)).not.toContain(accessToken);
  });

  test.each([
    ['facebookPageId', { facebookPageId: undefined }],
    ['facebookPageId', { facebookPageId: 123 }],
    ['facebookPageId', { facebookPageId: 'a/b' }],
    ['facebookPageId', { facebookPageId: NOBODY }],
    ['name', { name: ' ' }],
    ['accessToken', { accessToken: '' }],
    ['accessToken', { accessToken: 'two words' }],
    ['instagramAccountId', { instagramAccountId: 'a b' }],
    ['surprise', { surprise: 1 }],
  ])('names the field that is wrong: %s', async (field, change) => {
    const body = expectProblem(
      await stack.api.post('/api/pages', { ...valid(), ...change }),
      422,
      'validation',
    );
    expect(body.errors?.map((error) => error.field)).toContain(field);
    expect(body.detail).toContain(field);
  });

  test('a body that is no JSON, too large, or of another type does nothing', async () => {
    const before = await stack.sql`SELECT count(*) FROM facebook_pages`;
    const send = async (body: string, type = 'application/json') => {
      const response = await stack.api.fetch('/api/pages', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    };
    expectProblem(await send('{"facebookPageId":'), 400, 'malformed-json');
    expectProblem(await send('[]'), 422, 'validation');
    expectProblem(await send(`{"name":"${'x'.repeat(200_000)}"}`), 413, 'too-large');
    expectProblem(await send('name=x', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type');
    expect(await stack.sql`SELECT count(*) FROM facebook_pages`).toEqual(before);
  });
});

describe('POST /api/pages/:id/sync', () => {
  test.each([
    ['mode', { mode: 'sideways' }],
    ['resume', { resume: 'yes' }],
    ['messageDepth', { messageDepth: 0 }],
    ['messageDepth', { messageDepth: 'some' }],
    ['maxConversations', { maxConversations: -1 }],
    ['maxConversations', { maxConversations: 1.5 }],
    ['speed', { speed: 'fast' }],
  ])('names the field that is wrong: %s', async (field, request) => {
    const before = await stack.api.get<ListResource<JobResource>>('/api/jobs');
    const body = expectProblem(
      await stack.api.post(`/api/pages/${page.id}/sync`, request),
      422,
      'validation',
    );
    expect(body.errors?.map((error) => error.field.split('.')[0])).toContain(field);
    expect((await stack.api.get<ListResource<JobResource>>('/api/jobs')).body).toEqual(before.body);
  });

  test.each([NOBODY, '999999', 'not a page', '%00'])('an unknown page answers 404: %s', async (id) => {
    expectProblem(await stack.api.post(`/api/pages/${encodeURIComponent(id)}/sync`), 404, 'not-found');
  });

  test('with Temporal away answers 503, and nothing is half-started', async () => {
    const env = { ...stack.env, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
    const api = await startApi(readConfig(env), env, createLogger('silent', 'test'));
    try {
      const other = await stack.addPage();
      const response = await fetch(`${api.url}/api/pages/${other.id}/sync`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.config.apiToken}` },
      });
      const answer = { status: response.status, headers: response.headers, body: await response.json() };
      expectProblem(answer, 503, 'temporal-unavailable');
      expect(await stack.sql`SELECT id FROM sync_jobs WHERE page_id = ${other.id}`).toHaveLength(0);
      const ready = await fetch(`${api.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ database: true, temporal: false });
    } finally {
      await api.close();
    }
  });
});

describe('lists', () => {
  async function all<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await stack.api.get<ListResource<T>>(`${path}limit=7${next}`);
      expect(status).toBe(200);
      rows.push(...body.data);
      cursor = body.nextCursor;
    } while (cursor !== null);
    return rows;
  }

  test('conversations come newest first, each once, page by page', async () => {
    const rows = await all<ConversationResource>(`/api/conversations?pageId=${page.facebookPageId}&`);
    expect(rows).toHaveLength(130);
    expect(new Set(rows.map((row) => row.id)).size).toBe(130);
    const times = rows.map((row) => row.lastMessageAt ?? '');
    expect(times).toEqual([...times].sort().reverse());
    const instagram = await all<ConversationResource>(`/api/conversations?platform=instagram&`);
    expect(instagram).toHaveLength(39);
  });

  test('events of a conversation come newest first, each once', async () => {
    const { body } = await stack.api.get<ListResource<ConversationResource>>('/api/conversations?limit=200');
    const longest = body.data.reduce((most, row) =>
      (row.messageCount ?? 0) > (most.messageCount ?? 0) ? row : most,
    );
    const events = await all<EventResource>(`/api/conversations/${longest.id}/events?`);
    expect(events.length).toBeGreaterThan(7);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    const times = events.map((event) => event.occurredAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(events[0]).toMatchObject({ conversationId: longest.id, eventType: 'message' });
  });

  test('jobs can be filtered', async () => {
    const done = await all<JobResource>(`/api/jobs?pageId=${page.id}&status=COMPLETED&`);
    expect(done).toHaveLength(1);
    expect(await all<JobResource>(`/api/jobs?pageId=${page.id}&status=FAILED&`)).toHaveLength(0);
    expect((await stack.api.get<JobResource>(`/api/jobs/${done[0]?.id}`)).body).toMatchObject({ ...done[0] });
  });

  test.each([
    ['limit', '/api/jobs?limit=0'],
    ['limit', '/api/conversations?limit=1000'],
    ['cursor', '/api/conversations?cursor=garbage'],
    ['cursor', `/api/jobs?cursor=${Buffer.from('["x","y"]').toString('base64url')}`],
    ['status', '/api/jobs?status=DONE'],
    ['platform', '/api/conversations?platform=telegram'],
    ['sort', '/api/pages?sort=name'],
  ])('name the parameter that is wrong: %s', async (field, path) => {
    const body = expectProblem(await stack.api.get(path), 400, 'validation');
    expect(body.errors?.map((error) => error.field)).toEqual([field]);
  });

  test.each([
    `/api/jobs/${NOBODY}`,
    '/api/jobs/x',
    `/api/jobs/${NOBODY}/failures`,
    `/api/conversations/${NOBODY}/events`,
    '/api/conversations/x/events',
    '/api/jobs?pageId=404',
    '/api/nothing',
    '/nothing',
  ])('%s is not found', async (path) => {
    expectProblem(await stack.api.get(path), 404, 'not-found');
  });
});
