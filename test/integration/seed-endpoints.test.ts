/* The endpoints of the first documents, called as those call them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import type {
  SeedFixedResource,
  SeedOptimizedResource,
  SeedStatusResource,
  SeedStreamEvent,
  SeedSyncResource,
} from '../../src/contract/seeds.ts';
import { eventually } from '../support/eventually.ts';
import { type Api, type Stack, startStack, type TestPage } from '../support/stack.ts';

const CONVERSATIONS = 500;
const EVENTS = CONVERSATIONS * 3;

let stack: Stack;
let impatient: Api;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  impatient = await stack.addApi({ SEED_WAIT_SECONDS: '0.3' });
});
afterAll(() => stack.close());

const newPage = () => stack.addPage({ conversations: CONVERSATIONS, messages: 3, exactMessages: true });
const slow = () => stack.simulator.control('POST', '/latency', { ms: 150 });
const fast = () => stack.simulator.control('POST', '/latency', { ms: 0 });
const body = (page: TestPage) => ({ pageId: page.id, facebookPageId: page.facebookPageId });
const jobOf = async (id: string) => (await stack.api.get<JobResource>(`/api/jobs/${id}`)).body;
const inStatus = (id: string, status: string) =>
  eventually(async () => ((await jobOf(id)).status === status ? id : null), `job ${id} to be ${status}`);

/** A client of the streams: reads `data: ` lines as they come. */
async function openStream(path: string, request: object) {
  const leaving = new AbortController();
  const response = await stack.api.fetch(path, {
    method: 'POST',
    body: JSON.stringify(request),
    headers: { 'content-type': 'application/json' },
    signal: leaving.signal,
  });
  const lines: string[] = [];
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) lines.push(...decoder.decode(chunk).split('\n'));
  };
  const closed = read().catch(() => {});
  return {
    response,
    lines,
    closed,
    events: () =>
      lines.flatMap((line): SeedStreamEvent[] =>
        line.startsWith('data: ') ? [JSON.parse(line.slice('data: '.length))] : [],
      ),
    leave: () => leaving.abort(),
  };
}

