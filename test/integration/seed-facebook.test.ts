/* The endpoints of the first documents below /api/facebook, called as those call them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SeedStatusResource } from '../../src/contract/seeds.ts';
import { eventually } from '../support/eventually.ts';
import { body, CONVERSATIONS, seedsUnderTest } from '../support/seeds-under-test.ts';
import type { TestPage } from '../support/stack.ts';

const under = seedsUnderTest();
const { newPage, slow, fast, inStatus, openStream } = under;

test('a page’s settings, of which others stay as they are', async () => {
  const page = await newPage();
  const patch = async (settings: object) => {
    const response = await under.stack.api.fetch(`/api/facebook/pages/${page.id}`, {
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
    (await under.stack.api.get<{ nextAutoSyncAt: string | null }>(`/api/pages/${page.id}`)).body
      .nextAutoSyncAt;
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
      const { body: job } = await under.stack.api.get<SeedStatusResource>(
        `/api/facebook/sync-status/${jobId}`,
      );
      return job.status === 'COMPLETED' || job.status === 'FAILED' ? job : null;
    }, `the end of ${jobId}`);
  }
  const start = (facebookPageId: string) =>
    under.stack.api.post<{ jobId: string; message: string }>('/api/facebook/sync-background', {
      facebookPageId,
    });
  const latest = (page: TestPage) =>
    under.stack.api.get<SeedStatusResource | null>(`/api/facebook/pages/${page.id}/latest-sync`);

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
      (await under.stack.api.get(`/api/facebook/sync-status/${started.jobId}`)).body,
    );
    expect((await under.stack.api.get(`/api/facebook/sync-status/${randomUUID()}`)).status).toBe(404);
    expect((await start('unknown')).status).toBe(404);
  });

  test('a token that has expired ends the waiting, not the sync', async () => {
    const page = await newPage();
    under.stack.simulator.control('POST', '/token', { page: page.facebookPageId, state: 'expired' });
    // who waits for the answer does not wait for the token
    const fixed = await under.stack.api.post<{ error: string; jobId: string }>(
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
    under.stack.simulator.control('POST', '/token', renewed);
    const { facebookPageId, name } = page;
    await under.stack.api.post('/api/pages', { facebookPageId, name, accessToken: renewed.token });
    await inStatus(jobId, 'COMPLETED');
    expect(await pollSyncStatus(jobId)).toMatchObject({
      status: 'COMPLETED',
      tokenExpired: false,
      errors: [],
    });
  });
});
