import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { z } from 'zod';
import type { AutoSyncPage } from '../../src/contract/auto-sync.ts';
import type { SchedulesResult } from '../../src/contract/maintenance.ts';
import { autoSyncId } from '../../src/contract/names.ts';
import type { NotificationResource, UnreadCounts } from '../../src/contract/notifications.ts';
import type {
  JobResource,
  ListResource,
  PageResource,
  pageDetailResource,
} from '../../src/contract/resources.ts';
import { RECONNECT_NOTE } from '../../src/temporal/auto-sync-schedule.ts';
import { deleteAutoSyncSchedules, schedulesOf, startAutoSync } from '../support/auto-sync.ts';
import { eventually } from '../support/eventually.ts';
import { deleteSchedules, runTask } from '../support/maintenance.ts';
import { startRelay } from '../support/relay.ts';
import { type Api, type Stack, startStack, type TestPage } from '../support/stack.ts';

type PageDetail = z.infer<typeof pageDetailResource>;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(async () => {
  await deleteAutoSyncSchedules(stack);
  await deleteSchedules(stack);
  await stack.close();
});

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
const latency = (ms: number) => control('/latency', { ms });
const scheduleOf = (page: TestPage) =>
  stack.temporal.schedule.getHandle(autoSyncId(stack.config.queuePrefix, page.facebookPageId));
const described = (page: TestPage) => scheduleOf(page).describe();
const isGone = async (page: TestPage) =>
  described(page).then(
    () => false,
    (error: unknown) => error instanceof ScheduleNotFoundError,
  );

