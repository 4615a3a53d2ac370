import { describe, expect, test } from 'vitest';
import { fullPageSize, grow, shrink } from '../../activities/page-size.ts';
import type { Platform } from '../../src/contract/platform.ts';
import type { PageSize } from '../../src/contract/slice.ts';
import type { MessageDepth } from '../../src/contract/sync-options.ts';

const sizeOf = (platform: Platform, messageDepth: MessageDepth, listed = false) =>
  fullPageSize({ platform, messageDepth, listed });
const FULL = sizeOf('messenger', 'all');

/** All sizes from a start on, each the step of the one before, until there is none or it stands still. */
function steps(start: PageSize, step: (size: PageSize) => PageSize | null): PageSize[] {
  const sizes = [start];
  for (let size = step(start); size !== null && sizes.length < 1000; size = step(size)) {
    const last = sizes.at(-1);
    if (last !== undefined && JSON.stringify(last) === JSON.stringify(size)) break;
    sizes.push(size);
  }
  return sizes;
}

const shape = ({ conversations, messages }: PageSize) => [conversations, messages];

describe('how much is asked for', () => {
  test.each([
    ['messenger', 'all', 25],
    ['messenger', 1_000_000, 25],
    ['messenger', 25, 25],
    ['messenger', 5, 5],
    ['messenger', 1, 1],
    ['instagram', 'all', 20],
    ['instagram', 22, 20],
    ['instagram', 3, 3],
  ] as const)('%s, messages %s: 100 conversations with %i', (platform, depth, messages) => {
    expect(sizeOf(platform, depth)).toEqual({ conversations: 100, messages, goodPages: 0 });
  });

  test('of conversations that are listed, one at a time, and it never grows to more', () => {
    const one = sizeOf('messenger', 'all', true);
    expect(one).toEqual({ conversations: 1, messages: 25, goodPages: 0 });
    expect(steps({ ...one, messages: 12 }, (size) => grow(size, one)).at(-1)).toEqual(one);
  });
});

describe('when Meta finds it too much', () => {
  test('conversations are halved to one, then messages to none, then nothing is left', () => {
    expect(steps(FULL, shrink).map(shape)).toEqual([
      [100, 25],
      [50, 25],
      [25, 25],
      [12, 25],
      [6, 25],
      [3, 25],
      [1, 25],
      [1, 12],
      [1, 6],
      [1, 3],
      [1, 1],
      [1, 0],
    ]);
    expect(shrink({ conversations: 1, messages: 0, goodPages: 3 })).toBeNull();
  });

  test('the good pages before are forgotten', () => {
    expect(shrink({ conversations: 8, messages: 25, goodPages: 4 })).toEqual({
      conversations: 4,
      messages: 25,
      goodPages: 0,
    });
    expect(shrink({ conversations: 1, messages: 8, goodPages: 4 })).toEqual({
      conversations: 1,
      messages: 4,
      goodPages: 0,
    });
  });
});

describe('when pages come back as asked', () => {
  test('the full size stays as it is', () => {
    expect(grow(FULL, FULL)).toEqual(FULL);
    expect(grow({ ...FULL, goodPages: 3 }, FULL)).toEqual(FULL);
  });

  test.each(['all', 1, 3] as const)(
    'the smallest size grows back to exactly the full one (messages: %s)',
    (depth) => {
      const full = sizeOf('messenger', depth);
      const smallest = steps(full, shrink).at(-1) ?? full;
      const sizes = steps(smallest, (size) => grow(size, full));
      expect(sizes.at(-1)).toEqual(full);
      for (const [i, size] of sizes.slice(1).entries()) {
        const before = sizes[i] ?? size;
        expect(size.conversations).toBeGreaterThanOrEqual(before.conversations);
        expect(size.messages).toBeGreaterThanOrEqual(before.messages);
        expect(size.conversations).toBeLessThanOrEqual(
          Math.min(full.conversations, before.conversations * 2),
        );
        expect(size.messages).toBeLessThanOrEqual(Math.min(full.messages, Math.max(1, before.messages * 2)));
      }
    },
  );

  test('slowly: five good pages for every step, messages first', () => {
    const sizes = steps({ conversations: 1, messages: 0, goodPages: 0 }, (size) => grow(size, FULL)).map(
      shape,
    );
    const runs = new Map<string, number>();
    for (const size of sizes) runs.set(String(size), (runs.get(String(size)) ?? 0) + 1);
    expect([...runs]).toEqual([
      ['1,0', 5],
      ['1,1', 5],
      ['1,2', 5],
      ['1,4', 5],
      ['1,8', 5],
      ['1,16', 5],
      ['1,25', 5],
      ['2,25', 5],
      ['4,25', 5],
      ['8,25', 5],
      ['16,25', 5],
      ['32,25', 5],
      ['64,25', 5],
      ['100,25', 1],
    ]);
  });
});
