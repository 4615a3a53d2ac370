import { describe, expect, test } from 'vitest';
import { readPage } from '../../src/graph/conversations.ts';
import { GraphError } from '../../src/graph/errors.ts';
import { nextCursor } from '../../src/graph/paging.ts';
import { TOKEN } from './graph-samples.ts';
import { fc } from './property.ts';

const nextUrl = (query: string) =>
  `https://graph.facebook.com/v25.0/1/conversations?access_token=${TOKEN}&${query}`;

describe('the cursor of the next page', () => {
  test.each<[string, unknown]>([
    ['no paging at all, as Instagram does', undefined],
    ['paging that is null', null],
    [
      'cursors without next, as on the last page',
      { cursors: { after: 'NzU1MjI1MjU0', before: 'MTY1MTAyNjUxNg==' } },
    ],
    ['the same cursors before and after, without next', { cursors: { before: 'MjM4', after: 'MjM4' } }],
    ['previous only', { previous: nextUrl('before=x'), cursors: { before: 'x', after: 'y' } }],
    ['next that is null', { cursors: { after: 'x' }, next: null }],
    ['next that is empty', { cursors: { after: 'x' }, next: '' }],
  ])('there is none with %s', (_, paging) => {
    expect(nextCursor(paging, 'asked')).toBeNull();
  });

  test.each<[string, unknown, string]>([
    ['stands in next', { next: nextUrl('limit=25&after=QVFI') }, 'QVFI'],
    ['stands in next and in cursors', { cursors: { after: 'QVFI' }, next: nextUrl('after=QVFI') }, 'QVFI'],
    ['is decoded once', { next: nextUrl('after=MTY1%3D%3D') }, 'MTY1=='],
    [
      'stands in cursors when next has none',
      { cursors: { after: 'QVFI' }, next: nextUrl('limit=25') },
      'QVFI',
    ],
    [
      'stands in cursors when next is no URL',
      { cursors: { after: 'QVFI' }, next: '/1/conversations' },
      'QVFI',
    ],
    [
      'stands in cursors when it is empty in next',
      { cursors: { after: 'QVFI' }, next: nextUrl('after=') },
      'QVFI',
    ],
    ['comes with broken cursors', { cursors: 'broken', next: nextUrl('after=QVFI') }, 'QVFI'],
  ])('%s', (_, paging, after) => {
    expect(nextCursor(paging, 'asked')).toBe(after);
  });

  test.each<[string, unknown]>([
    ['the cursor that was asked for', { next: nextUrl('after=asked') }],
    [
      'the cursor that was asked for, in cursors alone',
      { cursors: { after: 'asked' }, next: nextUrl('limit=1') },
    ],
    ['no cursor anywhere', { next: nextUrl('limit=25') }],
  ])('a next page with %s is a bad request, not a loop', (_, paging) => {
    const call = () => nextCursor(paging, 'asked');
    expect(call).toThrowError(GraphError);
    expect(call).toThrowError(expect.objectContaining({ kind: 'bad_request' }));
  });

  test('the token in next comes out neither as a cursor nor in an error', () => {
    for (const query of ['after=x', 'limit=1', 'after=asked']) {
      let outcome: unknown;
      try {
        outcome = nextCursor({ next: nextUrl(query) }, 'asked');
      } catch (error) {
        outcome = [String(error), JSON.stringify(error)];
      }
      expect(JSON.stringify(outcome)).not.toContain(TOKEN);
    }
  });

  test('whatever stands there, the answer is a cursor, none, or a bad request', () => {
    const paging = fc.oneof(
      fc.jsonValue(),
      fc.record(
        { next: fc.oneof(fc.webUrl(), fc.jsonValue()), cursors: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(paging, fc.option(fc.string()), (value, asked) => {
        try {
          const after = nextCursor(value, asked);
          expect(after === null || (typeof after === 'string' && after !== asked)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError);
        }
      }),
    );
  });
});

describe('the page around it', () => {
  test('an empty page with next is not the end', () => {
    const page = readPage({ data: [], paging: { next: nextUrl('after=more') } }, 'asked');
    expect(page).toEqual({ conversations: [], rejected: [], after: 'more' });
  });

  test('a full page without next is the end', () => {
    const data = Array.from({ length: 100 }, (_, i) => ({ id: `t_${i}` }));
    const page = readPage({ data, paging: { cursors: { after: 'there-all-the-same' } } }, null);
    expect(page.conversations).toHaveLength(100);
    expect(page.after).toBeNull();
  });
});
