import { describe, expect, test } from 'vitest';
import type { JobResource, PageResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { pageUnderTest } from '../support/page-under-test.ts';
import { expectInboxStored } from '../support/truth.ts';

const CONVERSATIONS = 2000;

const under = pageUnderTest(CONVERSATIONS, { SYNC_SLICE_SECONDS: '0.2' }, 60);

/** Cursors that list calls asked for, by platform: none may be asked for twice. */
function cursorsAsked(): string[] {
  return under.calls().listCalls.map((call) => `${call.platform} ${call.after}`);
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
    const first = await under.start();
    await under.fetched(200);
    const second = await under.stack.api.post<{ title: string; jobId: string; progress: SyncStatusResource }>(
      `/api/pages/${under.page.id}/sync`,
    );
    expect(second.status).toBe(409);
    expect(second.headers.get('content-type')).toContain('application/problem+json');
    expect(second.body).toMatchObject({ title: 'Sync already in progress', jobId: first.body.id });
    expect(second.body.progress.job.totals.fetched).toBeGreaterThanOrEqual(200);
    under.fast();
    const job = await under.ended();
    expect(job.id).toBe(first.body.id);
    expectComplete(job);
    await expectInboxStored(under.stack, under.page);
  });

  test('of ten starts at the same moment one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        under.stack.api.post<{ id: string }>(`/api/pages/${under.page.id}/sync`),
      ),
    );
    const codes = answers.map((answer) => answer.status).sort();
    expect(codes).toEqual([202, ...Array.from({ length: 9 }, () => 409)]);
    under.fast();
    expectComplete(await under.ended());
    const { body } = await under.stack.api.get<{ data: JobResource[] }>(`/api/jobs?pageId=${under.page.id}`);
    expect(body.data.length).toBe(1);
  });
});

describe('cancel and resume', () => {
  test('keeps all progress; resume goes on from the cursor with the same job and fetches nothing again', async () => {
    const started = await under.start();
    await under.fetched(CONVERSATIONS * 0.4);
    expect((await under.command('cancel')).status).toBe(202);
    const cancelled = await under.ended();
    expect(cancelled.status).toBe('CANCELLED');
    expect(cancelled.totals.fetched).toBeLessThan(CONVERSATIONS);
    expect(cancelled.message).toMatch(/^Full sync cancelled after /);
    const { body: stopped } = await under.stack.api.get<PageResource>(`/api/pages/${under.page.id}`);
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
      async () => (await under.workflow().describe()).status.name === 'COMPLETED',
      'the workflow to be closed as completed',
    );

    under.fast();
    const resumed = await under.start({ resume: true });
    expect(resumed.status).toBe(202);
    expect(resumed.body).toMatchObject({ id: started.body.id, status: 'IN_PROGRESS', completedAt: null });
    const job = await under.ended();
    expect(job.id).toBe(started.body.id);
    expectComplete(job);
    await expectInboxStored(under.stack, under.page);

    // a page whose call was cut off by the cancel may be asked for again, a page that was stored never
    const asked = cursorsAsked();
    const again = asked.filter((cursor, index) => asked.indexOf(cursor) !== index);
    expect(again.length).toBeLessThanOrEqual(2);
    expect(job.totals.batches).toBe(job.totals.apiCalls);
    const { body: after } = await under.stack.api.get<PageResource>(`/api/pages/${under.page.id}`);
    expect(after.syncCheckpoint).toBeNull();
    expect(after.lastSyncedAt).not.toBeNull();
  });

  test('Temporal’s own cancel ends the job as cleanly and closes the workflow as cancelled', async () => {
    await under.start();
    await under.fetched(400);
    await under.workflow().cancel();
    const job = await under.ended();
    expect(job.status).toBe('CANCELLED');
    await eventually(
      async () => (await under.workflow().describe()).status.name === 'CANCELLED',
      'the workflow closed as cancelled',
    );
    const { body } = await under.stack.api.get<PageResource>(`/api/pages/${under.page.id}`);
    expect(body.syncCheckpoint).toMatchObject({ jobId: job.id, current: job.totals.fetched });
    under.fast();
    await under.start({ resume: true });
    expectComplete(await under.ended());
  });

  test('a dead cursor starts the walk over, and nothing is stored or counted twice', async () => {
    await under.start();
    await under.fetched(800);
    await under.command('cancel');
    const cancelled = await under.ended();
    under.stack.simulator.control('POST', '/cursors', { page: under.page.facebookPageId, dead: true });
    under.fast();
    await under.start({ resume: true });
    const job = await under.ended();
    expect(job.id).toBe(cancelled.id);
    expectComplete(job);
    await expectInboxStored(under.stack, under.page);
  });

  test('without a checkpoint there is nothing to resume', async () => {
    const answer = await under.stack.api.post<{ type: string }>(`/api/pages/${under.page.id}/sync`, {
      resume: true,
    });
    expect(answer.status).toBe(409);
    expect(answer.body.type).toBe('urn:pagesync:problem:nothing-to-resume');
    expect((await under.stack.api.get(`/api/pages/${under.page.id}/sync`)).status).toBe(404);
  });

  test('a new sync without resume begins anew with a job of its own', async () => {
    const first = await under.start();
    await under.fetched(400);
    await under.command('cancel');
    const cancelled = await under.ended();
    under.fast();
    const second = await under.start();
    expect(second.body.id).not.toBe(first.body.id);
    const job = await under.ended();
    expect(job.totals).toMatchObject({
      fetched: CONVERSATIONS,
      inserted: CONVERSATIONS - cancelled.totals.inserted,
      unchanged: cancelled.totals.inserted,
    });
  });
});

