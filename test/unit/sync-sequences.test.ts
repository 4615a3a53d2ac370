import { describe, expect, test } from 'vitest';
import { isLegalMove, type JobStatus } from '../../src/contract/job-status.ts';
import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';
import type { JobProgress } from '../../src/contract/progress.ts';
import type { SliceEnd } from '../../src/contract/slice.ts';
import type { MessageDepth } from '../../src/contract/sync-options.ts';
import { outcome, progressOf } from '../../workflows/sync-report.ts';
import {
  afterFailure,
  afterSlice,
  afterWait,
  begin,
  carryOver,
  initialState,
  isFinished,
  requestCancel,
  requestPause,
  requestResume,
  revive,
  type SyncState,
  streamOf,
} from '../../workflows/sync-state.ts';
import { fc } from './property.ts';
import {
  ENDS,
  FINAL,
  historySlice,
  JOB,
  json,
  NOW,
  problem,
  slice,
  totals,
  walking,
} from './sync-samples.ts';

test('totals never go backwards, whatever the order in which reports arrive', () => {
  const reports = fc.array(fc.record({ platform: fc.constantFrom(...PLATFORMS), batches: fc.nat(50) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(reports, (list) => {
      let state = walking();
      let most = 0;
      for (const { platform, batches } of list) {
        const before = state.job;
        state = afterSlice(state, platform, slice('time', { job: totals(batches) }), NOW);
        most = Math.max(most, batches);
        for (const key of Object.keys(before) as (keyof JobProgress)[]) {
          expect(state.job[key] ?? 0).toBeGreaterThanOrEqual(before[key] ?? 0);
        }
      }
      expect(state.job).toEqual(totals(most));
    }),
  );
});

describe('any sequence of events', () => {
  type Event =
    | {
        kind: 'slice';
        platform: Platform;
        why: SliceEnd;
        advanced: boolean;
        batches: number;
        withError: boolean;
        atMs: number;
      }
    | { kind: 'failure' | 'wait'; platform: Platform }
    | { kind: 'pause' | 'resume' | 'cancel' | 'carry' | 'stand' | 'close' };
  const platform = fc.constantFrom(...PLATFORMS);
  const event: fc.Arbitrary<Event> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('slice' as const),
        platform,
        why: fc.constantFrom(...ENDS),
        advanced: fc.boolean(),
        batches: fc.nat(3),
        withError: fc.boolean(),
        atMs: fc.nat(10_000_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('failure' as const, 'wait' as const), platform }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'pause' as const,
          'resume' as const,
          'cancel' as const,
          'carry' as const,
          'stand' as const,
          'close' as const,
        ),
      }),
    },
  );

  /** Steps the state as `SyncWorkflow` does: slices of unfinished streams only, nothing more once it is closed. */
  function step(state: SyncState, happening: Event, stored: number): SyncState {
    switch (happening.kind) {
      case 'pause':
        return requestPause(state);
      case 'resume':
        return requestResume(state);
      case 'cancel':
        return requestCancel(state);
      case 'carry':
        return revive(json(carryOver(state)), state.knowsHistory);
      case 'stand':
        return state;
      case 'close':
        return state.phase === 'walk' && (state.cancelRequested || isFinished(state))
          ? { ...state, phase: 'closing' }
          : state;
      default: {
        const stream = streamOf(state, happening.platform);
        if (state.phase !== 'walk' || FINAL.includes(stream.state)) return state;
        const ready = stream.state === 'waiting' ? afterWait(state, happening.platform) : state;
        if (happening.kind === 'wait') return ready;
        if (happening.kind === 'failure') return afterFailure(ready, happening.platform, problem('down'));
        if (happening.kind !== 'slice') return state;
        const { why, advanced, withError } = happening;
        const error = withError ? { error: problem(why) } : {};
        const report = { advanced, job: totals(stored), ...error };
        return afterSlice(
          ready,
          happening.platform,
          stream.phase === 'walk'
            ? slice(why, { ...report, seq: stored, fetched: stored * 40 })
            : historySlice(why, report),
          NOW + happening.atMs,
        );
      }
    }
  }

  /** The job's status as the workflow writes it: it stands still only when all slices have come back. */
  function statusOf(status: JobStatus, state: SyncState, happening: Event): JobStatus {
    if (state.phase === 'closing') return outcome(state).status;
    if (status === 'PAUSED') return state.pause === null && !state.cancelRequested ? 'IN_PROGRESS' : 'PAUSED';
    const mustStand = state.pause !== null && !state.cancelRequested && !isFinished(state);
    return happening.kind === 'stand' && mustStand ? 'PAUSED' : status;
  }

  test('keeps the state sound', () => {
    fc.assert(
      fc.property(
        fc.subarray([...PLATFORMS], { minLength: 1 }),
        fc.constantFrom<MessageDepth>('all', 22, 5),
        fc.boolean(),
        fc.array(event, { maxLength: 40 }),
        (platforms, messageDepth, knowsHistory, events) => {
          let state = begin(initialState(knowsHistory), { platforms }, { messageDepth });
          let status: JobStatus = 'IN_PROGRESS';
          let stored = 0;
          for (const happening of events) {
            if ('platform' in happening && (status === 'PAUSED' || !platforms.includes(happening.platform)))
              continue;
            if (happening.kind === 'slice') stored += happening.batches;
            const before = state;
            const copy = json(before);
            state = step(state, happening, stored);

            expect(before).toEqual(copy);
            expect(json(state)).toEqual(state);
            expect(() => [progressOf(state, JOB), outcome(state)]).not.toThrow();
            for (const [i, stream] of state.streams.entries()) {
              const was = before.streams[i];
              if (was !== undefined && FINAL.includes(was.state)) expect(stream).toEqual(was);
              expect((stream.why !== null) === FINAL.includes(stream.state)).toBe(true);
              expect((stream.waitUntilMs !== null) === (stream.state === 'waiting')).toBe(true);
              expect(stream.restarts).toBeLessThanOrEqual(1 + stream.fetched / 100);
              expect(stream.phase === 'walk' || (stream.hasHistory && stream.walkEnd !== null)).toBe(true);
              expect(stream.state !== 'done' || stream.why === stream.walkEnd).toBe(true);
              expect(stream.failures === 0 || stream.stuckSinceMs !== null).toBe(true);
              expect(stream.gone).toBeLessThanOrEqual(3);
            }
            expect(state.job.batches).toBeGreaterThanOrEqual(before.job.batches);
            expect(!before.cancelRequested || state.cancelRequested).toBe(true);

            const next = statusOf(status, state, happening);
            expect([status, next, next === status || isLegalMove(status, next)]).toEqual([
              status,
              next,
              true,
            ]);
            status = next;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('ends: a platform is finished after some slices, whatever they say, unless Meta or a person holds it up', () => {
    const moving = fc.constantFrom<SliceEnd>(
      'end',
      'watermark',
      'up_to_date',
      'cap',
      'permission',
      'gone',
      'bad_request',
      'too_much_data',
    );
    fc.assert(
      fc.property(fc.array(moving, { minLength: 12, maxLength: 12 }), (ends) => {
        let state = walking(['messenger']);
        for (const why of ends) {
          if (isFinished(state)) break;
          const walks = streamOf(state, 'messenger').phase === 'walk';
          const report = walks ? slice(why, { advanced: false }) : historySlice(why, { advanced: false });
          state = afterSlice(afterWait(state, 'messenger'), 'messenger', report, NOW);
        }
        expect(isFinished(state)).toBe(true);
      }),
    );
  });
});
