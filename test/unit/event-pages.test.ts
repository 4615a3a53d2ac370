import { expect, test } from 'vitest';
import { type EventPage, mergeEvents } from '../../web/thread/event-pages.ts';
import { inbound } from './thread-sample.ts';

const [a, b, c, d] = [inbound(4, 'a'), inbound(3, 'b'), inbound(2, 'c'), inbound(1, 'd')];
const pages: EventPage[] = [
  { data: [a, b], nextCursor: 'x' },
  { data: [c, d], nextCursor: null },
];
const texts = (merged: EventPage[] | null) => merged?.map(({ data }) => data.map(({ text }) => text));

test('what is new joins the page that was read again, what has changed is taken over wherever it is', () => {
  const fresh = inbound(5, 'new');
  const read = { data: [fresh, a, { ...b, text: 'b!' }, { ...c, text: 'c!' }], nextCursor: 'y' };
  expect(texts(mergeEvents(pages, 0, read))).toEqual([
    ['new', 'a', 'b!'],
    ['c!', 'd'],
  ]);
  expect(mergeEvents(pages, 0, read)?.map(({ nextCursor }) => nextCursor)).toEqual(['x', null]);
  const older = { data: [{ ...d, text: null }], nextCursor: null };
  expect(texts(mergeEvents(pages, 1, older))).toEqual([
    ['a', 'b'],
    ['c', null],
  ]);
});

test('so much at once that it does not reach what is known is a gap', () => {
  const fresh = { data: [inbound(9, 'x')], nextCursor: 'y' };
  expect(mergeEvents(pages, 0, fresh)).toBeNull();
  expect(mergeEvents(pages, 0, { ...fresh, nextCursor: null })).not.toBeNull();
  expect(texts(mergeEvents([{ data: [], nextCursor: null }], 0, fresh))).toEqual([['x']]);
  // a page further up has nothing in common with what has been deleted there
  expect(mergeEvents(pages, 1, { data: [], nextCursor: null })).not.toBeNull();
});
