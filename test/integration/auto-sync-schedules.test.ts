import { Client, Connection } from '@temporalio/client';
import { describe, expect, inject, test } from 'vitest';
import type { AutoSyncPage } from '../../src/contract/auto-sync.ts';
import { followRow } from '../../src/contract/follow-row.ts';
import type { SchedulesResult } from '../../src/contract/maintenance.ts';
import { autoSyncId } from '../../src/contract/names.ts';
import type { ListResource, PageResource } from '../../src/contract/resources.ts';
import { createStore, createTokenCipher } from '../../src/store/index.ts';
import { RECONNECT_NOTE } from '../../src/temporal/auto-sync-schedule.ts';
import { deleteAutoSyncSchedules, schedulesOf } from '../support/auto-sync.ts';
import { autoSyncUnderTest, everySecond } from '../support/auto-sync-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { deleteSchedules, runTask } from '../support/maintenance.ts';
import { startRelay } from '../support/relay.ts';
import { startStack, type TestPage } from '../support/stack.ts';

const under = autoSyncUnderTest();
const { scheduleOf, described, isGone, patch, stop, detail } = under;

describe('the schedule of a page', () => {
  test('is there while the page wants one, as the page says, and tells people in the Web UI what it is', async () => {
    const page = await under.stack.addPage({ conversations: 5 });
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
    const list = await under.stack.api.get<ListResource<PageResource>>('/api/pages?limit=1');
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
    const page = await under.stack.addPage({ conversations: 5 });
    await patch(page, { autoSync: true });
    await scheduleOf(page).pause('a person');
    // Temporal answers for a schedule only once that has done what it was told, and the API waits for it no longer than people do
    expect((await described(page)).state.paused).toBe(true);
    expect(await patch(page, { syncIntervalSeconds: 7200 })).toMatchObject({ nextAutoSyncAt: null });
    const { spec, state } = await described(page);
    expect(spec.intervals).toMatchObject([{ every: 7_200_000 }]);
    expect(state).toMatchObject({ paused: true, note: 'a person' });
    await scheduleOf(page).unpause();
    await eventually(async () => (await detail(page)).nextAutoSyncAt !== null, 'the next sync to be planned');
    await stop(page);
  });
});

test('a page that is disconnected has none; connected again it has one, as before', async () => {
  const page = await under.stack.addPage({ conversations: 5 });
  await patch(page, { autoSync: true, syncIntervalSeconds: 1800 });
  const answer = await under.stack.api.fetch(`/api/pages/${page.id}`, { method: 'DELETE' });
  expect(answer.status).toBe(200);
  expect(await isGone(page)).toBe(true);
  expect(await detail(page)).toMatchObject({ autoSync: true, nextAutoSyncAt: null });
  expect(await under.autoSync(page)).toEqual({ outcome: 'skipped', why: 'not-connected', jobIds: [] });
  // nobody is told of a token that was erased on purpose
  expect(await under.toldOf(page)).toEqual([]);
  // no schedule for it, whatever is changed
  expect(await patch(page, { syncIntervalSeconds: 3600 })).toMatchObject({ nextAutoSyncAt: null });
  expect(await isGone(page)).toBe(true);
  await under.reconnect(page);
  expect((await described(page)).spec.intervals).toMatchObject([{ every: 3_600_000 }]);
  await stop(page);
});

describe('schedules and pages that have drifted apart', () => {
  const repair = async () => (await runTask(under.stack, 'schedules')) as SchedulesResult;

  test('are brought together again, whichever side is ahead', async () => {
    const pages = await Promise.all(
      Array.from({ length: 6 }, () => under.stack.addPage({ conversations: 0 })),
    );
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
    await under.stack.sql`UPDATE facebook_pages SET auto_sync = false WHERE id = ${off.id}`;
    await under.stack.sql`UPDATE facebook_pages SET sync_interval_seconds = 7200 WHERE id = ${slower.id}`;
    await scheduleOf(altered).update((now) => ({ ...now, spec: { intervals: [{ every: '1 minute' }] } }));
    await under.stack.sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${dead.id}`;
    // of a page that is not there
    const nobody: AutoSyncPage = { ...everySecond(gone), intervalSeconds: 3600, facebookPageId: '1999' };
    await schedulesOf(under.stack).align(nobody);
    // another installation's is none of ours
    const foreign = {
      temporal: under.stack.temporal,
      config: { ...under.stack.config, queuePrefix: `other-${under.stack.config.queuePrefix}` },
    };
    await schedulesOf(foreign).align(nobody);
    // the list of schedules lags behind
    await eventually(async () => {
      const ids = await schedulesOf(under.stack).facebookPageIds();
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

    await under.stack.sql`UPDATE facebook_pages SET token_state = 'valid' WHERE id = ${dead.id}`;
    expect(await repair()).toMatchObject({ repaired: 1, failed: 0 });
    expect((await described(dead)).state.paused).toBe(false);
    expect(await repair()).toMatchObject({ repaired: 0, failed: 0 });
    for (const page of pages) await stop(page);
  });

  test('because two followed the row at the same moment, and the one with the older row came last: it looks again', async () => {
    const page = await under.stack.addPage({ conversations: 0 });
    const rowOf = createStore(under.stack.sql, createTokenCipher(under.stack.config.tokenKeys)).autoSync.find;
    const { align } = schedulesOf(under.stack);
    await patch(page, { autoSync: true });
    await under.stack.sql`UPDATE facebook_pages SET sync_interval_seconds = 600 WHERE id = ${page.id}`;
    const older = await rowOf(page.id);
    if (older === null) throw new Error('The page is there');
    // the newer one overtakes it
    await patch(page, { syncIntervalSeconds: 900 });
    await followRow(older, { read: rowOf, align });
    expect((await described(page)).spec.intervals).toMatchObject([{ every: 900_000 }]);

    // a row that changes all the time is left to the next run
    let seconds = 1000;
    const restless = async (id: string) => {
      seconds += 1;
      await under.stack.sql`UPDATE facebook_pages SET sync_interval_seconds = ${seconds} WHERE id = ${id}`;
      return rowOf(id);
    };
    expect(await followRow(older, { read: restless, align })).toBe('changed');
    expect(seconds).toBe(1003);
    expect(await repair()).toMatchObject({ repaired: 1 });

    // an automatic sync that is turned off meanwhile leaves nothing behind
    await stop(page);
    expect(await followRow(older, { read: rowOf, align })).toBe('deleted');
    expect(await isGone(page)).toBe(true);
  });

  test('because Temporal was away when the page was changed: the page is changed all the same', async () => {
    const page = await under.stack.addPage({ conversations: 0 });
    const relay = await startRelay(inject('temporalAddress'));
    const api = await under.stack.addApi({ TEMPORAL_ADDRESS: relay.address });
    relay.cut();
    expect(await patch(page, { autoSync: true }, api)).toMatchObject({
      autoSync: true,
      nextAutoSyncAt: null,
    });
    expect(await isGone(page)).toBe(true);
    // nor does anybody wait for longer than he says: to connect is part of it
    const away = new Client({ connection: Connection.lazy({ address: relay.address }) });
    const schedules = schedulesOf({ temporal: away, config: under.stack.config });
    const before = Date.now();
    await expect(schedules.align(everySecond(page), 500)).rejects.toThrow(/Temporal/);
    expect(Date.now() - before).toBeLessThan(900);
    await away.connection.close();
    await relay.close();
    expect(await repair()).toMatchObject({ repaired: 1 });
    await eventually(async () => (await detail(page)).nextAutoSyncAt !== null, 'the next sync to be planned');
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
      await schedulesOf(alone).align(everySecond(page));
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
