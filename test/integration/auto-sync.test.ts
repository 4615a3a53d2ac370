import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { autoSyncId } from '../../src/contract/names.ts';
import type { NotificationResource, UnreadCounts } from '../../src/contract/notifications.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { RECONNECT_NOTE } from '../../src/temporal/auto-sync-schedule.ts';
import { schedulesOf, startAutoSync } from '../support/auto-sync.ts';
import { autoSyncUnderTest, everySecond } from '../support/auto-sync-under-test.ts';
import { eventually } from '../support/eventually.ts';

const under = autoSyncUnderTest();
const {
  control,
  latency,
  message,
  refuse,
  noFaults,
  described,
  patch,
  stop,
  detail,
  jobsOf,
  toldOf,
  autoSync,
  reconnect,
} = under;

describe('an automatic sync', () => {
  test('comes by itself, again and again, and tells people when there is news and only then', async () => {
    const page = await under.stack.addPage({ conversations: 30, messages: 3 });
    await patch(page, { autoSync: true });
    await schedulesOf(under.stack).align(everySecond(page));

    const first = await under.stack.ended(page);
    expect(first).toMatchObject({ status: 'COMPLETED', trigger: 'schedule', mode: 'full' });
    const [told] = await eventually(async () => {
      const all = await toldOf(page);
      return all.length > 0 ? all : null;
    }, 'the news');
    expect(told).toMatchObject({
      kind: 'sync-finished',
      severity: 'info',
      jobId: first.id,
      text: first.message,
    });
    expect(told?.title).toContain(`${page.name}: 30 new conversations`);

    // nothing new, twice
    await eventually(
      async () => (await jobsOf(page)).filter((job) => job.status === 'UP_TO_DATE').length >= 2,
      '2 more',
    );
    expect(await toldOf(page)).toHaveLength(1);
    const quiet = (await jobsOf(page))[0];
    expect(quiet).toMatchObject({ trigger: 'schedule', mode: 'incremental' });

    message(page);
    const [second] = await eventually(async () => {
      const all = await toldOf(page);
      return all.length > 1 ? all : null;
    }, 'more news');
    expect(second?.title).toBe(`${page.name}: 1 updated conversation, 1 new event`);
    // the workflow of each is the page's, started by the automatic one; people find both
    const query = `PageId = '${page.facebookPageId}' AND SyncTrigger = 'schedule'`;
    const types = await eventually(async () => {
      const found = new Set<string>();
      for await (const { type } of under.stack.temporal.workflow.list({ query })) found.add(type);
      return found.size === 2 ? [...found].sort() : null;
    }, 'both in the list of workflows');
    expect(types).toEqual(['AutoSyncWorkflow', 'SyncWorkflow']);
    const sync = await under.stack.temporal.workflow.getHandle(page.facebookPageId).describe();
    expect(sync.parentExecution?.workflowId).toContain(
      autoSyncId(under.stack.config.queuePrefix, page.facebookPageId),
    );
    expect(await sync.staticSummary()).toBe(`incremental sync of page ${page.facebookPageId}`);
    await stop(page);
  });

  test('never overlaps the one before, however long it takes', async () => {
    const page = await under.stack.addPage({ conversations: 600, messages: 2, instagram: false });
    await patch(page, { autoSync: true });
    latency(700);
    await schedulesOf(under.stack).align(everySecond(page));
    await eventually(
      async () => (await described(page)).info.numActionsSkippedOverlap >= 2,
      'two that were skipped',
    );
    expect(await jobsOf(page)).toHaveLength(1);
    await stop(page);
    latency(0);
    // the schedule is gone, the sync is not
    expect(await under.stack.ended(page)).toMatchObject({ status: 'COMPLETED', totals: { fetched: 600 } });
  });

  test('joins a sync that is running', async () => {
    const page = await under.stack.addPage({ conversations: 300 });
    await patch(page, { autoSync: true });
    latency(500);
    const running = (await under.stack.api.post<JobResource>(`/api/pages/${page.id}/sync`)).body;
    expect(await autoSync(page)).toEqual({ outcome: 'joined', why: null, jobIds: [] });
    latency(0);
    expect(await under.stack.ended(page)).toMatchObject({ id: running.id, status: 'COMPLETED' });
    expect(await jobsOf(page)).toHaveLength(1);
    expect(await toldOf(page)).toEqual([]);
    await stop(page);
  });

  test('first takes up what is left of an earlier one, then looks for news', async () => {
    const page = await under.stack.addPage({ conversations: 500 });
    await patch(page, { autoSync: true });
    latency(200);
    const { id } = (await under.stack.api.post<JobResource>(`/api/pages/${page.id}/sync`)).body;
    await eventually(async () => {
      const { totals } = (await under.stack.api.get<JobResource>(`/api/jobs/${id}`)).body;
      return totals.fetched >= 100;
    }, '100 conversations');
    await under.stack.api.post(`/api/pages/${page.id}/sync/cancel`);
    await under.stack.temporal.workflow.getHandle(page.facebookPageId).result();
    latency(0);
    const result = await autoSync(page);
    expect(result).toMatchObject({ outcome: 'synced', why: null, jobIds: [id, expect.any(String)] });
    const [next, resumed] = await jobsOf(page);
    expect(resumed).toMatchObject({ id, status: 'COMPLETED', trigger: 'manual', totals: { fetched: 500 } });
    expect(next).toMatchObject({ id: result.jobIds[1], status: 'UP_TO_DATE', trigger: 'schedule' });
    expect(await toldOf(page)).toMatchObject([{ jobId: id, kind: 'sync-finished' }]);

    // what a selective one has left is not taken up
    latency(200);
    await under.stack.api.post(`/api/pages/${page.id}/sync`, { mode: 'selective', platforms: ['messenger'] });
    await under.stack.api.post(`/api/pages/${page.id}/sync/cancel`);
    await under.stack.temporal.workflow.getHandle(page.facebookPageId).result();
    latency(0);
    expect((await autoSync(page)).jobIds).toHaveLength(1);
    expect((await jobsOf(page))[0]).toMatchObject({ status: 'UP_TO_DATE', mode: 'incremental' });
    await stop(page);
  });

  test('that cannot finish one platform still brings the news of the other, and keeps no place from a first sync', async () => {
    const page = await under.stack.addPage({ conversations: 60 });
    await patch(page, { autoSync: true });
    refuse(page, 'instagram');
    await autoSync(page);
    expect((await jobsOf(page))[0]).toMatchObject({ status: 'PARTIAL', mode: 'full' });
    message(page);
    const { jobIds } = await autoSync(page);
    expect(jobIds).toHaveLength(2);
    expect((await jobsOf(page))[0]).toMatchObject({
      id: jobIds[1],
      status: 'PARTIAL',
      totals: { updated: 1 },
    });
    const told = await toldOf(page);
    expect(told[0]).toMatchObject({ kind: 'sync-finished', severity: 'warning', jobId: jobIds[1] });
    noFaults();

    // of a page that no sync has covered yet the place is all there is
    const fresh = await under.stack.addPage({ conversations: 300, instagram: false });
    await patch(fresh, { autoSync: true });
    latency(300);
    await under.stack.api.post(`/api/pages/${fresh.id}/sync`);
    await eventually(async () => ((await jobsOf(fresh))[0]?.totals.fetched ?? 0) >= 100, '100 conversations');
    refuse(fresh);
    const stopped = await under.stack.ended(fresh);
    expect(stopped).toMatchObject({ status: 'PARTIAL' });
    latency(0);
    await under.stack.temporal.workflow.getHandle(fresh.facebookPageId).result();
    expect(await autoSync(fresh)).toEqual({ outcome: 'synced', why: 'incomplete', jobIds: [stopped.id] });
    expect(await detail(fresh)).toMatchObject({ syncCheckpoint: { jobId: stopped.id } });
    noFaults();
    await stop(page);
    await stop(fresh);
  });

  test('keeps how far a platform has come that no sync has covered, however often it cannot go on', async () => {
    const page = await under.stack.addPage({ conversations: 600 });
    await patch(page, { autoSync: true });
    control('/faults', {
      match: { page: page.facebookPageId, platform: 'instagram', edge: 'conversations', afterCalls: 2 },
      times: 'always',
      fault: { kind: 'error', name: 'permission-200' },
    });
    const [id] = (await autoSync(page)).jobIds;
    const marks = async () =>
      (
        await under.stack
          .sql`SELECT messenger_watermark IS NOT NULL AS messenger, instagram_watermark IS NOT NULL AS instagram
        FROM facebook_pages WHERE id = ${page.id}`
      )[0];
    const readOfInstagram = async () =>
      (
        await under.stack.sql`SELECT max(fetched_so_far) AS n FROM sync_batches
        WHERE job_id = ${id ?? ''} AND stream = 'instagram'`
      )[0]?.n as number;
    expect(await marks()).toEqual({ messenger: true, instagram: false });
    const before = await readOfInstagram();
    expect(before).toBeGreaterThan(0);
    for (const _ of [1, 2]) {
      expect(await autoSync(page)).toEqual({ outcome: 'synced', why: 'incomplete', jobIds: [id] });
      expect(await detail(page)).toMatchObject({ syncCheckpoint: { jobId: id } });
    }
    expect(await readOfInstagram()).toBe(before);
    noFaults();
    // the same job ends, having read everything once
    expect((await autoSync(page)).jobIds).toEqual([id, expect.any(String)]);
    expect((await jobsOf(page))[1]).toMatchObject({ id, status: 'COMPLETED', totals: { fetched: 600 } });
    expect(await marks()).toEqual({ messenger: true, instagram: true });
    await stop(page);
  });

  test('that fails tells people, once until they have read it', async () => {
    const page = await under.stack.addPage({ conversations: 5, instagram: false });
    await patch(page, { autoSync: true });
    refuse(page);
    for (const _ of [1, 2]) expect((await autoSync(page)).outcome).toBe('synced');
    noFaults();
    expect((await jobsOf(page)).map(({ status }) => status)).toEqual(['FAILED', 'FAILED']);
    const [told, ...more] = await toldOf(page);
    expect(told).toMatchObject({ kind: 'sync-failed', severity: 'error' });
    expect(more).toEqual([]);
    const unread = async () =>
      (await under.stack.api.get<{ unread: UnreadCounts }>('/api/notifications?limit=1')).body.unread.error;
    const before = await unread();
    const read = await under.stack.api.post<NotificationResource>(`/api/notifications/${told?.id}/read`);
    expect(read.body.readAt).not.toBeNull();
    expect(await unread()).toBe(before - 1);
    await stop(page);
  });

  test('does nothing when it is not wanted any more, whatever started it', async () => {
    const page = await under.stack.addPage({ conversations: 5 });
    expect(await autoSync(page)).toEqual({ outcome: 'skipped', why: 'off', jobIds: [] });
    expect(await autoSync({ ...page, id: randomUUID() })).toMatchObject({ why: 'not-connected' });
    expect(await jobsOf(page)).toEqual([]);
  });

  test('whose own run is cancelled leaves the sync alone', async () => {
    const page = await under.stack.addPage({ conversations: 300 });
    await patch(page, { autoSync: true });
    latency(300);
    const run = await startAutoSync(under.stack, page);
    await eventually(async () => (await jobsOf(page)).length > 0, 'the job');
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    latency(0);
    expect(await under.stack.ended(page)).toMatchObject({ status: 'COMPLETED', totals: { fetched: 300 } });
    await stop(page);
  });
});

