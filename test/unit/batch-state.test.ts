import { describe, expect, test } from 'vitest';
import {
  BATCH_PAGE_MOVES,
  BATCH_PAGE_STATES,
  batchCounts,
  batchSentence,
  OPEN_PAGE_STATES,
  WORKING_PAGE_STATES,
} from '../../src/contract/batches.ts';
import {
  afterLook,
  type BatchState,
  batchProgressOf,
  carryBatchOver,
  initialBatchState,
  mustLook,
  requestBatchCancel,
} from '../../workflows/batch-state.ts';

const counts = batchCounts({ SYNCING: 1, COMPLETED: 2 });
const working = [{ pageId: 'p', jobId: 'j', joined: false }];
const look = (
  state: BatchState,
  change: { changed?: boolean; idle?: boolean; over?: boolean } = {},
  cancel = false,
) =>
  afterLook(
    state,
    { status: 'IN_PROGRESS', counts, working, changed: false, idle: false, over: false, ...change },
    cancel,
  );

describe('the workflow’s state', () => {
  test('looks get further apart while nothing changes, and near again when something does', () => {
    const waits: number[] = [];
    let state = initialBatchState();
    for (const changed of [true, false, false, false, false, false, false, true]) {
      state = look(state, { changed });
      waits.push(state.waitMs);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 500]);
  });

  test('while all that is left stands still they are minutes apart, and near again when it goes on', () => {
    let state = initialBatchState();
    for (let i = 0; i < 12; i++) state = look(state, { idle: true });
    expect(state.waitMs).toBe(300_000);
    expect(mustLook(requestBatchCancel(state))).toBe(true);
    expect(look(state, { idle: false }).waitMs).toBe(500);
    expect(look(state, { idle: true, changed: true }).waitMs).toBe(500);
  });

  test('a cancel is looked at once, at once; after the end it is nothing', () => {
    let state = requestBatchCancel(look(initialBatchState()));
    expect(mustLook(state)).toBe(true);
    // it came while a look was under way that knew nothing of it
    state = look(state, {}, false);
    expect(mustLook(state)).toBe(true);
    state = look(state, {}, true);
    expect(mustLook(state)).toBe(false);
    const over = look(initialBatchState(), { over: true });
    expect(requestBatchCancel(over)).toEqual(over);
  });

  test('what is carried over is plain JSON, and is all there is', () => {
    const state = carryBatchOver(requestBatchCancel(look(initialBatchState(), { changed: true })));
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(mustLook(state)).toBe(true);
    expect(batchProgressOf(state, 'b')).toEqual({
      batchId: 'b',
      status: 'IN_PROGRESS',
      counts,
      working,
      cancelRequested: true,
      continuations: 1,
    });
    expect(batchProgressOf(initialBatchState(), 'b')).toBeNull();
  });
});

describe('the states of a page', () => {
  test('what is complete stays so; everything else that is settled has another turn in a resumed batch', () => {
    expect(BATCH_PAGE_MOVES.COMPLETED).toEqual([]);
    const open: readonly string[] = OPEN_PAGE_STATES;
    for (const state of BATCH_PAGE_STATES) {
      if (state !== 'COMPLETED' && !open.includes(state))
        expect(BATCH_PAGE_MOVES[state]).toEqual(['PENDING']);
    }
    for (const state of WORKING_PAGE_STATES) expect(open).toContain(state);
  });

  test('a sentence for people', () => {
    expect(batchSentence(batchCounts({ COMPLETED: 1190, FAILED: 10 }), 125_000)).toBe(
      'Batch of 1,200 pages: 1,190 complete, 10 failed in 2m 5s',
    );
    expect(batchSentence(batchCounts({ NOT_CONNECTED: 1 }), 900)).toBe(
      'Batch of 1 page: 1 not connected in 0.9s',
    );
  });
});
