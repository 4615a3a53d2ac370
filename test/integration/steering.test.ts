import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobResource, PageResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

const CONVERSATIONS = 2000;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(() => stack.close());

let page: TestPage;
beforeEach(async () => {
  page = await stack.addPage({ conversations: CONVERSATIONS });
  // slow enough to be met half-way
  stack.simulator.control('POST', '/latency', { ms: 60 });
});

const path = (rest = '') => `/api/pages/${page.id}/sync${rest}`;
const status = async () => (await stack.api.get<SyncStatusResource>(path())).body;
const fetched = (least: number) =>
  eventually(async () => {
    const now = await status();
    return now.job.totals.fetched >= least ? now : null;
  }, `${least} conversations`);
const inStatus = (wanted: string) =>
  eventually(async () => {
    const now = await status();
    return now.job.status === wanted ? now : null;
  }, `status ${wanted}`);
const workflow = () => stack.temporal.workflow.getHandle(page.facebookPageId);
const fast = () => stack.simulator.control('POST', '/latency', { ms: 0 });

/** Cursors that list calls asked for, by platform: none may be asked for twice. */
function cursorsAsked(): string[] {
  const { listCalls } = stack.simulator.control('GET', `/calls?page=${page.facebookPageId}`) as {
    listCalls: { platform: string; after: string | null; status: number }[];
  };
  return listCalls.map((call) => `${call.platform} ${call.after}`);
}

function expectComplete(job: JobResource) {
  expect(job.status).toBe('COMPLETED');
  expect(job.totals).toMatchObject({
    fetched: CONVERSATIONS,
    inserted: CONVERSATIONS,
    updated: 0,
    unchanged: 0,
    failed: 0,
  });
}

describe('one sync a page', () => {
  test('a second start answers 409 with the running job, and the first goes on undisturbed', async () => {
    const first = await stack.api.post<JobResource>(path());
    await fetched(200);
    const second = await stack.api.post<{ title: string; jobId: string; progress: SyncStatusResource }>(
      path(),
    );
    expect(second.status).toBe(409);
    expect(second.headers.get('content-type')).toContain('application/problem+json');
    expect(second.body).toMatchObject({ title: 'Sync already in progress', jobId: first.body.id });
    expect(second.body.progress.job.totals.fetched).toBeGreaterThanOrEqual(200);
    fast();
    const job = await stack.ended(page);
    expect(job.id).toBe(first.body.id);
    expectComplete(job);
    await expectInboxStored(stack, page);
  });

  test('of ten starts at the same moment one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stack.api.post<{ id: string }>(path())),
    );
    const codes = answers.map((answer) => answer.status).sort();
    expect(codes).toEqual([202, ...Array.from({ length: 9 }, () => 409)]);
    fast();
    expectComplete(await stack.ended(page));
    const { body } = await stack.api.get<{ data: JobResource[] }>(`/api/jobs?pageId=${page.id}`);
    expect(body.data.length).toBe(1);
  });
});

describe('cancel and resume', () => {
  test('keeps all progress; resume goes on from the cursor with the same job and fetches nothing again', async () => {
    const started = await stack.api.post<JobResource>(path());
    await fetched(CONVERSATIONS * 0.4);
    expect((await stack.api.post(path('/cancel'))).status).toBe(202);
    const cancelled = await stack.ended(page);
    expect(cancelled.status).toBe('CANCELLED');
    expect(cancelled.totals.fetched).toBeLessThan(CONVERSATIONS);
    expect(cancelled.message).toMatch(/^Full sync cancelled after /);
    const { body: stopped } = await stack.api.get<PageResource>(`/api/pages/${page.id}`);
    expect(stopped.syncCheckpoint).toMatchObject({
      jobId: started.body.id,
      current: cancelled.totals.fetched,
      inserted: cancelled.totals.inserted,
      updated: 0,
      skipped: 0,
      eventsCreated: cancelled.totals.eventsCreated,
    });
    expect(stopped.syncCheckpoint?.lastSyncedId).toEqual(expect.any(String));
    expect(stopped.lastSyncedAt).toBeNull();
    // the workflow ended by itself: a cancel by signal is an orderly end
    await eventually(
      async () => (await workflow().describe()).status.name === 'COMPLETED',
      'the workflow to be closed as completed',
    );

    fast();
    const resumed = await stack.api.post<JobResource>(path(), { resume: true });
    expect(resumed.status).toBe(202);
    expect(resumed.body).toMatchObject({ id: started.body.id, status: 'IN_PROGRESS', completedAt: null });
    const job = await stack.ended(page);
    expect(job.id).toBe(started.body.id);
    expectComplete(job);
    await expectInboxStored(stack, page);

    // a page whose call was cut off by the cancel may be asked for again, a page that was stored never
    const asked = cursorsAsked();
    const again = asked.filter((cursor, index) => asked.indexOf(cursor) !== index);
    expect(again.length).toBeLessThanOrEqual(2);
    expect(job.totals.batches).toBe(job.totals.apiCalls);
    const { body: after } = await stack.api.get<PageResource>(`/api/pages/${page.id}`);
    expect(after.syncCheckpoint).toBeNull();
    expect(after.lastSyncedAt).not.toBeNull();
  });

  test('Temporal’s own cancel ends the job as cleanly and closes the workflow as cancelled', async () => {
    await stack.api.post(path());
    await fetched(400);
    await workflow().cancel();
    const job = await stack.ended(page);
    expect(job.status).toBe('CANCELLED');
    await eventually(
      async () => (await workflow().describe()).status.name === 'CANCELLED',
      'the workflow closed as cancelled',
    );
    const { body } = await stack.api.get<PageResource>(`/api/pages/${page.id}`);
    expect(body.syncCheckpoint).toMatchObject({ jobId: job.id, current: job.totals.fetched });
    fast();
    await stack.api.post(path(), { resume: true });
    expectComplete(await stack.ended(page));
  });

  test('a dead cursor starts the walk over, and nothing is stored or counted twice', async () => {
    await stack.api.post(path());
    await fetched(800);
    await stack.api.post(path('/cancel'));
    const cancelled = await stack.ended(page);
    stack.simulator.control('POST', '/cursors', { page: page.facebookPageId, dead: true });
    fast();
    await stack.api.post(path(), { resume: true });
    const job = await stack.ended(page);
    expect(job.id).toBe(cancelled.id);
    expectComplete(job);
    await expectInboxStored(stack, page);
  });

  test('without a checkpoint there is nothing to resume', async () => {
    const answer = await stack.api.post<{ type: string }>(path(), { resume: true });
    expect(answer.status).toBe(409);
    expect(answer.body.type).toBe('urn:pagesync:problem:nothing-to-resume');
    expect((await stack.api.get(path())).status).toBe(404);
  });

  test('a new sync without resume begins anew with a job of its own', async () => {
    const first = await stack.api.post<JobResource>(path());
    await fetched(400);
    await stack.api.post(path('/cancel'));
    const cancelled = await stack.ended(page);
    fast();
    const second = await stack.api.post<JobResource>(path());
    expect(second.body.id).not.toBe(first.body.id);
    const job = await stack.ended(page);
    expect(job.totals).toMatchObject({
      fetched: CONVERSATIONS,
      inserted: CONVERSATIONS - cancelled.totals.inserted,
      unchanged: cancelled.totals.inserted,
    });
  });
});

