import { describe, expect, test } from 'vitest';
import { decodeCursor, isUuid, keysetPage } from '../../src/store/keyset.ts';
import { fc } from './property.ts';

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `id-${i}`, time: `2026-01-${i}` }));
const page = (count: number, limit: number) =>
  keysetPage(
    rows(count),
    limit,
    ({ id }) => id,
    ({ id, time }) => [time, id],
  );

describe('a page of a list', () => {
  test.each([
    ['fewer rows than asked for', 2, 3, 2, null],
    ['as many rows as asked for', 3, 3, 3, null],
    ['one row more, which only says that there is more', 4, 3, 3, ['2026-01-2', 'id-2']],
    ['no rows', 0, 3, 0, null],
  ] as const)('%s', (_, count, limit, shown, after) => {
    const { data, nextCursor } = page(count, limit);
    expect(data).toEqual(rows(shown).map(({ id }) => id));
    expect(nextCursor === null ? null : decodeCursor(nextCursor)).toEqual(after);
  });

  test('its cursor can stand in a URL as it is', () => {
    const { nextCursor } = keysetPage(['ÿ?&=/+ 😀', 'b'], 1, String, (row) => [row, row]);
    expect(nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});

describe('a cursor', () => {
  test('comes back as the key that it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (time, id) => {
        const { nextCursor } = keysetPage([1, 2], 1, String, () => [time, id]);
        expect(decodeCursor(nextCursor ?? '')).toEqual([time, id]);
      }),
    );
  });

  test.each([
    ['empty', ''],
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['an object', Buffer.from('{"a":1}').toString('base64url')],
    ['one part', Buffer.from('["a"]').toString('base64url')],
    ['three parts', Buffer.from('["a","b","c"]').toString('base64url')],
    ['a number', Buffer.from('["a",1]').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
  ])('that is %s is none of ours', (_, cursor) => {
    expect(decodeCursor(cursor)).toBeNull();
  });

  test('of any text is read or none of ours, never an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.base64String(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          const key = decodeCursor(text);
          expect(key === null || (key.length === 2 && key.every((part) => typeof part === 'string'))).toBe(
            true,
          );
        },
      ),
    );
  });
});

test.each([
  ['3f2504e0-4f89-41d3-9a0c-0305e82c3301', true],
  ['3F2504E0-4F89-41D3-9A0C-0305E82C3301', true],
  ['3f2504e0-4f89-41d3-9a0c-0305e82c330', false],
  ['3f2504e04f8941d39a0c0305e82c3301', false],
  ['x3f2504e0-4f89-41d3-9a0c-0305e82c3301', false],
  ['3f2504e0-4f89-41d3-9a0c-0305e82c3301\n', false],
  ['100200300', false],
  ['', false],
])('%j is one of our ids: %s', (text, ours) => {
  expect(isUuid(text)).toBe(ours);
});
