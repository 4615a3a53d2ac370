import { expect, test } from 'vitest';
import { createToRead } from '../../web/pages/inbox/to-read.ts';

const NONE: ReadonlySet<string> = new Set();

test('what was read is done with; what is left, or is named meanwhile, is for the next time', async () => {
  const toRead = createToRead();
  for (const id of ['a', 'b', 'c']) toRead.add(id);
  const again = await toRead.take(async (ids) => {
    expect([...ids]).toEqual(['a', 'b', 'c']);
    toRead.add('a');
    return new Set(['c']);
  });
  expect(again).toBe(true);
  expect(
    await toRead.take(async (ids) => {
      expect([...ids].sort()).toEqual(['a', 'c']);
      return NONE;
    }),
  ).toBe(false);
  await toRead.take(async (ids) => {
    expect(ids.size).toBe(0);
    return NONE;
  });
});

test('a reading that fails loses nothing, and is not tried again at once', async () => {
  const toRead = createToRead();
  toRead.add('a');
  await expect(toRead.take(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await toRead.take(async (ids) => ids)).toBe(false);
  await toRead.take(async (ids) => {
    expect([...ids]).toEqual(['a']);
    return NONE;
  });
});
