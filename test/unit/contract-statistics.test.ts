import { describe, expect, test } from 'vitest';
import type { EndedStatus } from '../../src/contract/job-status.ts';
import { NO_TOTALS } from '../../src/contract/progress.ts';
import {
  conversationsPerSecond,
  formatCount,
  formatDuration,
  statisticsSentence,
} from '../../src/contract/statistics.ts';

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1234, '1,234'],
    [1_000_000, '1,000,000'],
  ])('%i is %s', (n, text) => {
    expect(formatCount(n)).toBe(text);
  });

  test.each([
    [0, '0.0s'],
    [49, '0.0s'],
    [800, '0.8s'],
    [9900, '9.9s'],
    [9990, '10s'],
    [10_000, '10s'],
    [42_400, '42s'],
    [59_400, '59s'],
    [59_600, '1m 0s'],
    [120_000, '2m 0s'],
    [3_599_400, '59m 59s'],
    [3_599_600, '1h 0m'],
    [3_780_000, '1h 3m'],
    [360_000_000, '100h 0m'],
  ])('%i ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [10_000, 120_000, 83.3],
    [5, 0, 0],
    [0, 1000, 0],
    [1, 3000, 0.3],
  ])('%i conversations in %i ms are %f a second', (fetched, ms, rate) => {
    expect(conversationsPerSecond(fetched, ms)).toBe(rate);
  });
});

describe('the sentence at the end of a job', () => {
  const job = {
    mode: 'full',
    elapsedMs: 120_000,
    fetched: 10_000,
    inserted: 10_000,
    updated: 0,
    failed: 0,
    eventsCreated: 85_000,
  } as const;
  const none = { ...job, fetched: 250, inserted: 0, eventsCreated: 0 };

  test.each<[string, EndedStatus, Omit<typeof job, 'fetched'> | object, string | null, string]>([
    [
      'the example of the requirements',
      'COMPLETED',
      {},
      null,
      'Full sync: 10,000 conversations with 85,000 events in 2m 0s',
    ],
    [
      'one of each',
      'COMPLETED',
      { fetched: 1, inserted: 1, eventsCreated: 1 },
      null,
      'Full sync: 1 conversation with 1 event in 2m 0s',
    ],
    [
      'some set aside',
      'COMPLETED',
      { failed: 1200 },
      null,
      'Full sync: 10,000 conversations with 85,000 events in 2m 0s, 1,200 set aside',
    ],
    [
      'all set aside',
      'COMPLETED',
      { fetched: 2, inserted: 0, eventsCreated: 0, failed: 2 },
      null,
      'Full sync: 2 conversations with 0 events in 2m 0s, 2 set aside',
    ],
    ['nothing new', 'COMPLETED', none, null, 'Full sync: 250 conversations read, nothing new, in 2m 0s'],
    [
      'an empty inbox',
      'COMPLETED',
      { ...none, fetched: 0 },
      null,
      'Full sync: 0 conversations read, nothing new, in 2m 0s',
    ],
    ['up to date', 'UP_TO_DATE', none, null, 'Full sync: nothing new'],
    [
      'cancelled',
      'CANCELLED',
      {},
      null,
      'Full sync cancelled after 10,000 conversations with 85,000 events in 2m 0s',
    ],
    [
      'partial',
      'PARTIAL',
      {},
      'Instagram: grant it.',
      'Full sync stopped early after 10,000 conversations with 85,000 events in 2m 0s. Instagram: grant it.',
    ],
    [
      'partial without a reason',
      'PARTIAL',
      {},
      null,
      'Full sync stopped early after 10,000 conversations with 85,000 events in 2m 0s',
    ],
    ['failed', 'FAILED', none, 'Messenger: grant it.', 'Full sync failed. Messenger: grant it.'],
    ['failed without a reason', 'FAILED', none, null, 'Full sync failed'],
    [
      'older messages set aside',
      'COMPLETED',
      { historiesFailed: 1200 },
      null,
      'Full sync: 10,000 conversations with 85,000 events in 2m 0s, older messages of 1,200 set aside',
    ],
    [
      'nothing new but older messages set aside',
      'COMPLETED',
      { ...none, historiesFailed: 1 },
      null,
      'Full sync: 250 conversations with 0 events in 2m 0s, older messages of 1 set aside',
    ],
    [
      'conversations and older messages set aside',
      'COMPLETED',
      { failed: 3, historiesFailed: 2, unavailable: 4500 },
      null,
      'Full sync: 10,000 conversations with 85,000 events in 2m 0s, 3 set aside, older messages of 2 set aside',
    ],
    [
      'nothing new where Meta hides older messages',
      'COMPLETED',
      { ...none, unavailable: 4500 },
      null,
      'Full sync: 250 conversations read, nothing new, in 2m 0s',
    ],
    [
      'partial with older messages set aside',
      'PARTIAL',
      { historiesFailed: 2, unavailable: 9 },
      'Instagram: grant it.',
      'Full sync stopped early after 10,000 conversations with 85,000 events in 2m 0s, older messages of 2 set aside. Instagram: grant it.',
    ],
    [
      'older messages alone',
      'COMPLETED',
      { ...none, eventsCreated: 1 },
      null,
      'Full sync: 250 conversations with 1 event in 2m 0s',
    ],
  ])('%s', (_, status, more, reason, sentence) => {
    expect(statisticsSentence({ ...NO_TOTALS, ...job, ...more, status }, reason)).toBe(sentence);
  });

  test.each([
    ['incremental', 'Incremental sync: nothing new'],
    ['selective', 'Selective sync: nothing new'],
  ] as const)('names the mode %s', (mode, sentence) => {
    expect(statisticsSentence({ ...NO_TOTALS, ...none, mode, status: 'UP_TO_DATE' })).toBe(sentence);
  });
});
