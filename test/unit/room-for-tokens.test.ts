import { expect, test } from 'vitest';
import { roomForTokens } from '../../activities/room-for-tokens.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_800_000_000_000;
const room = (usagePercent: number | null, waitedMs: number, blockedUntilMs: number | null = null) =>
  roomForTokens({ usagePercent, blockedUntilMs, why: 'Meta said so' }, NOW_MS - waitedMs, NOW_MS);

test('tokens are asked about while the app’s pool is less than half full', () => {
  expect(room(null, 0)).toEqual({ ask: true, waitMs: 0 });
  expect(room(49, 0)).toEqual({ ask: true, waitMs: 0 });
  expect(room(50, 0)).toMatchObject({
    ask: false,
    untilMs: NOW_MS + 600_000,
    why: expect.stringContaining('50 %'),
  });
});

test('after six hours they are asked about however full it is, slowly', () => {
  expect(room(100, 6 * HOUR_MS - 1)).toMatchObject({ ask: false });
  expect(room(100, 6 * HOUR_MS)).toEqual({ ask: true, waitMs: 20_000 });
  expect(room(49, 6 * HOUR_MS)).toEqual({ ask: true, waitMs: 0 });
});

test('while Meta wants no calls of the app there are none, however long that is', () => {
  const untilMs = NOW_MS + 5000;
  expect(room(0, 30 * HOUR_MS, untilMs)).toEqual({ ask: false, untilMs, why: 'Meta said so' });
});
