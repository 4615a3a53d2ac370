import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../../src/contract/platform.ts';
import { newStream } from '../../workflows/stream-state.ts';
import type { SyncRunInput } from '../../workflows/sync.ts';
import {
  afterSlice,
  begin,
  carryOver,
  isFinished,
  revive,
  type SyncState,
  sliceInput,
  streamOf,
} from '../../workflows/sync-state.ts';
import { JOB, json, NOW, slice, walking } from './sync-samples.ts';

const BOTH = { platforms: [...PLATFORMS] };

describe('a state that was carried over', () => {
  /** What a run of the first version carried, as Temporal recorded it. */
  function carriedByV1(): SyncState {
    const url = new URL('../histories/sync-v1-continued-last.json', import.meta.url);
    const history = JSON.parse(readFileSync(url, 'utf8')) as {
      events: {
        workflowExecutionStartedEventAttributes?: { input: { payloads: { data: string }[] } };
      }[];
    };
    const data = history.events[0]?.workflowExecutionStartedEventAttributes?.input.payloads[0]?.data ?? '';
    const input = JSON.parse(Buffer.from(data, 'base64').toString()) as SyncRunInput;
    if (input.carried === undefined) throw new Error('The recorded run carried nothing');
    return input.carried;
  }

  test('is revived as it was', () => {
    const failed = afterSlice(walking(), 'instagram', slice('transient'), NOW);
    const state = carryOver(afterSlice(failed, 'messenger', slice('end'), NOW));
    expect(revive(json(state), true)).toEqual(state);
  });

  test('by the first version gets what that did not know', () => {
    const carried = carriedByV1();
    for (const missing of ['phase', 'hasHistory', 'stuckSinceMs']) {
      expect(carried.streams[0]).not.toHaveProperty(missing);
    }
    const state = revive(carried, true);
    expect(json(state)).toEqual(state);
    expect(state).toMatchObject({ status: 'IN_PROGRESS', phase: 'walk', mode: null, knowsHistory: true });
    expect(state.continuations).toBe(carried.continuations);
    expect(state.job).toEqual({
      ...carried.job,
      histories: 0,
      historiesFailed: 0,
      unavailable: 0,
      historiesLeft: null,
    });
    for (const [i, stream] of state.streams.entries()) {
      expect(stream).toEqual({ ...newStream(stream.platform), ...carried.streams[i] });
      expect(Object.keys(stream).sort()).toEqual(Object.keys(newStream('messenger')).sort());
    }
  });

  test('by the first version goes on: the walk it was opened for, without a history phase', () => {
    const state = revive(carriedByV1(), true);
    expect(sliceInput(state, 'messenger', JOB)).toMatchObject({
      mode: 'full',
      stopBelow: null,
      lookFirst: false,
      stuckSinceMs: null,
      restartAfterSeq: null,
    });
    const end = afterSlice(state, 'messenger', slice('end'), NOW);
    expect(isFinished(end)).toBe(true);
  });

  test('by the first version may have a history phase once it is opened again', () => {
    const state = begin(revive(carriedByV1(), true), BOTH, JOB.options);
    expect(streamOf(state, 'messenger')).toMatchObject({ state: 'walking', hasHistory: true });
    expect(streamOf(state, 'instagram')).toMatchObject({ state: 'done', why: 'end' });
    const replayed = begin(revive(carriedByV1(), false), BOTH, JOB.options);
    expect(replayed.streams.map(({ hasHistory }) => hasHistory)).toEqual([false, false]);
  });
});