describe('pause and resume', () => {
  test('stops calling Meta, shows it, and goes on where it stood', async () => {
    await under.start();
    await under.fetched(400);
    expect((await under.command('pause')).status).toBe(202);
    const paused = await under.inStatus('PAUSED');
    expect(paused.job.tokenExpired).toBe(false);
    const { body } = await under.stack.api.get<PageResource>(`/api/pages/${under.page.id}`);
    expect(body.syncCheckpoint).toMatchObject({ current: paused.job.totals.fetched });
    const calls = cursorsAsked().length;
    // nothing to wait for: a paused job makes no call, so the workflow's whole history stands still
    const length = (await under.workflow().describe()).historyLength;
    expect((await under.status()).job.totals).toEqual(paused.job.totals);
    expect(cursorsAsked().length).toBe(calls);
    expect((await under.workflow().describe()).historyLength).toBeLessThanOrEqual(length + 3);

    under.fast();
    expect((await under.command('resume')).status).toBe(202);
    const job = await under.ended();
    expectComplete(job);
    expect(new Set(cursorsAsked()).size).toBe(cursorsAsked().length);
    await expectInboxStored(under.stack, under.page);
  });

  test('a paused job can be cancelled', async () => {
    await under.start();
    await under.fetched(200);
    await under.command('pause');
    await under.inStatus('PAUSED');
    await under.command('cancel');
    expect((await under.ended()).status).toBe('CANCELLED');
  });

  test('pausing twice, resuming what is not paused: no-ops', async () => {
    await under.start();
    await under.fetched(200);
    await under.command('resume');
    await under.command('pause');
    await under.command('pause');
    await under.inStatus('PAUSED');
    under.fast();
    await under.command('resume');
    expectComplete(await under.ended());
  });

  test('with nothing running each command answers 404', async () => {
    for (const command of ['pause', 'resume', 'cancel']) {
      const answer = await under.stack.api.post<{ type: string }>(
        `/api/pages/${under.page.id}/sync/${command}`,
      );
      expect(answer.status).toBe(404);
      expect(answer.body.type).toBe('urn:pagesync:problem:sync-not-running');
    }
  });
});

describe('a token that dies', () => {
  test('parks the job; connecting the page anew resumes it where it stood', async () => {
    const started = await under.start();
    await under.fetched(400);
    under.stack.simulator.control('POST', '/token', { page: under.page.facebookPageId, state: 'expired' });
    const parked = await under.inStatus('PAUSED');
    expect(parked.job).toMatchObject({ tokenExpired: true, lastError: { kind: 'auth' } });
    expect((await under.stack.api.get<PageResource>(`/api/pages/${under.page.id}`)).body.tokenState).toBe(
      'needs_reconnect',
    );

    // resuming without a new token parks it again
    await under.command('resume');
    await eventually(async () => {
      const now = await under.status();
      return now.job.status === 'PAUSED' && now.job.revision > parked.job.revision + 1;
    }, 'the job to be parked again');

    const accessToken = 'a-new-token';
    under.stack.simulator.control('POST', '/token', {
      page: under.page.facebookPageId,
      state: 'valid',
      token: accessToken,
    });
    under.fast();
    const connected = await under.stack.api.post<PageResource>('/api/pages', {
      facebookPageId: under.page.facebookPageId,
      name: under.page.name,
      accessToken,
    });
    expect(connected.status).toBe(200);
    expect(connected.body).toMatchObject({
      tokenState: 'valid',
      instagramAccountId: under.page.instagramAccountId,
    });
    const job = await under.ended();
    expect(job).toMatchObject({ id: started.body.id, tokenExpired: false });
    expectComplete(job);
  });
});