describe('sync, sync-optimized and sync-fixed wait for the end', () => {
  test('sync: full at first, incremental afterwards', async () => {
    const page = await newPage();
    const first = await stack.api.post<SeedSyncResource>('/api/conversations/sync', body(page));
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      success: true,
      synced: CONVERSATIONS,
      inserted: CONVERSATIONS,
      updated: 0,
      total: CONVERSATIONS,
      eventsCreated: EVENTS,
      syncMode: 'full',
      message: `Full sync: ${CONVERSATIONS} conversation(s) with ${EVENTS} events`,
    });
    const again = await stack.api.post<SeedSyncResource>('/api/conversations/sync', { pageId: page.id });
    expect(again.body).toMatchObject({
      success: true,
      synced: 0,
      syncMode: 'incremental',
      message: 'Incremental sync: 0 conversation(s) with 0 events',
    });
  });

  test('sync-optimized: its figures as text, and a limit', async () => {
    const page = await newPage();
    const { status, body: answer } = await stack.api.post<SeedOptimizedResource>(
      '/api/conversations/sync-optimized',
      {
        facebookPageId: page.facebookPageId,
        maxConversations: 200,
      },
    );
    expect(status).toBe(200);
    const { fetched, inserted, events, batches, duration, speed, errors } = answer.stats;
    expect({ fetched, inserted, events, errors }).toEqual({
      fetched: 200,
      inserted: 200,
      events: 600,
      errors: [],
    });
    expect(batches).toBeGreaterThan(1);
    expect(duration).toMatch(/^\d+\.\ds$/);
    expect(speed).toMatch(/^\d+\.\d conversations\/sec$/);
    expect(answer.message).toBe(`Successfully synced 200 conversations in ${duration}`);
  });

  test('a second sync is refused, the client that leaves does not disturb the first', async () => {
    const page = await newPage();
    slow();
    const leaving = new AbortController();
    const left = stack.api
      .fetch('/api/conversations/sync', {
        method: 'POST',
        body: JSON.stringify(body(page)),
        headers: { 'content-type': 'application/json' },
        signal: leaving.signal,
      })
      .catch((error: unknown) => error);
    const job = await eventually(async () => {
      const { body: list } = await stack.api.get<{ data: JobResource[] }>(`/api/jobs?pageId=${page.id}`);
      return list.data[0]?.totals.fetched ? list.data[0] : null;
    }, 'the first conversations');
    for (const name of ['sync', 'sync-optimized', 'sync-fixed', 'sync-stream', 'sync-realtime']) {
      const refused = await stack.api.post(`/api/conversations/${name}`, body(page));
      expect(refused.status).toBe(409);
      expect(refused.headers.get('content-type')).toContain('application/problem+json');
      expect(refused.body).toMatchObject({
        success: false,
        error: 'Sync already in progress',
        type: 'urn:pagesync:problem:sync-in-progress',
        status: 409,
        jobId: job.id,
      });
    }
    leaving.abort();
    expect(await left).toMatchObject({ name: 'AbortError' });
    fast();
    expect(await stack.ended(page)).toMatchObject({
      id: job.id,
      status: 'COMPLETED',
      totals: { inserted: CONVERSATIONS, eventsCreated: EVENTS },
    });
  });

  test('sync-fixed: hasMore and a session that goes on, while the sync runs and after its end', async () => {
    const page = await newPage();
    slow();
    const first = await impatient.post<SeedFixedResource>('/api/conversations/sync-fixed', body(page));
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ success: true, hasMore: true, resumeSession: expect.any(String) });
    expect(first.body.message).toMatch(
      /^Full sync still running: \d+ conversation\(s\) with \d+ events so far$/,
    );
    const session = { ...body(page), resumeSession: first.body.resumeSession };
    // the others have no session, and say that it goes on
    expect((await impatient.post('/api/conversations/sync', body(page))).status).toBe(409);
    const second = await impatient.post<SeedFixedResource>('/api/conversations/sync-fixed', session);
    expect(second.body).toMatchObject({ hasMore: true, resumeSession: session.resumeSession });
    expect(second.body.synced).toBeGreaterThanOrEqual(first.body.synced);
    fast();
    const end = { hasMore: false, resumeSession: null, synced: CONVERSATIONS, eventsCreated: EVENTS };
    expect((await stack.api.post('/api/conversations/sync-fixed', session)).body).toMatchObject(end);
    // a client that comes back late learns how its sync has ended
    expect((await stack.api.post('/api/conversations/sync-fixed', session)).body).toMatchObject(end);
    expect((await stack.api.get<{ data: unknown[] }>(`/api/jobs?pageId=${page.id}`)).body.data).toHaveLength(
      1,
    );
  });

  test('sync-fixed: a session that has stopped goes on from its checkpoint, one that was overtaken begins anew', async () => {
    const page = await newPage();
    slow();
    const { body: first } = await impatient.post<SeedFixedResource>(
      '/api/conversations/sync-fixed',
      body(page),
    );
    const id = first.resumeSession ?? '';
    await eventually(async () => (await jobOf(id)).totals.fetched > 0, 'the first conversations');
    await stack.api.post(`/api/jobs/${id}/cancel`);
    await inStatus(id, 'CANCELLED');
    const stored = (await jobOf(id)).totals.fetched;
    fast();
    const session = { ...body(page), resumeSession: id };
    const { body: resumed } = await stack.api.post<SeedFixedResource>(
      '/api/conversations/sync-fixed',
      session,
    );
    expect(resumed).toMatchObject({
      jobId: id,
      hasMore: false,
      synced: CONVERSATIONS,
      inserted: CONVERSATIONS,
    });
    expect(stored).toBeLessThan(CONVERSATIONS);

    stack.simulator.control('POST', '/latency', { ms: 3000 });
    const { body: overtaken } = await impatient.post<SeedFixedResource>(
      '/api/conversations/sync-fixed',
      body(page),
    );
    expect(overtaken).toMatchObject({ hasMore: true, syncMode: 'incremental' });
    await stack.api.post(`/api/jobs/${overtaken.jobId}/cancel`);
    await inStatus(overtaken.jobId, 'CANCELLED');
    fast();
    await stack.api.post('/api/conversations/sync', body(page));
    const later = { ...body(page), resumeSession: overtaken.jobId };
    const { body: anew } = await stack.api.post<SeedFixedResource>('/api/conversations/sync-fixed', later);
    expect(anew).toMatchObject({ success: true, hasMore: false, syncMode: 'incremental' });
    expect(anew.jobId).not.toBe(overtaken.jobId);
  });

  test('who is asked for must be clear', async () => {
    const [page, other] = [await newPage(), await newPage()];
    const field = async (request: object, name = 'sync-fixed') => {
      const answer = await stack.api.post<{ errors: { field: string }[] }>(
        `/api/conversations/${name}`,
        request,
      );
      return [answer.status, answer.body.errors?.map((error) => error.field)];
    };
    for (const name of ['sync', 'sync-optimized', 'sync-fixed', 'sync-stream', 'sync-realtime']) {
      expect(await field({}, name)).toEqual([422, ['pageId']]);
    }
    expect(await field({ pageId: page.id, facebookPageId: other.facebookPageId })).toEqual([
      422,
      ['facebookPageId'],
    ]);
    expect(await field({ ...body(page), resumeSession: randomUUID() })).toEqual([422, ['resumeSession']]);
    expect(await field({ ...body(page), resumeSession: 'mine' })).toEqual([422, ['resumeSession']]);
    expect(await field({ pageId: randomUUID() })).toEqual([404, undefined]);
    expect(
      await field({ facebookPageId: page.facebookPageId, maxConversations: 0 }, 'sync-optimized'),
    ).toEqual([422, ['maxConversations']]);
  });
});

