import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../../src/contract/platform.ts';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import {
  afterSlice,
  begin,
  historySliceInput,
  initialState,
  sliceInput,
} from '../../workflows/sync-state.ts';
import { historySlice, JOB, MESSAGE_LIMIT, NOW, SIZE, slice, walking } from './sync-samples.ts';

const BOTH = { platforms: [...PLATFORMS] };
const MARKS = { messenger: '2026-01-01T00:00:00.000Z' };

describe('what the next slice is told', () => {
  const job = (options: Partial<SyncWorkflowInput['options']>): SyncWorkflowInput => ({
    ...JOB,
    options: { ...JOB.options, maxConversations: null, ...options },
  });
  const SELECTION = {
    since: '2026-01-01T00:00:00.000Z',
    until: '2026-02-01T00:00:00.000Z',
    platforms: null,
    unreadOnly: true,
    conversations: null,
  };

  test('it goes on where the last one stood', () => {
    const state = afterSlice(walking(), 'instagram', slice('bad_request', { seq: 8 }), NOW);
    expect(sliceInput(state, 'instagram', JOB)).toEqual({
      jobId: 'job',
      pageId: 'page',
      platform: 'instagram',
      mode: 'full',
      pageSize: SIZE,
      messageDepth: 'all',
      maxConversations: 500,
      failures: 0,
      stuckSinceMs: null,
      // a cap covers the conversations that were walked and no others
      walkedOnly: true,
      refresh: false,
      restartAfterSeq: 8,
      stopBelow: null,
      lookFirst: false,
      until: null,
      unreadOnly: false,
      listed: false,
    });
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({ pageSize: null, restartAfterSeq: null });
  });

  test('how often and since when it has failed', () => {
    const failed = slice('transient', { advanced: false });
    const state = afterSlice(afterSlice(walking(), 'messenger', failed, NOW), 'messenger', failed, NOW + 1);
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({ failures: 2, stuckSinceMs: NOW });
    expect(sliceInput(state, 'instagram', JOB)).toMatchObject({ failures: 0, stuckSinceMs: null });
  });

  test.each([
    ['full', { walkedOnly: false, refresh: false }, job({})],
    ['capped', { walkedOnly: true, refresh: false }, job({ maxConversations: 5 })],
    ['selective', { walkedOnly: true, refresh: false }, job({ mode: 'selective' })],
    ['retry', { walkedOnly: true, refresh: false }, job({ mode: 'selective', trigger: 'retry' })],
    ['repair', { walkedOnly: true, refresh: true }, job({ mode: 'selective', trigger: 'repair' })],
  ] as const)('%s: both phases cover the same, %j', (_, expected, input) => {
    expect(sliceInput(walking(), 'messenger', input)).toMatchObject(expected);
    expect(historySliceInput(walking(), 'messenger', input)).toMatchObject(expected);
  });

  test('an incremental one looks first, where there is something to go by', () => {
    const opened = { ...BOTH, mode: 'incremental', stopBelow: MARKS } as const;
    const state = begin(initialState(), opened, JOB.options);
    const input = job({ mode: 'incremental' });
    expect(sliceInput(state, 'messenger', input)).toMatchObject({
      mode: 'incremental',
      stopBelow: MARKS.messenger,
      lookFirst: true,
    });
    expect(sliceInput(state, 'instagram', input)).toMatchObject({ stopBelow: null, lookFirst: false });
  });

  test('one that turned out to be full neither looks nor stops', () => {
    const state = begin(initialState(), { ...BOTH, mode: 'full' }, JOB.options);
    expect(sliceInput(state, 'messenger', job({ mode: 'incremental' }))).toMatchObject({
      mode: 'full',
      stopBelow: null,
      lookFirst: false,
    });
  });

  test('a selective one is told what is selected, and knows no watermark', () => {
    const state = begin(initialState(), { ...BOTH, mode: 'selective', stopBelow: MARKS }, JOB.options);
    const told = (selection: typeof SELECTION | null) =>
      sliceInput(state, 'messenger', job({ mode: 'selective', selection }));
    expect(told(SELECTION)).toMatchObject({
      mode: 'selective',
      stopBelow: SELECTION.since,
      until: SELECTION.until,
      unreadOnly: true,
      listed: false,
      lookFirst: false,
    });
    expect(told(null)).toMatchObject({ stopBelow: null, until: null, unreadOnly: false, listed: false });
  });

  test('ids of conversations are not in it, only that there are any', () => {
    const conversations = { messenger: ['t_secret'], instagram: [] };
    const selection = { ...SELECTION, since: null, until: null, unreadOnly: false, conversations };
    for (const platform of PLATFORMS) {
      const input = sliceInput(walking(), platform, job({ mode: 'selective', selection }));
      expect(input.listed).toBe(true);
      expect(JSON.stringify(input)).not.toContain('t_secret');
    }
  });

  test('the first slice of the history phase counts, later ones go on', () => {
    const state = afterSlice(walking(), 'messenger', slice('end'), NOW);
    expect(historySliceInput(state, 'messenger', JOB)).toEqual({
      jobId: 'job',
      pageId: 'page',
      platform: 'messenger',
      messageDepth: 'all',
      maxConversations: 500,
      failures: 0,
      stuckSinceMs: null,
      walkedOnly: true,
      refresh: false,
      listed: false,
      messageLimit: null,
      place: null,
      recount: true,
    });
    const place = { activityAt: '2026-01-31 12:00:00+00', id: 'c' };
    const later = afterSlice(state, 'messenger', historySlice('time', { place }), NOW);
    expect(historySliceInput(later, 'messenger', JOB)).toMatchObject({
      place,
      messageLimit: MESSAGE_LIMIT,
      recount: false,
    });
  });
});
