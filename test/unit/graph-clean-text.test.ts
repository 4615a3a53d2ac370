import { describe, expect, test } from 'vitest';
import { parseCleanJson } from '../../src/graph/clean-text.ts';
import { fc } from './property.ts';

/** JSON text in which `~` stands for a backslash, so that the cases can be read. */
const json = (text: string) => text.replaceAll('~', '\\');

describe('text that PostgreSQL refuses', () => {
  test.each<[string, string, unknown]>([
    ['NUL is dropped', '{"a":"x~u0000y"}', { a: 'xy' }],
    ['NUL in a key is dropped', '{"a~u0000b":1}', { ab: 1 }],
    ['nothing but NUL is an empty text', '["~u0000"]', ['']],
    ['a lone high surrogate', '"a~ud83d"', 'a\ufffd'],
    ['a lone low surrogate', '"~ude00z"', '\ufffdz'],
    ['a lone surrogate in capitals', '"~uDBFF"', '\ufffd'],
    ['surrogates in the wrong order', '"~ude00~ud83d"', '\ufffd\ufffd'],
    ['a lone one beside a pair', '"~ud83d~ud83d~ude00"', '\ufffd😀'],
    ['NUL between the halves of a pair', '"~ud83d~u0000~ude00"', '😀'],
    ['a lone surrogate in a key', '{"~ud800":1}', { '\ufffd': 1 }],
    ['deep inside', '{"a":[{"b":["~u0000c"]}]}', { a: [{ b: ['c'] }] }],
    ['an escaped pair is kept', '"~ud83d~ude00"', '😀'],
    ['a pair as it is is kept', '"😀 👍🏼"', '😀 👍🏼'],
    ['an escaped backslash before u0000 is no NUL', '"~~u0000"', '\\u0000'],
    ['an escaped backslash before a surrogate is none', '"~~ud800"', '\\ud800'],
    ['an escaped backslash and then a real NUL', '"~~~u0000"', '\\'],
    ['other control characters are kept', '"~u0001~u001f~ufffe"', '\u0001\u001f\ufffe'],
    ['right-to-left text is kept', '"שלום ‏عالم"', 'שלום ‏عالم'],
    [
      'numbers, booleans and null are kept',
      '[1,-2.5,true,false,null,"~u0000"]',
      [1, -2.5, true, false, null, ''],
    ],
  ])('%s', (_, text, expected) => {
    expect(parseCleanJson(json(text))).toEqual(expected);
  });

  test('a long text is kept whole', () => {
    const long = '😀é'.repeat(10_000);
    expect(parseCleanJson(JSON.stringify({ long, bad: '\u0000' }))).toEqual({ long, bad: '' });
  });

  test('a key named like a prototype stays a key', () => {
    const cleaned = parseCleanJson(json('{"__proto__":{"x":"~u0000"},"a":1}'));
    expect(JSON.stringify(cleaned)).toBe('{"__proto__":{"x":""},"a":1}');
    expect((cleaned as { x?: unknown }).x).toBeUndefined();
  });

  test.each(['', '{', '<html>', 'undefined', '{"a":}'])('%j is not JSON', (text) => {
    expect(() => parseCleanJson(text)).toThrowError(SyntaxError);
  });

  test('PostgreSQL takes every text that comes out, and clean JSON comes out as it went in', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\u0000', '\ud800', '\udbff', '\udc00', '\udfff', '\ud83d\ude00', '\\', '\\u0000', '"'),
    );
    const text = fc.array(unit, { maxLength: 12 }).map((parts) => parts.join(''));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(text, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        const raw = JSON.stringify(value);
        const cleaned = parseCleanJson(raw);
        const out = textsOf(cleaned);
        for (const each of out) expect(each.includes('\u0000') || !each.isWellFormed()).toBe(false);
        const before = textsOf(JSON.parse(raw));
        if (before.every((each) => !each.includes('\u0000') && each.isWellFormed())) {
          expect(cleaned).toEqual(JSON.parse(raw));
        }
      }),
    );
  });
});

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}
