import { describe, expect, test } from 'vitest';
import { APP_POOL, type BudgetMeter, type Turn } from '../../src/contract/budget.ts';
import { GraphError, poolOf } from '../../src/graph/errors.ts';
import { createTurns } from '../../src/graph/turns.ts';
import type { Usage } from '../../src/graph/usage.ts';
import { never } from './graph-server.ts';

const ASSET = '100';
const UNKNOWN: Usage = { assetPercent: null, appPercent: null, regainMinutes: null };
const MINUTE = 60_000;

/** A budget that gives this turn and remembers what it is told. */
function meter(turn: Turn = { granted: true, waitMs: 0, known: { asset: null, app: null } }) {
  const told: unknown[] = [];
  const budget: BudgetMeter = {
    take: async () => turn,
    // depends on the machine's speed
    late: async () => {},
    async block(pool, waitMs, why) {
      told.push(['block', pool, Math.round(waitMs / 1000), why]);
    },
    async observe(pool, percent, regainMs) {
      told.push(['observe', pool, percent, regainMs]);
    },
  };
  return { inTurn: createTurns(budget, 5000), told };
}

function throttled(code: number | null, usage: Usage | null = null): GraphError {
  const body = {
    message: 'too many',
    type: null,
    code,
    subcode: null,
    isTransient: null,
    userMessage: null,
    traceId: null,
  };
  return new GraphError('throttle', { body, usage, untilMs: Date.now() + 60_000 });
}

describe('what an answer shows is told to the budget', () => {
  test.each<[string, Partial<Usage>, unknown[]]>([
    ['nothing is not zero', {}, []],
    ['the asset’s meter', { assetPercent: 33.4 }, [['observe', ASSET, 33, 0]]],
    ['the app’s meter', { appPercent: 74.5 }, [['observe', APP_POOL, 75, 0]]],
    [
      'both, and the regain time is the asset’s',
      { assetPercent: 97, appPercent: 96, regainMinutes: 19 },
      [
        ['observe', ASSET, 97, 19 * MINUTE],
        ['observe', APP_POOL, 96, 0],
      ],
    ],
    [
      'absurd numbers within reason',
      { assetPercent: 1e300, regainMinutes: 1e300 },
      [['observe', ASSET, 1000, 24 * 60 * MINUTE]],
    ],
  ])('%s', async (_, shown, expected) => {
    const { inTurn, told } = meter();
    await inTurn(ASSET, never, async () => ({ usage: { ...UNKNOWN, ...shown } }));
    expect(told).toEqual(expected);
  });

  test('also by the answer to a call that failed, whatever it failed of', async () => {
    const { inTurn, told } = meter();
    const usage = { ...UNKNOWN, assetPercent: 12, appPercent: 80 };
    const call = inTurn(ASSET, never, () =>
      Promise.reject(new GraphError('permission', { status: 403, usage })),
    );
    await expect(call).rejects.toMatchObject({ kind: 'permission' });
    expect(told).toEqual([
      ['observe', ASSET, 12, 0],
      ['observe', APP_POOL, 80, 0],
    ]);
  });

  test.each<[string, GraphError]>([
    ['no answer', new GraphError('transient', { detail: 'no connection' })],
    ['a page that is gone', new GraphError('gone', { status: 400, untilMs: Date.now() + 60_000 })],
  ])('nothing by %s', async (_, error) => {
    const { inTurn, told } = meter();
    await expect(inTurn(ASSET, never, () => Promise.reject(error))).rejects.toBe(error);
    expect(told).toEqual([]);
  });
});

describe('a throttle', () => {
  test.each([
    [4, APP_POOL],
    [341, APP_POOL],
    [17, ASSET],
    [32, ASSET],
    [613, ASSET],
    [80001, ASSET],
    [80006, ASSET],
    [null, ASSET],
  ])('of code %s blocks %s', async (code, pool) => {
    const { inTurn, told } = meter();
    await expect(inTurn(ASSET, never, () => Promise.reject(throttled(code)))).rejects.toMatchObject({
      kind: 'throttle',
    });
    expect(told).toEqual([['block', pool, 60, expect.stringContaining('too many')]]);
  });

  test('concerns the app only as a throttle, and says so', () => {
    const other = { ...(throttled(4).body as NonNullable<GraphError['body']>) };
    expect(poolOf('transient', other)).toBe('asset');
    expect(throttled(4).toSyncError().message).toMatch(/the app .* all its pages/);
    expect(throttled(613).toSyncError().message).toMatch(/this page/);
  });

  test('keeps both: the meter that its answer shows and the time that it asks for', async () => {
    const { inTurn, told } = meter();
    const usage = { ...UNKNOWN, appPercent: 100 };
    await expect(inTurn(ASSET, never, () => Promise.reject(throttled(4, usage)))).rejects.toThrow();
    expect(told).toEqual([
      ['observe', APP_POOL, 100, 0],
      ['block', APP_POOL, 60, expect.any(String)],
    ]);
  });
});

describe('a turn that is too far away', () => {
  const refused = async (turn: Turn): Promise<GraphError> => {
    const { inTurn, told } = meter(turn);
    let called = false;
    const error: unknown = await inTurn(ASSET, never, async () => {
      called = true;
      return { usage: UNKNOWN };
    }).catch((reason: unknown) => reason);
    expect([called, told]).toEqual([false, []]);
    if (!(error instanceof GraphError)) throw new Error('No GraphError');
    return error;
  };

  test('is not waited for; the reason is that of the budget, and nothing has failed', async () => {
    const error = await refused({ granted: false, untilMs: 123_456, why: 'The meter stands at 97 %' });
    expect(error).toMatchObject({ kind: 'throttle', untilMs: 123_456 });
    expect(error.toSyncError()).toEqual({
      kind: 'throttle',
      message: 'Meta limits how much may be read. The sync waits for that, and goes on by itself.',
      detail: 'The meter stands at 97 %',
    });
  });

  test('has a reason when the budget says none', async () => {
    expect((await refused({ granted: false, untilMs: 1 })).toSyncError().detail).toBe(
      'Waiting for Meta’s rate limit',
    );
  });
});
