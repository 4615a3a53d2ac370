import { describe, expect, test } from 'vitest';
import type { JobResource, StreamEvent, SyncStatusResource } from '../../src/contract/resources.ts';
import { labelOf, type Notice, stateOf } from '../../web/components/button-state.ts';
import { sampleSync } from '../../web/pages/components/sample-sync.ts';
import {
  afterAnswer,
  afterEvent,
  elapsedMs,
  endOf,
  hasCoveredPage,
  type KnownSync,
} from '../../web/sync/sync-status.ts';
import {
  announcementOf,
  historiesLeft,
  longProgress,
  shortProgress,
  timeLeft,
} from '../../web/sync/sync-words.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const running: KnownSync = sampleSync(NOW);

function status(job: Partial<JobResource>, more: Partial<SyncStatusResource> = {}): SyncStatusResource {
  return { ...running.status, ...more, job: { ...running.status.job, ...job } };
}

function event(changes: Partial<StreamEvent>): StreamEvent {
  return {
    status: 'processing',
    jobStatus: 'IN_PROGRESS',
    jobId: running.status.job.id,
    current: 20,
    total: null,
    inserted: 20,
    updated: 0,
    skipped: 0,
    failed: 0,
    eventsCreated: 100,
    histories: 0,
    historiesLeft: null,
    name: 'Ann',
    waitingUntil: null,
    tokenExpired: false,
    error: null,
    ...changes,
  };
}

describe('what is known of a sync', () => {
  test('answers that were overtaken say nothing', () => {
    const newer = afterAnswer(running, status({ revision: 7 }), NOW);
    expect(afterAnswer(newer, status({ revision: 6, status: 'PAUSED' }), NOW)).toBe(newer);
    expect(afterEvent(newer, event({}), '6999', NOW)).toBe(newer);
    expect(afterEvent(newer, event({}), '7000', NOW)?.status.job.totals.fetched).toBe(20);
  });

  test('within a revision the counter never goes back, whatever overtakes what', () => {
    const told = afterEvent(running, event({ current: 120, inserted: 120, name: 'Zoe' }), '7005', NOW);
    if (told === null) throw new Error('not known');
    const { totals } = running.status.job;
    // an answer that was on its way, with the counters of before
    const answered = afterAnswer(told, status({ revision: 7, totals: { ...totals, apiCalls: 99 } }), NOW);
    expect(answered.status.job).toMatchObject({
      totals: { fetched: 120, inserted: 120, eventsCreated: 100, apiCalls: 99 },
      currentName: 'Zoe',
    });
    // an answer that is ahead of the events, and those that come after it
    const ahead = afterAnswer(told, status({ revision: 7, totals: { ...totals, fetched: 200 } }), NOW);
    const late = afterEvent(ahead, event({ current: 121, inserted: 121, name: 'Bob' }), '7006', NOW);
    expect(late?.status.job.totals).toMatchObject({ fetched: 200, inserted: 121 });
    // another revision says it anew, and another job begins at nothing
    const next = afterEvent(ahead, event({ current: 100 }), '8000', NOW);
    expect(next?.status.job.totals.fetched).toBe(100);
    const another = status({ id: 'another', revision: 7, totals: { ...totals, fetched: 0 } });
    expect(afterAnswer(told, another, NOW).status.job.totals.fetched).toBe(0);
  });

  test('what the row alone does not know stays as the workflow has said it, until the sync has ended', () => {
    const streams = running.status.streams;
    const byRow = afterAnswer(running, status({ revision: 2 }, { phase: null, streams: null }), NOW);
    expect(byRow.status).toMatchObject({ phase: 'walk', streams });
    const ended = status({ revision: 3, status: 'COMPLETED' }, { phase: 'ended', streams: null });
    expect(afterAnswer(byRow, ended, NOW).status.streams).toBeNull();
  });

  test('an event of another job is none of this one', () => {
    expect(afterEvent(running, event({ jobId: 'another' }), '9000', NOW)).toBeNull();
  });

  test('the clock runs while the sync does, and stands while it is paused', () => {
    const later = afterEvent(running, event({ jobStatus: 'PAUSED', error: 'Trouble.' }), '2000', NOW + 4000);
    if (later === null) throw new Error('not known');
    expect(elapsedMs(running, NOW + 4000)).toBe(running.status.job.elapsedMs + 4000);
    expect(elapsedMs(later, NOW + 60_000)).toBe(running.status.job.elapsedMs + 4000);
    expect(later.trouble).toBe('Trouble.');
  });

  test('a job that is resumed ends again', () => {
    const first = {
      ...running.status.job,
      status: 'CANCELLED',
      completedAt: '2026-11-22T12:00:00Z',
    } as const;
    expect(endOf(running.status.job)).toBeNull();
    expect(endOf(first)).not.toBe(
      endOf({ ...first, status: 'COMPLETED', completedAt: '2026-11-22T12:01:00Z' }),
    );
  });

  test('only a sync of the whole page makes it synced', () => {
    const job = { ...running.status.job, status: 'COMPLETED' } as const;
    expect(hasCoveredPage(job)).toBe(true);
    expect(hasCoveredPage({ ...job, status: 'UP_TO_DATE', mode: 'incremental' })).toBe(true);
    expect(hasCoveredPage({ ...job, mode: 'selective' })).toBe(false);
    expect(hasCoveredPage({ ...job, maxConversations: 10 })).toBe(false);
    expect(hasCoveredPage({ ...job, status: 'PARTIAL' })).toBe(false);
  });
});