describe('sync-stream and sync-realtime', () => {
  test('plain data lines with running totals, complete at the end; leaving and coming back', async () => {
    const page = await newPage();
    slow();
    const first = await openStream('/api/conversations/sync-realtime', { ...body(page), resume: false });
    expect(first.response.status).toBe(200);
    expect(first.response.headers.get('content-type')).toContain('text/event-stream');
    await eventually(() => first.events().some(({ current }) => current > 0), 'a conversation');
    first.leave();
    const seen = first.events().at(-1)?.current ?? 0;

    const back = await openStream('/api/conversations/sync-realtime', { ...body(page), resume: true });
    fast();
    await back.closed;
    expect(back.lines.filter((line) => line !== '' && !line.startsWith('data: {"status":"'))).toEqual([]);
    const events = back.events();
    const counts = events.map(({ current }) => current);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBeGreaterThanOrEqual(seen);
    expect(events[0]).toMatchObject({ status: 'processing', jobId: first.events()[0]?.jobId });
    expect(events.at(-1)).toMatchObject({
      status: 'complete',
      current: CONVERSATIONS,
      total: CONVERSATIONS,
      inserted: CONVERSATIONS,
      updated: 0,
      skipped: 0,
      eventsCreated: EVENTS,
      error: null,
    });
    expect(events.filter(({ name }) => typeof name === 'string').length).toBeGreaterThan(1);

    // nothing is running and nothing has stopped: what is new is fetched
    const fresh = await openStream('/api/conversations/sync-stream', { ...body(page), resume: true });
    await fresh.closed;
    expect(fresh.events().at(-1)).toMatchObject({ status: 'complete', current: 0 });
  });

  test('an interrupted sync says so, and is taken up again where it stopped', async () => {
    const page = await newPage();
    slow();
    const stream = await openStream('/api/conversations/sync-stream', body(page));
    await eventually(() => stream.events().some(({ current }) => current > 0), 'a conversation');
    const id = stream.events()[0]?.jobId ?? '';
    await stack.api.post(`/api/jobs/${id}/cancel`);
    await stream.closed;
    const last = stream.events().at(-1);
    expect(last).toMatchObject({
      status: 'error',
      error: expect.stringMatching(/cancelled/),
      canResume: true,
    });
    fast();
    const resumed = await openStream('/api/conversations/sync-stream', { ...body(page), resume: true });
    await resumed.closed;
    expect(resumed.events()[0]?.jobId).toBe(id);
    expect(resumed.events().at(-1)).toMatchObject({
      status: 'complete',
      current: CONVERSATIONS,
      inserted: CONVERSATIONS,
    });
  });
});