describe('pause and resume', () => {
  test('stops calling Meta, shows it, and goes on where it stood', async () => {
    await stack.api.post(path());
    await fetched(400);
    expect((await stack.api.post(path('/pause'))).status).toBe(202);
    const paused = await inStatus('PAUSED');
    expect(paused.job.tokenExpired).toBe(false);
    const { body } = await stack.api.get<PageResource>(`/api/pages/${page.id}`);
    expect(body.syncCheckpoint).toMatchObject({ current: paused.job.totals.fetched });
    const calls = cursorsAsked().length;
    // nothing to wait for: a paused job makes no call, so the workflow's whole history stands still
    const length = (await workflow().describe()).historyLength;
    expect((await status()).job.totals).toEqual(paused.job.totals);
    expect(cursorsAsked().length).toBe(calls);
    expect((await workflow().describe()).historyLength).toBeLessThanOrEqual(length + 3);

    fast();
    expect((await stack.api.post(path('/resume'))).status).toBe(202);
    const job = await stack.ended(page);
    expectComplete(job);
    expect(new Set(cursorsAsked()).size).toBe(cursorsAsked().length);
    await expectInboxStored(stack, page);
  });

  test('a paused job can be cancelled', async () => {
    await stack.api.post(path());
    await fetched(200);
    await stack.api.post(path('/pause'));
    await inStatus('PAUSED');
    await stack.api.post(path('/cancel'));
    expect((await stack.ended(page)).status).toBe('CANCELLED');
  });

  test('pausing twice, resuming what is not paused: no-ops', async () => {
    await stack.api.post(path());
    await fetched(200);
    await stack.api.post(path('/resume'));
    await stack.api.post(path('/pause'));
    await stack.api.post(path('/pause'));
    await inStatus('PAUSED');
    fast();
    await stack.api.post(path('/resume'));
    expectComplete(await stack.ended(page));
  });

  test('with nothing running each command answers 404', async () => {
    for (const command of ['pause', 'resume', 'cancel']) {
      const answer = await stack.api.post<{ type: string }>(path(`/${command}`));
      expect(answer.status).toBe(404);
      expect(answer.body.type).toBe('urn:pagesync:problem:sync-not-running');
    }
  });
});

describe('a token that dies', () => {
  test('parks the job; connecting the page anew resumes it where it stood', async () => {
    const started = await stack.api.post<JobResource>(path());
    await fetched(400);
    stack.simulator.control('POST', '/token', { page: page.facebookPageId, state: 'expired' });
    const parked = await inStatus('PAUSED');
    expect(parked.job).toMatchObject({ tokenExpired: true, lastError: { kind: 'auth' } });
    expect((await stack.api.get<PageResource>(`/api/pages/${page.id}`)).body.tokenState).toBe(
      'needs_reconnect',
    );

    // resuming without a new token parks it again
    await stack.api.post(path('/resume'));
    await eventually(async () => {
      const now = await status();
      return now.job.status === 'PAUSED' && now.job.revision > parked.job.revision + 1;
    }, 'the job to be parked again');

    const accessToken = 'a-new-token';
    stack.simulator.control('POST', '/token', {
      page: page.facebookPageId,
      state: 'valid',
      token: accessToken,
    });
    fast();
    const connected = await stack.api.post<PageResource>('/api/pages', {
      facebookPageId: page.facebookPageId,
      name: page.name,
      accessToken,
    });
    expect(connected.status).toBe(200);
    expect(connected.body).toMatchObject({
      tokenState: 'valid',
      instagramAccountId: page.instagramAccountId,
    });
    const job = await stack.ended(page);
    expect(job).toMatchObject({ id: started.body.id, tokenExpired: false });
    expectComplete(job);
  });
});
