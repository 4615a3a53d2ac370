/* The endpoints of the first documents below /api/conversations, called as those call them. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import type { SeedFixedResource, SeedOptimizedResource, SeedSyncResource } from '../../src/contract/seeds.ts';
import { eventually } from '../support/eventually.ts';
import { body, CONVERSATIONS, EVENTS, seedsUnderTest } from '../support/seeds-under-test.ts';
import type { Api } from '../support/stack.ts';

const under = seedsUnderTest();
const { newPage, latency, slow, fast, jobOf, inStatus, openStream } = under;
let impatient: Api;
beforeAll(async () => {
  impatient = await under.stack.addApi({ SEED_WAIT_SECONDS: '0.3' });
});

describe('sync, sync-optimized and sync-fixed wait for the end', () => {
  test('sync: full at first, incremental afterwards', async () => {
    const page = await newPage();
    const first = await under.stack.api.post<SeedSyncResource>('/api/conversations/sync', body(page));
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
    const again = await under.stack.api.post<SeedSyncResource>('/api/conversations/sync', {
      pageId: page.id,
    });
    expect(again.body).toMatchObject({
      success: true,
      synced: 0,
      syncMode: 'incremental',
      message: 'Incremental sync: 0 conversation(s) with 0 events',
    });
  });

  test('sync-optimized: its figures as text, and a limit', async () => {
    const page = await newPage();
    const { status, body: answer } = await under.stack.api.post<SeedOptimizedResource>(
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
    const left = under.stack.api
      .fetch('/api/conversations/sync', {
        method: 'POST',
        body: JSON.stringify(body(page)),
        headers: { 'content-type': 'application/json' },
        signal: leaving.signal,
      })
      .catch((error: unknown) => error);
    const job = await eventually(async () => {
      const { body: list } = await under.stack.api.get<{ data: JobResource[] }>(
        `/api/jobs?pageId=${page.id}`,
      );
      return list.data[0]?.totals.fetched ? list.data[0] : null;
    }, 'the first conversations');
    for (const name of ['sync', 'sync-optimized', 'sync-fixed', 'sync-stream', 'sync-realtime']) {
      const refused = await under.stack.api.post(`/api/conversations/${name}`, body(page));
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
    expect(await under.stack.ended(page)).toMatchObject({
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
    expect((await under.stack.api.post('/api/conversations/sync-fixed', session)).body).toMatchObject(end);
    // a client that comes back late learns how its sync has ended
    expect((await under.stack.api.post('/api/conversations/sync-fixed', session)).body).toMatchObject(end);
    expect(
      (await under.stack.api.get<{ data: unknown[] }>(`/api/jobs?pageId=${page.id}`)).body.data,
    ).toHaveLength(1);
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
    await under.stack.api.post(`/api/jobs/${id}/cancel`);
    await inStatus(id, 'CANCELLED');
    const stored = (await jobOf(id)).totals.fetched;
    fast();
    const session = { ...body(page), resumeSession: id };
    const { body: resumed } = await under.stack.api.post<SeedFixedResource>(
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

    latency(3000);
    const { body: overtaken } = await impatient.post<SeedFixedResource>(
      '/api/conversations/sync-fixed',
      body(page),
    );
    expect(overtaken).toMatchObject({ hasMore: true, syncMode: 'incremental' });
    await under.stack.api.post(`/api/jobs/${overtaken.jobId}/cancel`);
    await inStatus(overtaken.jobId, 'CANCELLED');
    fast();
    await under.stack.api.post('/api/conversations/sync', body(page));
    const later = { ...body(page), resumeSession: overtaken.jobId };
    const { body: anew } = await under.stack.api.post<SeedFixedResource>(
      '/api/conversations/sync-fixed',
      later,
    );
    expect(anew).toMatchObject({ success: true, hasMore: false, syncMode: 'incremental' });
    expect(anew.jobId).not.toBe(overtaken.jobId);
  });

  test('who is asked for must be clear', async () => {
    const [page, other] = [await newPage(), await newPage()];
    const field = async (request: object, name = 'sync-fixed') => {
      const answer = await under.stack.api.post<{ errors: { field: string }[] }>(
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
    await under.stack.api.post(`/api/jobs/${id}/cancel`);
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