test('a page’s settings, of which others stay as they are', async () => {
  const page = await newPage();
  const patch = async (settings: object) => {
    const response = await stack.api.fetch(`/api/facebook/pages/${page.id}`, {
      method: 'PATCH',
      body: JSON.stringify(settings),
      headers: { 'content-type': 'application/json' },
    });
    return { status: response.status, body: await response.json() };
  };
  const pipeline = { autoPipelineId: 'clx789', autoPipelineMode: 'UPDATE_EXISTING' };
  expect(await patch(pipeline)).toMatchObject({
    status: 200,
    body: {
      id: page.id,
      pageId: page.facebookPageId,
      pageName: page.name,
      autoSync: false,
      syncInterval: 3600,
      ...pipeline,
    },
  });
  const automatic = { autoSync: true, syncInterval: 7200 };
  expect((await patch(automatic)).body).toMatchObject({ ...automatic, ...pipeline });
  // its schedule is there, until it is switched off
  const nextAt = async () =>
    (await stack.api.get<{ nextAutoSyncAt: string | null }>(`/api/pages/${page.id}`)).body.nextAutoSyncAt;
  await eventually(nextAt, 'the next automatic sync');
  expect((await patch({ autoSync: false, autoPipelineId: null })).body).toMatchObject({
    autoSync: false,
    syncInterval: 7200,
    autoPipelineId: null,
  });
  expect(await nextAt()).toBeNull();
  expect((await patch({ syncInterval: 1 })).body).toMatchObject({ errors: [{ field: 'syncInterval' }] });
  expect((await patch({ autoPipelineMode: 'ALWAYS' })).status).toBe(422);
});

describe('sync-background', () => {
  /** As the first documents ask for it, but for the two seconds between. */
  async function pollSyncStatus(jobId: string): Promise<SeedStatusResource> {
    return eventually(async () => {
      const { body: job } = await stack.api.get<SeedStatusResource>(`/api/facebook/sync-status/${jobId}`);
      return job.status === 'COMPLETED' || job.status === 'FAILED' ? job : null;
    }, `the end of ${jobId}`);
  }
  const start = (facebookPageId: string) =>
    stack.api.post<{ jobId: string; message: string }>('/api/facebook/sync-background', { facebookPageId });
  const latest = (page: TestPage) =>
    stack.api.get<SeedStatusResource | null>(`/api/facebook/pages/${page.id}/latest-sync`);

  test('starts, is joined by a second call, and polled to its end', async () => {
    const page = await newPage();
    expect(await latest(page)).toMatchObject({ status: 200, body: null });
    slow();
    const { status, body: started } = await start(page.facebookPageId);
    expect([status, started.message]).toEqual([202, 'Sync started']);
    expect((await start(page.id)).body).toEqual({
      jobId: started.jobId,
      message: 'Sync already in progress',
    });
    expect((await latest(page)).body).toMatchObject({
      id: started.jobId,
      status: expect.stringMatching(/^(PENDING|IN_PROGRESS)$/),
      completedAt: null,
    });
    fast();
    expect(await pollSyncStatus(started.jobId)).toMatchObject({
      id: started.jobId,
      status: 'COMPLETED',
      syncedContacts: CONVERSATIONS,
      failedContacts: 0,
      totalContacts: CONVERSATIONS,
      errors: [],
      tokenExpired: false,
      startedAt: expect.any(String),
      completedAt: expect.any(String),
    });
    expect((await latest(page)).body).toEqual(
      (await stack.api.get(`/api/facebook/sync-status/${started.jobId}`)).body,
    );
    expect((await stack.api.get(`/api/facebook/sync-status/${randomUUID()}`)).status).toBe(404);
    expect((await start('unknown')).status).toBe(404);
  });

  test('a token that has expired ends the waiting, not the sync', async () => {
    const page = await newPage();
    stack.simulator.control('POST', '/token', { page: page.facebookPageId, state: 'expired' });
    // who waits for the answer does not wait for the token
    const fixed = await stack.api.post<{ error: string; jobId: string }>(
      '/api/conversations/sync-fixed',
      body(page),
    );
    expect(fixed.status).toBe(502);
    expect(fixed.body).toMatchObject({
      success: false,
      type: 'urn:pagesync:problem:sync-failed',
      tokenExpired: true,
      error: expect.stringMatching(/\w/),
    });
    const { jobId } = fixed.body;
    expect(await pollSyncStatus(jobId)).toMatchObject({
      status: 'FAILED',
      tokenExpired: true,
      errors: [{ error: fixed.body.error }],
    });
    const stream = await openStream('/api/conversations/sync-realtime', { ...body(page), resume: true });
    await stream.closed;
    expect(stream.events()).toMatchObject([{ status: 'error', tokenExpired: true, jobId }]);

    const renewed = { page: page.facebookPageId, state: 'valid', token: 'a-new-token' };
    stack.simulator.control('POST', '/token', renewed);
    const { facebookPageId, name } = page;
    await stack.api.post('/api/pages', { facebookPageId, name, accessToken: renewed.token });
    await inStatus(jobId, 'COMPLETED');
    expect(await pollSyncStatus(jobId)).toMatchObject({
      status: 'COMPLETED',
      tokenExpired: false,
      errors: [],
    });
  });
});
