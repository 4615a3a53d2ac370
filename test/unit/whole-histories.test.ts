import { expect, test } from 'vitest';
import {
  claimed,
  fetchPage,
  isDone,
  merge,
  readingOf,
  restart,
  type StoredThread,
  type ThreadMessage,
} from './history-merge.ts';
import { fc } from './property.ts';

/** Messages that arrive together: how many seconds each is after the one before; the first is later than all others. */
const arriving = fc
  .array(fc.nat(2), { minLength: 1, maxLength: 12 })
  .map(([first = 0, ...others]) => [first + 1, ...others]);
/** What a walk asks for: 0 after Meta found even one message too much. */
const nested = fc.integer({ min: 0, max: 5 });
const pageSize = fc.integer({ min: 1, max: 6 });

type Happening =
  | { kind: 'arrive'; seconds: number[] }
  | { kind: 'read'; limit: number; staleBy: number }
  | { kind: 'fetch'; limit: number; between: { seconds: number[]; limit: number } | null }
  | { kind: 'dead cursor' };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('arrive' as const), seconds: arriving }),
  fc.record({ kind: fc.constant('read' as const), limit: nested, staleBy: fc.constantFrom(0, 0, 0, 1, 4) }),
  fc.record({
    kind: fc.constant('fetch' as const),
    limit: pageSize,
    between: fc.option(fc.record({ seconds: arriving, limit: nested })),
  }),
  fc.record({ kind: fc.constant('dead cursor' as const) }),
);

function arrive(thread: readonly ThreadMessage[], seconds: readonly number[]): ThreadMessage[] {
  const all = [...thread];
  for (const step of seconds) all.push({ id: `m${all.length}`, at: (all.at(-1)?.at ?? 0) + step });
  return all;
}

/** What was said to be stored is stored, nothing that was stored is lost, nothing is stored that never was. */
function expectSound(before: StoredThread, stored: StoredThread, thread: readonly ThreadMessage[]): void {
  const ids = new Set(thread.map(({ id }) => id));
  expect(claimed(stored, thread).filter((id) => !stored.ids.has(id))).toEqual([]);
  expect([...before.ids].filter((id) => !stored.ids.has(id))).toEqual([]);
  expect([...stored.ids].filter((id) => !ids.has(id))).toEqual([]);
}

/** A thread after any happenings; each leaves it sound. */
function live(first: number[], happenings: Happening[]): { thread: ThreadMessage[]; stored: StoredThread } {
  let thread = arrive([], first);
  // as it was at each moment: a walk may have read a conversation long before it stores it
  const past = [thread];
  let stored: StoredThread = { row: null, ids: new Set() };
  for (const it of happenings) {
    const before = stored;
    if (it.kind === 'arrive') thread = arrive(thread, it.seconds);
    else if (it.kind === 'read') {
      stored = merge(stored, readingOf(past.at(-1 - it.staleBy) ?? thread, it.limit));
    } else if (isDone(stored, null)) continue;
    else if (it.kind === 'dead cursor') stored = restart(stored);
    else {
      stored = fetchPage(stored, thread, it.limit, (now) => {
        if (it.between === null) return now;
        thread = arrive(thread, it.between.seconds);
        return merge(now, readingOf(thread, it.between.limit));
      });
    }
    past.push(thread);
    expectSound(before, stored, thread);
  }
  return { thread, stored };
}

const anyLife = [
  fc.oneof(fc.constant<number[]>([]), arriving),
  fc.array(happening, { maxLength: 20 }),
] as const;

test('whatever arrived, was read, fetched and died in between: all messages are there in the end', () => {
  fc.assert(
    fc.property(...anyLife, nested, pageSize, (first, happenings, limit, size) => {
      const { thread, stored: before } = live(first, happenings);
      let stored = merge(before, readingOf(thread, limit));
      let pages = 0;
      // twice the thread: down the gap, then down the rest
      const bound = 2 * (Math.ceil(thread.length / size) + 1);
      while (!isDone(stored, null) && pages <= bound) {
        stored = fetchPage(stored, thread, size);
        pages += 1;
        expectSound(before, stored, thread);
      }
      expect(pages).toBeLessThanOrEqual(bound);
      expect([...stored.ids].sort()).toEqual(thread.map(({ id }) => id).sort());
      expect(stored.row).toMatchObject({
        historyComplete: true,
        historyCursor: null,
        gapCursor: null,
        gapTo: null,
      });
      // reading it again changes nothing, whatever comes with it
      expect(merge(stored, readingOf(thread, limit))).toEqual(stored);
    }),
    { numRuns: 1000 },
  );
});

test('where fewer are wanted, those are the newest', () => {
  fc.assert(
    fc.property(
      ...anyLife,
      nested,
      pageSize,
      fc.integer({ min: 1, max: 15 }),
      (first, happenings, limit, size, depth) => {
        const { thread, stored: before } = live(first, happenings);
        let stored = merge(before, readingOf(thread, limit));
        const bound = 2 * (Math.ceil(thread.length / size) + 1);
        for (let pages = 0; !isDone(stored, depth); pages++) {
          expect(pages).toBeLessThanOrEqual(bound);
          stored = fetchPage(stored, thread, size);
        }
        const newest = thread.slice(-depth).map(({ id }) => id);
        expect(newest.filter((id) => !stored.ids.has(id))).toEqual([]);
      },
    ),
    { numRuns: 600 },
  );
});
