import { describe, expect, test } from 'vitest';
import { paceMs, paceTable } from '../../src/store/pace.ts';
import { fc } from './property.ts';

describe('the spacing of turns', () => {
  test.each([
    [null, 505],
    [0, 505],
    [74, 505],
    [75, 505],
    [80, 849],
    [85, 1428],
    [90, 2402],
    [94, 3641],
    [95, 15_000],
    [400, 15_000],
  ])('at %s percent of the fullest meter', (percent, expected) => {
    expect(Math.round(paceMs(percent, 2))).toBe(expected);
  });

  test.each([
    [74, 0],
    [75, 505],
    [80, 849],
    [95, 15_000],
  ])('without a limit, at %i percent: as if Meta’s were set, from 75 on', (percent, expected) => {
    expect(Math.round(paceMs(percent, 0))).toBe(expected);
  });

  test('only grows with the meter, by the same factor every point, and never beyond what a slice waits for', () => {
    const limits = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(limits, fc.integer({ min: 75, max: 93 }), (limit, percent) => {
        const factor = paceMs(percent + 1, limit) / paceMs(percent, limit);
        expect(factor).toBeCloseTo(8 ** (1 / 20), 10);
        expect(paceMs(95, limit)).toBeGreaterThanOrEqual(paceMs(94, limit));
      }),
    );
    expect(paceMs(94, 2)).toBeLessThan(5000);
  });

  test('as a table has the entry of a percentage where SQL looks for it', () => {
    const table = paceTable(2);
    expect(table.length).toBe(22);
    for (const percent of [0, 74, 75, 80, 94, 95, 400]) {
      expect(table[Math.max(0, 1 + Math.min(percent, 95) - 75)]).toBe(paceMs(percent, 2));
    }
  });
});
