import { describe, expect, test } from 'vitest';
import { batchEvents, snapshotEvent, snapshotId } from '../../src/api/stream-events.ts';
import { JOB_STATUSES } from '../../src/contract/job-status.ts';
import type { JobResource, StreamEvent } from '../../src/contract/resources.ts';
import type { ProgressHint, StoredItem } from '../../src/store/index.ts';
import { MAX_ITEMS } from '../../src/store/progress-channel.ts';
import { fc } from './property.ts';

const JOB: JobResource = {
  id: 'job',
  pageId: 'page',
  facebookPageId: '100',
  status: 'IN_PROGRESS',
  mode: 'full',
  trigger: 'manual',
  messageDepth: 'all',
  maxConversations: null,
  selection: null,
  conversationId: null,
  total: 250,
  totalExact: false,
  totals: {
    fetched: 15,
    inserted: 9,
    updated: 3,
    unchanged: 2,
    failed: 1,
    eventsCreated: 80,
    batches: 1,
    apiCalls: 2,
    histories: 4,
    historiesFailed: 0,
    unavailable: 0,
  },
  historiesLeft: 6,
  elapsedMs: 1000,
  conversationsPerSecond: 15,
  tokenExpired: false,
  currentName: 'Ann',
  waitingUntil: null,
  lastError: null,
  message: null,
  validation: {},
  createdAt: '2026-01-31T12:00:00.000Z',
  startedAt: '2026-01-31T12:00:00.000Z',
  completedAt: null,
  revision: 7,
};
const before = { fetched: 100, inserted: 60, updated: 20, unchanged: 15, failed: 5, events: 900 };
const hint = (items?: StoredItem[], total: number | null = 250): ProgressHint => ({
  jobId: 'job',
  revision: 7,
  batch: { before, total, histories: 4, historiesLeft: 6, ...(items === undefined ? {} : { items }) },
});

describe('a snapshot', () => {
  test('is the job in the seeds’ fields', () => {
    expect(snapshotEvent(JOB)).toMatchObject({
      status: 'processing',
      jobStatus: 'IN_PROGRESS',
      jobId: 'job',
      current: 15,
      total: 250,
      inserted: 9,
      updated: 3,
      skipped: 2,
      failed: 1,
      eventsCreated: 80,
      histories: 4,
      historiesLeft: 6,
      name: 'Ann',
    });
  });

  test('has a status for every state of a job', () => {
    expect(JOB_STATUSES.map((status) => [status, snapshotEvent({ ...JOB, status }).status])).toEqual([
      ['PENDING', 'processing'],
      ['IN_PROGRESS', 'processing'],
      ['PAUSED', 'paused'],
      ['COMPLETED', 'complete'],
      ['UP_TO_DATE', 'complete'],
      ['PARTIAL', 'partial'],
      ['CANCELLED', 'cancelled'],
      ['FAILED', 'error'],
    ] satisfies [string, StreamEvent['status']][]);
  });
});

describe('the events of a batch', () => {
  test('carry the running totals of the job', () => {
    const events = batchEvents(
      hint([
        ['Ann', 1, 0, 0, 8],
        ['Bob', 1, 1, 0, 9],
        [null, 1, 1, 1, 9],
      ]),
    );
    expect(
      events.map(({ event }) => [
        event.name,
        event.current,
        event.inserted,
        event.updated,
        event.skipped,
        event.failed,
        event.eventsCreated,
      ]),
    ).toEqual([
      ['Ann', 101, 61, 20, 15, 5, 908],
      ['Bob', 102, 61, 21, 15, 5, 909],
      [null, 103, 61, 21, 16, 5, 909],
    ]);
    expect(
      events.every(
        ({ event }) => event.status === 'processing' && event.jobId === 'job' && event.total === 250,
      ),
    ).toBe(true);
  });

  test('say how far the older messages are', () => {
    const [first] = batchEvents(hint([['Ann', 1, 0, 0, 8]]));
    expect(first?.event).toMatchObject({ histories: 4, historiesLeft: 6 });
  });

  test('never show more than the total', () => {
    expect(batchEvents(hint([['Ann', 1, 0, 0, 0]], 90))[0]?.event).toMatchObject({
      current: 101,
      total: 101,
    });
    expect(batchEvents(hint([['Ann', 1, 0, 0, 0]], null))[0]?.event.total).toBeNull();
  });

  test.each<[string, ProgressHint]>([
    ['a change of state', { jobId: 'job', revision: 7 }],
    ['a batch whose names would not fit', hint()],
    ['an empty batch', hint([])],
  ])('are none for %s', (_, empty) => {
    expect(batchEvents(empty)).toEqual([]);
  });
});

test('ids only grow: over the conversations of a batch, to its snapshot, to the next revision', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(MAX_ITEMS), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 10 ** 9 }),
      (sizes, first) => {
        const ids = sizes.flatMap((size, i) => {
          const items = Array.from({ length: size }, (_, n): StoredItem => ['Ann', n + 1, 0, 0, 0]);
          const events = batchEvents({ ...hint(items), revision: first + i });
          return [...events.map(({ id }) => id), snapshotId(first + i)];
        });
        for (const [i, id] of ids.entries()) {
          expect(Number.isSafeInteger(id)).toBe(true);
          if (i > 0) expect(id).toBeGreaterThan(ids[i - 1] ?? 0);
        }
      },
    ),
  );
});
