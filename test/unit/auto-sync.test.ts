import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../src/contract/job-status.ts';
import { type NewNotification, syncNotification } from '../../src/contract/notifications.ts';
import { type JobTotals, NO_TOTALS } from '../../src/contract/progress.ts';
import { patchPageRequest } from '../../src/contract/requests.ts';
import {
  autoSyncSchedule,
  autoSyncTiming,
  RECONNECT_NOTE,
  wantedState,
} from '../../src/temporal/auto-sync-schedule.ts';

describe('when a page’s automatic syncs run', () => {
  const ids = Array.from({ length: 1000 }, (_, i) => String(100_000_000_000_000 + i));

  test.each([60, 3600, 86_400, 2_592_000])(
    'every %d seconds: within the interval, the jitter small',
    (seconds) => {
      for (const id of ids) {
        const { everyMs, offsetMs, jitterMs } = autoSyncTiming(id, seconds);
        expect(everyMs).toBe(seconds * 1000);
        expect(offsetMs).toBeGreaterThanOrEqual(0);
        expect(offsetMs).toBeLessThan(everyMs);
        expect(jitterMs).toBe(Math.min(300_000, seconds * 100));
      }
    },
  );

  test('pages whose ids follow one another are spread over the interval', () => {
    const perMinute = new Map<number, number>();
    for (const id of ids) {
      const minute = Math.floor(autoSyncTiming(id, 3600).offsetMs / 60_000);
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    expect(perMinute.size).toBe(60);
    // 1000 pages over 60 minutes: 17 each on average
    expect(Math.max(...perMinute.values())).toBeLessThan(50);
  });

  test('a page keeps its place', () => {
    expect(autoSyncTiming('100200300', 3600)).toEqual(autoSyncTiming('100200300', 3600));
  });
});

describe('the state of a schedule', () => {
  const page = { intervalSeconds: 3600, needsReconnect: false };
  const dead = { ...page, needsReconnect: true };
  const running = { paused: false, note: 'every 3600 seconds, as the page says' };
  const ours = { paused: true, note: RECONNECT_NOTE };
  const person = { paused: true, note: 'a person' };

  test.each([
    ['a new one runs', null, page, running],
    ['a new one of a dead page stands still', null, dead, ours],
    ['it is paused when the token dies', running, dead, ours],
    ['and stays so', ours, dead, ours],
    ['it goes on when the page is connected again', ours, page, running],
    ['a person’s pause stays', person, page, person],
    ['also while the token is dead', person, dead, person],
    ['a pause without a note is a person’s', { paused: true }, page, { paused: true, note: '' }],
    ['nobody lets it run with a dead token', { paused: false, note: 'a person' }, dead, ours],
  ] as const)('%s', (_what, current, of, wanted) => {
    expect(wantedState(current, of)).toEqual(wanted);
  });
});

test('a schedule holds ids, and nothing of the page but them', () => {
  const page = {
    pageId: 'p',
    facebookPageId: '100',
    wanted: true,
    intervalSeconds: 3600,
    needsReconnect: false,
  };
  expect(autoSyncSchedule(page, { prefix: 'blue-', taskQueue: 'blue-sync' })).toMatchObject({
    scheduleId: 'blue-auto-sync/100',
    policies: { overlap: 'SKIP', catchupWindow: 3_600_000 },
    action: {
      workflowType: 'AutoSyncWorkflow',
      workflowId: 'blue-auto-sync/100',
      taskQueue: 'blue-sync',
      args: [{ pageId: 'p', facebookPageId: '100' }],
    },
  });
});

describe('what people are told of an automatic sync', () => {
  const job = (status: JobStatus, totals: Partial<JobTotals> = {}) =>
    syncNotification(
      { id: 'j', pageId: 'p', status, message: 'the sentence', totals: { ...NO_TOTALS, ...totals } },
      'My page',
    );
  const news = { inserted: 1, updated: 1200, eventsCreated: 2 };

  test.each<[JobStatus, Partial<JobTotals>, Partial<NewNotification> | null]>([
    [
      'COMPLETED',
      news,
      {
        kind: 'sync-finished',
        severity: 'info',
        title: 'My page: 1 new conversation, 1,200 updated conversations, 2 new events',
        text: 'the sentence',
        dedupeKey: 'sync-finished:j',
      },
    ],
    ['COMPLETED', { eventsCreated: 1 }, { kind: 'sync-finished', title: 'My page: 1 new event' }],
    ['COMPLETED', { fetched: 5, unchanged: 5 }, null],
    ['UP_TO_DATE', {}, null],
    ['PARTIAL', news, { kind: 'sync-finished', severity: 'warning' }],
    ['PARTIAL', {}, { kind: 'sync-failed', severity: 'warning', dedupeKey: 'sync-failed:j' }],
    ['FAILED', {}, { kind: 'sync-failed', severity: 'error', title: 'My page: the automatic sync failed' }],
    ['CANCELLED', news, null],
    ['IN_PROGRESS', news, null],
    ['PAUSED', news, null],
  ])('%s with %o: %o', (status, totals, told) => {
    if (told === null) expect(job(status, totals)).toBeNull();
    else expect(job(status, totals)).toMatchObject({ ...told, pageId: 'p', jobId: 'j' });
  });
});

describe('PATCH of a page', () => {
  test.each([
    [{}, true],
    [{ autoSync: true, syncIntervalSeconds: 60 }, true],
    [{ syncIntervalSeconds: 2_592_000, autoPipelineId: null, autoPipelineMode: 'UPDATE_EXISTING' }, true],
    [{ syncIntervalSeconds: 59 }, false],
    [{ syncIntervalSeconds: 2_592_001 }, false],
    [{ syncIntervalSeconds: 60.5 }, false],
    [{ autoSync: 'yes' }, false],
    [{ autoSync: null }, false],
    [{ autoPipelineId: '' }, false],
    [{ autoPipelineMode: 'REPLACE' }, false],
    [{ accessToken: 'x' }, false],
  ])('%o: %s', (body, taken) => {
    expect(patchPageRequest.safeParse(body).success).toBe(taken);
  });
});
