import { describe, expect, test } from 'vitest';
import {
  afterHistoryPage,
  type HistoryPage,
  type HistoryState,
  isEnough,
  nextPageOf,
} from '../../src/store/history.ts';
import { asEvent } from './history-merge.ts';

/** A time of the day as the rows have it, and as PostgreSQL writes it. */
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const asPostgres = (second: number) => at(second).replace('T', ' ').replace('.000Z', '+00');

const NEW: HistoryState = {
  historyCursor: null,
  historyComplete: false,
  syncedTo: null,
  gapCursor: null,
  gapTo: null,
};
/** Read from 90 to 100, older ones after `older`. */
const PART: HistoryState = { ...NEW, historyCursor: 'older', syncedTo: at(100) };
/** All of it up to 100, then a reading from 190 to 200. */
const GAP: HistoryState = { ...PART, gapCursor: 'between', gapTo: at(200) };
const WHOLE: HistoryState = { ...NEW, historyComplete: true, syncedTo: at(100) };

function page(seconds: number[], after: string | null, more: Partial<HistoryPage> = {}): HistoryPage {
  const events = seconds.map((second) => asEvent({ id: `m${second}`, at: second }));
  return { events, failures: [], after, beyondReach: false, unavailable: 0, apiCalls: 1, ...more };
}

test.each<[string, HistoryState, string | null]>([
  ['the newest of a conversation of which nothing is known', NEW, null],
  ['where it stopped', PART, 'older'],
  ['the gap first', GAP, 'between'],
  ['a gap from the top when its cursor is unknown', { ...GAP, gapCursor: null }, null],
])('the next page is %s', (_, state, cursor) => {
  expect(nextPageOf(state)).toBe(cursor);
});

describe('whether it is enough', () => {
  test.each<[string, HistoryState, number, number | null, boolean]>([
    ['all of it is stored', WHOLE, 0, null, true],
    ['all of it is stored, and more is wanted', WHOLE, 3, 50, true],
    ['some is missing', PART, 500, null, false],
    ['fewer than wanted', PART, 49, 50, false],
    ['as many as wanted', PART, 50, 50, true],
    ['as many as wanted, with a gap', GAP, 50, 50, false],
    ['all but a gap', { ...WHOLE, gapTo: at(200), gapCursor: 'between' }, 0, null, false],
    ['all but a gap whose cursor is unknown', { ...WHOLE, gapTo: at(200) }, 0, null, false],
  ])('%s', (_, state, stored, depth, enough) => {
    expect(isEnough({ ...state, stored }, depth)).toBe(enough);
  });
});

describe('after a page', () => {
  test.each<[string, HistoryState, HistoryPage, Partial<HistoryState>]>([
    [
      'the first: its newest is how far it goes',
      NEW,
      page([9, 8], 'c'),
      { historyCursor: 'c', syncedTo: at(9) },
    ],
    ['the first, in any order', NEW, page([8, 9, 7], 'c'), { historyCursor: 'c', syncedTo: at(9) }],
    ['older ones: it goes on below', PART, page([89, 88], 'c'), { historyCursor: 'c' }],
    ['an empty one that leads on', PART, page([], 'c'), { historyCursor: 'c' }],
    ['the end', PART, page([2, 1], null), { historyCursor: null, historyComplete: true }],
    ['an empty end', PART, page([], null), { historyCursor: null, historyComplete: true }],
    [
      'the first that is the end too',
      NEW,
      page([2, 1], null),
      { historyCursor: null, historyComplete: true, syncedTo: at(2) },
    ],
    ['nothing at all', NEW, page([], null), { historyCursor: null, historyComplete: true, syncedTo: null }],
    [
      'what Graph no longer shows is the end, whatever follows',
      PART,
      page([89], 'c', { beyondReach: true }),
      { historyCursor: null, historyComplete: true },
    ],
    ['in a gap: it goes on below', GAP, page([189, 150], 'c'), { gapCursor: 'c' }],
    ['in a gap: an empty one leads on', GAP, page([], 'c'), { gapCursor: 'c' }],
    // others of that second may still be missing
    ['in a gap: down to the very second is not below it', GAP, page([150, 100], 'c'), { gapCursor: 'c' }],
    [
      'in a gap: below what was there it is closed, and the rest goes on where it stopped',
      GAP,
      page([101, 99], 'c'),
      { gapCursor: null, gapTo: null, syncedTo: at(200) },
    ],
    [
      'in a gap above all of it',
      { ...WHOLE, gapCursor: 'between', gapTo: at(200) },
      page([101, 99], 'c'),
      { gapCursor: null, gapTo: null, syncedTo: at(200), historyComplete: true },
    ],
    [
      'in a gap: the end of all is the end of both',
      GAP,
      page([50, 1], null),
      { gapCursor: null, gapTo: null, syncedTo: at(200), historyCursor: null, historyComplete: true },
    ],
    [
      'in a gap over nothing that is known',
      { ...GAP, syncedTo: null },
      page([189], 'c'),
      { gapCursor: null, gapTo: null, syncedTo: at(200) },
    ],
  ])('%s', (_, before, got, changes) => {
    expect(afterHistoryPage(before, got)).toEqual({ ...before, ...changes });
  });

  test('times are compared as times, however PostgreSQL writes them', () => {
    const stored = { ...GAP, syncedTo: asPostgres(100), gapTo: asPostgres(200) };
    expect(stored.syncedTo).toBe('2026-01-01 00:01:40+00');
    expect(afterHistoryPage(stored, page([101], 'c')).gapCursor).toBe('c');
    expect(afterHistoryPage(stored, page([100], 'c')).gapCursor).toBe('c');
    expect(afterHistoryPage(stored, page([99], 'c'))).toMatchObject({ gapTo: null, syncedTo: stored.gapTo });
  });
});