test('a dead token parks the sync and pauses the schedule; connecting the page resumes both and loses nothing', async () => {
  const page = await under.stack.addPage({ conversations: 400 });
  await patch(page, { autoSync: true });
  latency(100);
  const run = await startAutoSync(under.stack, page);
  await eventually(async () => ((await jobsOf(page))[0]?.totals.fetched ?? 0) >= 100, '100 conversations');
  control('/token', { page: page.facebookPageId, state: 'expired' });
  await eventually(async () => (await jobsOf(page))[0]?.status === 'PAUSED', 'the pause');
  latency(0);
  const { state } = await eventually(async () => {
    const now = await described(page);
    return now.state.paused ? now : null;
  }, 'the paused schedule');
  expect(state.note).toBe(RECONNECT_NOTE);
  expect(await detail(page)).toMatchObject({ tokenState: 'needs_reconnect', nextAutoSyncAt: null });
  expect(await toldOf(page)).toMatchObject([{ kind: 'token-expired', severity: 'error' }]);
  // to resume without a new token parks it again: told once
  await under.stack.api.post(`/api/pages/${page.id}/sync/resume`);
  await eventually(async () => (await jobsOf(page))[0]?.status === 'PAUSED', 'the second pause');
  expect(await toldOf(page)).toHaveLength(1);
  expect(await autoSync(page)).toMatchObject({ outcome: 'skipped', why: 'needs-reconnect' });
  // turned on anew it stands still from the beginning
  await stop(page);
  expect(await patch(page, { autoSync: true })).toMatchObject({ nextAutoSyncAt: null });
  expect((await described(page)).state).toMatchObject({ paused: true, note: RECONNECT_NOTE });

  await reconnect(page);
  expect((await described(page)).state.paused).toBe(false);
  // the automatic run has waited all the time
  expect(await run.result()).toMatchObject({ outcome: 'synced' });
  expect(await jobsOf(page)).toMatchObject([{ status: 'COMPLETED', totals: { fetched: 400 } }]);
  expect((await toldOf(page)).map(({ kind }) => kind)).toEqual(['sync-finished', 'token-expired']);
  await stop(page);
});