async function patch(page: TestPage, change: object, api: Api = stack.api): Promise<PageDetail> {
  const response = await api.fetch(`/api/pages/${page.id}`, {
    method: 'PATCH',
    body: JSON.stringify(change),
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as PageDetail;
}
const detail = async (page: TestPage) => (await stack.api.get<PageDetail>(`/api/pages/${page.id}`)).body;
const jobsOf = async (page: TestPage) =>
  (await stack.api.get<ListResource<JobResource>>(`/api/jobs?pageId=${page.id}`)).body.data;
const toldOf = async (page: TestPage) =>
  (await stack.api.get<ListResource<NotificationResource>>(`/api/notifications?pageId=${page.id}`)).body.data;

/** What the row says, but every second or two: nobody may ask for that, and no test can wait for longer. */
const often = (page: TestPage, intervalSeconds = 1): AutoSyncPage => ({
  pageId: page.id,
  facebookPageId: page.facebookPageId,
  wanted: true,
  intervalSeconds,
  needsReconnect: false,
});
const stop = (page: TestPage) => patch(page, { autoSync: false });
const autoSync = async (page: TestPage) => (await startAutoSync(stack, page)).result();
const message = (page: TestPage, count = 1) =>
  control('/inbox/messages', { page: page.facebookPageId, platform: 'messenger', index: 0, count });

async function reconnect(page: TestPage): Promise<PageResource> {
  const token = `token-${randomUUID()}`;
  control('/token', { page: page.facebookPageId, state: 'valid', token });
  const { facebookPageId, name } = page;
  const answer = await stack.api.post<PageResource>('/api/pages', {
    facebookPageId,
    name,
    accessToken: token,
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('the schedule of a page', () => {
  test('is there while the page wants one, as the page says, and tells people in the Web UI what it is', async () => {
    const page = await stack.addPage({ conversations: 5 });
    expect(await detail(page)).toMatchObject({
      autoSync: false,
      syncIntervalSeconds: 3600,
      autoPipelineId: null,
      autoPipelineMode: 'SKIP_EXISTING',
      nextAutoSyncAt: null,
    });
    expect(await isGone(page)).toBe(true);

    const on = await patch(page, { autoSync: true });
    expect(on).toMatchObject({ autoSync: true, syncIntervalSeconds: 3600 });
    const { spec, policies, action, state, typedSearchAttributes, info } = await described(page);
    expect(spec).toMatchObject({ intervals: [{ every: 3_600_000 }], jitter: 300_000 });
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });
    expect(action).toMatchObject({
      workflowType: 'AutoSyncWorkflow',
      args: [{ pageId: page.id, facebookPageId: page.facebookPageId }],
    });
    expect(state).toMatchObject({ paused: false, note: 'every 3600 seconds, as the page says' });
    expect(typedSearchAttributes.getAll()).toMatchObject([{ value: page.facebookPageId }]);
    expect(on.nextAutoSyncAt).toBe(info.nextActionTimes[0]?.toISOString());
    const nextMs = Date.parse(on.nextAutoSyncAt ?? '') - Date.now();
    expect(nextMs).toBeGreaterThan(0);
    expect(nextMs).toBeLessThan(3_900_000);
    // lists are not for asking Temporal a page at a time
    const list = await stack.api.get<ListResource<PageResource>>('/api/pages?limit=1');
    expect(list.body.data[0]).toMatchObject({ id: page.id, autoSync: true });
    expect(list.body.data[0]).not.toHaveProperty('nextAutoSyncAt');

    await patch(page, {
      syncIntervalSeconds: 60,
      autoPipelineId: 'later',
      autoPipelineMode: 'UPDATE_EXISTING',
    });
    expect((await described(page)).spec).toMatchObject({ intervals: [{ every: 60_000 }], jitter: 6000 });
    expect(await detail(page)).toMatchObject({
      autoSync: true,
      syncIntervalSeconds: 60,
      autoPipelineId: 'later',
      autoPipelineMode: 'UPDATE_EXISTING',
    });
    // what is not named stays, and nothing changes that should not
    const before = (await described(page)).info.lastUpdatedAt;
    expect(await patch(page, {})).toMatchObject({ autoSync: true, autoPipelineId: 'later' });
    expect((await described(page)).info.lastUpdatedAt).toEqual(before);

    expect(await patch(page, { autoSync: false, autoPipelineId: null })).toMatchObject({
      autoSync: false,
      autoPipelineId: null,
      nextAutoSyncAt: null,
    });
    expect(await isGone(page)).toBe(true);
  });

  test('that a person has paused stays paused, and yet gets a new interval', async () => {
    const page = await stack.addPage({ conversations: 5 });
    await patch(page, { autoSync: true });
    await scheduleOf(page).pause('a person');
    expect(await patch(page, { syncIntervalSeconds: 7200 })).toMatchObject({ nextAutoSyncAt: null });
    const { spec, state } = await described(page);
    expect(spec.intervals).toMatchObject([{ every: 7_200_000 }]);
    expect(state).toMatchObject({ paused: true, note: 'a person' });
    await scheduleOf(page).unpause();
    expect((await detail(page)).nextAutoSyncAt).not.toBeNull();
    await stop(page);
  });
});

describe('an automatic sync', () => {
  test('comes by itself, again and again, and tells people when there is news and only then', async () => {
    const page = await stack.addPage({ conversations: 30, messages: 3 });
    await patch(page, { autoSync: true });
    await schedulesOf(stack).align(often(page));

    const first = await stack.ended(page);
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

    // nothing new, three times
    await eventually(
      async () => (await jobsOf(page)).filter((job) => job.status === 'UP_TO_DATE').length >= 3,
      '3 more',
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
      for await (const { type } of stack.temporal.workflow.list({ query })) found.add(type);
      return found.size === 2 ? [...found].sort() : null;
    }, 'both in the list of workflows');
    expect(types).toEqual(['AutoSyncWorkflow', 'SyncWorkflow']);
    const sync = await stack.temporal.workflow.getHandle(page.facebookPageId).describe();
    expect(sync.parentExecution?.workflowId).toContain(
      autoSyncId(stack.config.queuePrefix, page.facebookPageId),
    );
    expect(await sync.staticSummary()).toBe(`incremental sync of page ${page.facebookPageId}`);
    await stop(page);
  });

  test('never overlaps the one before, however long it takes', async () => {
    const page = await stack.addPage({ conversations: 600, messages: 2, instagram: false });
    await patch(page, { autoSync: true });
    latency(700);
    await schedulesOf(stack).align(often(page));
    await eventually(
      async () => (await described(page)).info.numActionsSkippedOverlap >= 2,
      'two that were skipped',
    );
    expect(await jobsOf(page)).toHaveLength(1);
    await stop(page);
    latency(0);
    // the schedule is gone, the sync is not
    expect(await stack.ended(page)).toMatchObject({ status: 'COMPLETED', totals: { fetched: 600 } });
  });

  test('joins a sync that is running', async () => {
    const page = await stack.addPage({ conversations: 300 });
    await patch(page, { autoSync: true });
    latency(500);
    const running = (await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`)).body;
    expect(await autoSync(page)).toEqual({ outcome: 'joined', why: null, jobIds: [] });
    latency(0);
    expect(await stack.ended(page)).toMatchObject({ id: running.id, status: 'COMPLETED' });
    expect(await jobsOf(page)).toHaveLength(1);
    expect(await toldOf(page)).toEqual([]);
    await stop(page);
  });

  test('first takes up what is left of an earlier one, then looks for news', async () => {
    const page = await stack.addPage({ conversations: 500 });
    await patch(page, { autoSync: true });
    latency(200);
    const { id } = (await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`)).body;
    await eventually(async () => {
      const { totals } = (await stack.api.get<JobResource>(`/api/jobs/${id}`)).body;
      return totals.fetched >= 100;
    }, '100 conversations');
    await stack.api.post(`/api/pages/${page.id}/sync/cancel`);
    await stack.temporal.workflow.getHandle(page.facebookPageId).result();
    latency(0);
    const result = await autoSync(page);
    expect(result).toMatchObject({ outcome: 'synced', why: null, jobIds: [id, expect.any(String)] });
    const [next, resumed] = await jobsOf(page);
    expect(resumed).toMatchObject({ id, status: 'COMPLETED', trigger: 'manual', totals: { fetched: 500 } });
    expect(next).toMatchObject({ id: result.jobIds[1], status: 'UP_TO_DATE', trigger: 'schedule' });
    expect(await toldOf(page)).toMatchObject([{ jobId: id, kind: 'sync-finished' }]);

    // what a selective one has left is not taken up
    latency(200);
    await stack.api.post(`/api/pages/${page.id}/sync`, { mode: 'selective', platforms: ['messenger'] });
    await stack.api.post(`/api/pages/${page.id}/sync/cancel`);
    await stack.temporal.workflow.getHandle(page.facebookPageId).result();
    latency(0);
    expect((await autoSync(page)).jobIds).toHaveLength(1);
    expect((await jobsOf(page))[0]).toMatchObject({ status: 'UP_TO_DATE', mode: 'incremental' });
    await stop(page);
  });

  test('that cannot finish one platform still brings the news of the other, and keeps no place from a first sync', async () => {
    const page = await stack.addPage({ conversations: 60 });
    await patch(page, { autoSync: true });
    const refused = { match: { page: page.facebookPageId, platform: 'instagram' }, times: 'always' };
    control('/faults', { ...refused, fault: { kind: 'error', name: 'permission-200' } });
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
    stack.simulator.control('DELETE', '/faults');

    // of a page that no sync has covered yet the place is all there is
    const fresh = await stack.addPage({ conversations: 300, instagram: false });
    await patch(fresh, { autoSync: true });
    const later = {
      match: { page: fresh.facebookPageId },
      times: 'always',
      fault: { kind: 'error', name: 'permission-200' },
    };
    latency(300);
    await stack.api.post(`/api/pages/${fresh.id}/sync`);
    await eventually(async () => ((await jobsOf(fresh))[0]?.totals.fetched ?? 0) >= 100, '100 conversations');
    control('/faults', later);
    const stopped = await stack.ended(fresh);
    expect(stopped).toMatchObject({ status: 'PARTIAL' });
    latency(0);
    await stack.temporal.workflow.getHandle(fresh.facebookPageId).result();
    expect(await autoSync(fresh)).toEqual({ outcome: 'synced', why: 'incomplete', jobIds: [stopped.id] });
    expect(await detail(fresh)).toMatchObject({ syncCheckpoint: { jobId: stopped.id } });
    stack.simulator.control('DELETE', '/faults');
    await stop(page);
    await stop(fresh);
  });

  test('that fails tells people, once until they have read it', async () => {
    const page = await stack.addPage({ conversations: 5, instagram: false });
    await patch(page, { autoSync: true });
    control('/faults', {
      match: { page: page.facebookPageId },
      times: 'always',
      fault: { kind: 'error', name: 'permission-200' },
    });
    for (const _ of [1, 2]) expect((await autoSync(page)).outcome).toBe('synced');
    stack.simulator.control('DELETE', '/faults');
    expect((await jobsOf(page)).map(({ status }) => status)).toEqual(['FAILED', 'FAILED']);
    const [told, ...more] = await toldOf(page);
    expect(told).toMatchObject({ kind: 'sync-failed', severity: 'error' });
    expect(more).toEqual([]);
    const unread = async () =>
      (await stack.api.get<{ unread: UnreadCounts }>('/api/notifications?limit=1')).body.unread.error;
    const before = await unread();
    const read = await stack.api.post<NotificationResource>(`/api/notifications/${told?.id}/read`);
    expect(read.body.readAt).not.toBeNull();
    expect(await unread()).toBe(before - 1);
    await stop(page);
  });

  test('does nothing when it is not wanted any more, whatever started it', async () => {
    const page = await stack.addPage({ conversations: 5 });
    expect(await autoSync(page)).toEqual({ outcome: 'skipped', why: 'off', jobIds: [] });
    expect(await autoSync({ ...page, id: randomUUID() })).toMatchObject({ why: 'not-connected' });
    expect(await jobsOf(page)).toEqual([]);
  });

  test('whose own run is cancelled leaves the sync alone', async () => {
    const page = await stack.addPage({ conversations: 300 });
    await patch(page, { autoSync: true });
    latency(300);
    const run = await startAutoSync(stack, page);
    await eventually(async () => (await jobsOf(page)).length > 0, 'the job');
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    latency(0);
    expect(await stack.ended(page)).toMatchObject({ status: 'COMPLETED', totals: { fetched: 300 } });
    await stop(page);
  });
});

test('a dead token parks the sync and pauses the schedule; connecting the page resumes both and loses nothing', async () => {
  const page = await stack.addPage({ conversations: 400 });
  await patch(page, { autoSync: true });
  latency(100);
  const run = await startAutoSync(stack, page);
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
  await stack.api.post(`/api/pages/${page.id}/sync/resume`);
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

describe('schedules and pages that have drifted apart', () => {
  const repair = async () => (await runTask(stack, 'schedules')) as SchedulesResult;

  test('are brought together again, whichever side is ahead', async () => {
    const pages = await Promise.all(Array.from({ length: 6 }, () => stack.addPage({ conversations: 0 })));
    const [gone, off, slower, altered, dead, fine] = pages as [
      TestPage,
      TestPage,
      TestPage,
      TestPage,
      TestPage,
      TestPage,
    ];
    for (const page of pages) await patch(page, { autoSync: true });
    await repair();

    await scheduleOf(gone).delete();
    await stack.sql`UPDATE facebook_pages SET auto_sync = false WHERE id = ${off.id}`;
    await stack.sql`UPDATE facebook_pages SET sync_interval_seconds = 7200 WHERE id = ${slower.id}`;
    await scheduleOf(altered).update((now) => ({ ...now, spec: { intervals: [{ every: '1 minute' }] } }));
    await stack.sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${dead.id}`;
    // of a page that is not there
    const nobody: AutoSyncPage = { ...often(gone, 3600), facebookPageId: '1999' };
    await schedulesOf(stack).align(nobody);
    // another installation's is none of ours
    const foreign = {
      temporal: stack.temporal,
      config: { ...stack.config, queuePrefix: `other-${stack.config.queuePrefix}` },
    };
    await schedulesOf(foreign).align(nobody);
    // the list of schedules lags behind
    await eventually(async () => {
      const ids = await schedulesOf(stack).facebookPageIds();
      return ids.includes('1999') && !ids.includes(gone.facebookPageId);
    }, 'Temporal’s own list');

    const untouched = (await described(fine)).info.lastUpdatedAt;
    expect(await repair()).toMatchObject({ repaired: 6, failed: 0 });
    expect((await described(gone)).spec.intervals).toMatchObject([{ every: 3_600_000 }]);
    expect(await isGone(off)).toBe(true);
    expect((await described(slower)).spec.intervals).toMatchObject([{ every: 7_200_000 }]);
    expect((await described(altered)).spec).toMatchObject({
      intervals: [{ every: 3_600_000 }],
      jitter: 300_000,
    });
    expect((await described(dead)).state).toMatchObject({ paused: true, note: RECONNECT_NOTE });
    expect((await described(fine)).info.lastUpdatedAt).toEqual(untouched);
    expect(await schedulesOf(foreign).facebookPageIds()).toEqual(['1999']);
    await deleteAutoSyncSchedules(foreign);

    await stack.sql`UPDATE facebook_pages SET token_state = 'valid' WHERE id = ${dead.id}`;
    expect(await repair()).toMatchObject({ repaired: 1, failed: 0 });
    expect((await described(dead)).state.paused).toBe(false);
    expect(await repair()).toMatchObject({ repaired: 0, failed: 0 });
    for (const page of pages) await stop(page);
  });

  test('because Temporal was away when the page was changed: the page is changed all the same', async () => {
    const page = await stack.addPage({ conversations: 0 });
    const relay = await startRelay(inject('temporalAddress'));
    const api = await stack.addApi({ TEMPORAL_ADDRESS: relay.address });
    relay.cut();
    expect(await patch(page, { autoSync: true }, api)).toMatchObject({
      autoSync: true,
      nextAutoSyncAt: null,
    });
    expect(await isGone(page)).toBe(true);
    await relay.close();
    expect(await repair()).toMatchObject({ repaired: 1 });
    expect((await detail(page)).nextAutoSyncAt).not.toBeNull();
    await stop(page);
  });

  test('while no worker was there: schedules go on, their runs wait, and a worker repairs by itself', async () => {
    const alone = await startStack({ workers: 0, env: { MAINTENANCE: 'on', SCHEDULE_CHECK_SECONDS: '1' } });
    try {
      const [page, other] = [
        await alone.addPage({ conversations: 20 }),
        await alone.addPage({ conversations: 0 }),
      ];
      await patch(page, { autoSync: true }, alone.api);
      await schedulesOf(alone).align(often(page));
      const schedule = alone.temporal.schedule.getHandle(
        autoSyncId(alone.config.queuePrefix, page.facebookPageId),
      );
      // one run is waiting, and those that would come after it are skipped
      await eventually(
        async () => (await schedule.describe()).info.numActionsSkippedOverlap >= 1,
        'a run that waits',
      );
      await alone.sql`UPDATE facebook_pages SET auto_sync = true WHERE id = ${other.id}`;
      await alone.addWorker();
      expect(await alone.ended(page)).toMatchObject({ status: 'COMPLETED', trigger: 'schedule' });
      await eventually(async () => {
        const ids = await schedulesOf(alone).facebookPageIds();
        return ids.includes(other.facebookPageId);
      }, 'the schedule that was missing');
      await eventually(
        async () => (await schedule.describe()).spec.intervals?.[0]?.every === 3_600_000,
        'the interval that the page says',
      );
    } finally {
      await deleteSchedules(alone);
      await deleteAutoSyncSchedules(alone);
      await alone.close();
    }
  });
});
