/* The examples of the first documents, letter by letter. */
import { describe, expect, test } from 'vitest';
import { seedFixed, seedJobEvent, seedOptimized, seedStatus, seedSync } from '../../src/api/seeds/shapes.ts';
import { NO_TOTALS } from '../../src/contract/progress.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import {
  seedFixedResource,
  seedOptimizedResource,
  seedStatusResource,
  seedStreamEvent,
  seedSyncResource,
} from '../../src/contract/seeds.ts';

const job: JobResource = {
  id: '7d0f9c9e-5a5e-4b8e-9a35-0d2b7f0f0a01',
  pageId: '7d0f9c9e-5a5e-4b8e-9a35-0d2b7f0f0a02',
  facebookPageId: '123456',
  status: 'COMPLETED',
  mode: 'full',
  trigger: 'manual',
  messageDepth: 'all',
  maxConversations: null,
  selection: null,
  conversationId: null,
  total: 10_000,
  totalExact: true,
  totals: {
    ...NO_TOTALS,
    fetched: 10_000,
    inserted: 8500,
    updated: 1500,
    eventsCreated: 85_000,
    batches: 100,
  },
  historiesLeft: null,
  elapsedMs: 120_500,
  conversationsPerSecond: 83,
  tokenExpired: false,
  currentName: 'John Doe',
  waitingUntil: null,
  lastError: null,
  message: 'Full sync: 10,000 conversations with 85,000 events in 2m 1s',
  validation: {},
  createdAt: '2025-11-10T04:30:00.000Z',
  startedAt: '2025-11-10T04:30:00.000Z',
  completedAt: '2025-11-10T04:32:00.500Z',
  revision: 7,
};
const running: JobResource = {
  ...job,
  status: 'IN_PROGRESS',
  total: null,
  completedAt: null,
  message: null,
  totals: { ...job.totals, fetched: 3400, inserted: 3400, updated: 0, eventsCreated: 2900 },
};
const parked: JobResource = { ...running, status: 'PAUSED', tokenExpired: true };
const partial: JobResource = {
  ...running,
  status: 'PARTIAL',
  message: 'Full sync stopped early',
  completedAt: job.completedAt,
};
const failure = {
  platform: 'messenger',
  conversationGraphId: 't_1',
  graphId: 'm_2',
  reason: 'invalid',
  detail: 'no id',
} as const;

test('sync', () => {
  expect(seedSync(job)).toEqual({
    success: true,
    synced: 10000,
    inserted: 8500,
    updated: 1500,
    total: 10000,
    eventsCreated: 85000,
    syncMode: 'full',
    message: 'Full sync: 10000 conversation(s) with 85000 events',
    jobId: job.id,
    jobStatus: 'COMPLETED',
  });
  expect(
    seedSync({ ...job, mode: 'incremental', status: 'UP_TO_DATE', total: null, totals: NO_TOTALS }),
  ).toMatchObject({
    total: 0,
    syncMode: 'incremental',
    message: 'Incremental sync: 0 conversation(s) with 0 events',
  });
  expect(seedSync(running).message).toBe(
    'Full sync still running: 3400 conversation(s) with 2900 events so far',
  );
  for (const one of [job, running, partial])
    expect(seedSyncResource.safeParse(seedSync(one)).error).toBeUndefined();
});

test('sync-optimized', () => {
  const answer = seedOptimized(job, []);
  expect(answer).toMatchObject({
    success: true,
    stats: {
      fetched: 10000,
      inserted: 8500,
      updated: 1500,
      events: 85000,
      batches: 100,
      duration: '120.5s',
      speed: '83.0 conversations/sec',
      errors: [],
    },
    message: 'Successfully synced 10000 conversations in 120.5s',
  });
  expect(seedOptimizedResource.safeParse(answer).error).toBeUndefined();
  expect(seedOptimized(job, [failure]).stats.errors).toEqual([
    { platform: 'Messenger', id: 't_1', error: 'invalid: no id' },
  ]);
});

test('sync-fixed', () => {
  expect(seedFixed(job)).toMatchObject({ hasMore: false, resumeSession: null });
  expect(seedFixed(running)).toMatchObject({ success: true, hasMore: true, resumeSession: job.id });
  expect(seedFixed(partial)).toMatchObject({
    hasMore: true,
    resumeSession: job.id,
    message: 'Full sync stopped early',
  });
  expect(seedFixedResource.safeParse(seedFixed(partial)).error).toBeUndefined();
});

describe('sync-status', () => {
  test('of a sync that is complete', () => {
    expect(seedStatus(job, [])).toEqual({
      id: job.id,
      facebookPageId: '123456',
      status: 'COMPLETED',
      syncedContacts: 10000,
      failedContacts: 0,
      totalContacts: 10000,
      errors: [],
      tokenExpired: false,
      startedAt: job.startedAt,
      completedAt: job.completedAt,
      createdAt: job.createdAt,
    });
  });

  test.each([
    ['PENDING', {}, 'PENDING', false],
    ['IN_PROGRESS', {}, 'IN_PROGRESS', false],
    // somebody has paused it, and will let it go on
    ['PAUSED', {}, 'IN_PROGRESS', false],
    ['PAUSED', { tokenExpired: true }, 'FAILED', true],
    ['COMPLETED', {}, 'COMPLETED', false],
    ['UP_TO_DATE', {}, 'COMPLETED', false],
    ['PARTIAL', { message: 'Stopped early' }, 'FAILED', true],
    ['CANCELLED', { message: 'Cancelled' }, 'FAILED', true],
    ['FAILED', { message: 'Failed' }, 'FAILED', true],
  ] as const)('%s %j is %s', (status, more, expected, hasError) => {
    const answer = seedStatus({ ...running, status, ...more }, [failure]);
    expect(answer.status).toBe(expected);
    const whole = 'message' in more ? more.message : 'Token expired - reconnection required';
    const aside = { platform: 'Messenger', id: 't_1', error: 'invalid: no id' };
    expect(answer.errors).toEqual(hasError ? [{ error: whole }, aside] : [aside]);
    expect(seedStatusResource.safeParse(answer).error).toBeUndefined();
  });
});

test('the streams’ lines', () => {
  expect(seedJobEvent(running)).toMatchObject({
    status: 'processing',
    current: 3400,
    total: null,
    error: null,
  });
  expect(seedJobEvent(job)).toMatchObject({
    status: 'complete',
    current: 10000,
    total: 10000,
    message: job.message,
  });
  expect(seedJobEvent(partial)).toMatchObject({
    status: 'error',
    error: 'Full sync stopped early',
    canResume: true,
  });
  expect(seedJobEvent(parked)).toMatchObject({ status: 'error', tokenExpired: true, canResume: true });
  expect(seedJobEvent({ ...partial, status: 'FAILED' })).toMatchObject({ status: 'error', canResume: false });
  expect(seedJobEvent({ ...running, waitingUntil: job.createdAt })).toMatchObject({
    status: 'processing',
    message: `Facebook wants no calls until ${job.createdAt}`,
  });
  for (const one of [job, running, parked])
    expect(seedStreamEvent.safeParse(seedJobEvent(one)).error).toBeUndefined();
});
