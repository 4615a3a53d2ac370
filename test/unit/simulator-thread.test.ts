import { expect, test } from 'vitest';
import { Inbox } from '../../simulator/inbox/inbox.ts';
import type { Thread } from '../../simulator/inbox/thread.ts';
import { fc } from './property.ts';

const NEWEST_SEC = 1_700_000_000;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ write: fc.integer({ min: -400, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ unsend: fc.nat() }) },
);

/** The codes from newest to oldest. */
function codes(thread: Thread): number[] {
  return Array.from({ length: thread.total }, (_, index) => thread.at(index).code);
}

test('whatever is written and unsent, the order is that of a plain list, and every code finds its place', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 12 }), (steps, messages) => {
      const inbox = new Inbox({
        platform: 'messenger',
        owner: '1',
        seed: 3,
        count: 1,
        messages,
        exactMessages: true,
        newestSec: NEWEST_SEC,
      });
      const thread = () => inbox.thread(0) as Thread;
      const list = codes(thread()).map((code) => ({ code, sec: thread().computedSec(code) }));
      const gone = new Map<number, number>();
      for (const one of steps) {
        if ('write' in one) {
          const sec = NEWEST_SEC + one.write;
          const message = inbox.addMessage(0, false, 'text', sec);
          const place = list.findIndex((other) => other.sec <= sec);
          list.splice(place < 0 ? list.length : place, 0, { code: message?.code ?? -1, sec });
          continue;
        }
        const index = one.unsend % Math.max(1, list.length);
        const target = list[index];
        if (!target) continue;
        const older = list.slice(index + 1);
        expect(inbox.unsend(0, target.code)).toBe(true);
        expect(inbox.unsend(0, target.code), 'only once').toBe(false);
        list.splice(index, 1);
        gone.set(target.code, target.sec);
        const standing = thread().standing(target.code);
        expect(standing).toEqual({ index: list.length - older.length, there: false });
      }
      expect(codes(thread())).toEqual(list.map(({ code }) => code));
      expect(list.map(({ code }) => thread().indexOf(code))).toEqual(list.map((_, index) => index));
      for (const [code, sec] of gone) {
        expect(thread().indexOf(code)).toBeNull();
        const { index } = thread().standing(code) ?? { index: -1 };
        expect(list.slice(0, index).every((other) => other.sec >= sec)).toBe(true);
        expect(list.slice(index).every((other) => other.sec <= sec)).toBe(true);
      }
    }),
  );
});