describe('in words', () => {
  test('how far it is, with and without a total, and never more than there are', () => {
    const { job } = running.status;
    expect([shortProgress(job), longProgress(job)]).toEqual(['15 of 250', '15 of 250 conversations']);
    expect(longProgress({ ...job, total: null })).toBe('15 conversations');
    expect(shortProgress({ ...job, total: 10 })).toBe('15 of 15');
  });

  test('how long it will take, while somebody can say', () => {
    // 15 in 8 s; 235 are left
    expect(timeLeft(running, NOW)).toBe(126);
    expect(timeLeft({ ...running, status: status({ total: null }) }, NOW)).toBeNull();
    expect(timeLeft({ ...running, status: status({ status: 'PAUSED' }) }, NOW)).toBeNull();
    const older = status({ historiesLeft: 12 }, { phase: 'history' });
    expect([historiesLeft(older), timeLeft({ ...running, status: older }, NOW)]).toEqual([12, null]);
  });

  test('what is read out changes with each quarter, not with each number', () => {
    const said = [15, 16, 62, 63, 124, 125, 249].map((fetched) =>
      announcementOf(status({ totals: { ...running.status.job.totals, fetched } }), NOW),
    );
    expect(new Set(said).size).toBe(4);
    expect(said[3]).toBe('The sync runs: 25 percent.');
  });
});

describe('the button', () => {
  const show = (of: SyncStatusResource | null, notice: Notice | null = null, isStarting = false) =>
    stateOf(of, { isStarting, notice, page: 'My Page', nowMs: NOW });
  const notice = { message: 'Why.', inserted: 1, updated: 2, eventsCreated: 3 };

  test.each([
    ['idle', null, null],
    ['syncing', status({}), null],
    // a sync that runs is what matters now
    ['syncing', status({}), { ...notice, status: 'complete' as const }],
    ['paused', status({ status: 'PAUSED' }), null],
    ['parked', status({ status: 'PAUSED', tokenExpired: true }), null],
    ['success', status({ status: 'COMPLETED' }), { ...notice, status: 'complete' as const }],
    ['idle', status({ status: 'COMPLETED' }), null],
    ['error', status({ status: 'FAILED' }), { ...notice, status: 'error' as const }],
    ['idle', status({ status: 'FAILED' }), null],
    ['partial', status({ status: 'PARTIAL' }), null],
    ['partial', status({ status: 'CANCELLED' }), { ...notice, status: 'cancelled' as const }],
  ])('is %s', (kind, of, told) => {
    expect(show(of, told).kind).toBe(kind);
  });

  test('says what a sync has brought in signs, and in words for those who listen', () => {
    const state = show(status({ status: 'COMPLETED' }), { ...notice, status: 'complete' });
    expect(labelOf(state, true)).toEqual({
      text: '+1 ↻2 · 3 events',
      words: 'Synced: 1 new, 2 updated, 3 events',
    });
    expect(labelOf(show(status({})), true).text).toBe('15 of 250');
    expect(labelOf(show(status({})), false).text).toBe('Syncing …');
    expect(labelOf(show(null, null, true), true).text).toBe('Starting …');
  });
});
