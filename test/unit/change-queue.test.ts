import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ChangeQueue } from '../../src/api/change-queue.ts';
import type { Change } from '../../src/contract/change-resources.ts';
import { MAX_NAMED_CONVERSATIONS } from '../../src/contract/changes.ts';
import type { ChangeHint } from '../../src/store/index.ts';

let sent: Change[];
let queue: ChangeQueue;
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  queue = new ChangeQueue((change) => sent.push(change));
});
afterEach(() => vi.useRealTimers());

const page = (pageId: string = randomUUID()): ChangeHint => ({ name: 'page', data: { pageId } });
const conversations = (pageId: string, conversationIds: string[]): ChangeHint => ({
  name: 'conversations',
  data: { pageId, conversationIds },
});
const job = (jobId: string, status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED'): ChangeHint => ({
  name: 'job',
  data: { pageId: 'p', jobId, status, trigger: 'manual', mode: 'full', conversationId: null, batchId: null },
});
/** What has been sent since the last look. */
const taken = () => sent.splice(0);
const names = () => taken().map(({ name }) => name);

describe('hints', () => {
  test('go at once when nothing has gone before, and again after a quiet while', () => {
    queue.push(page('a'));
    expect(taken()).toEqual([page('a')]);
    vi.advanceTimersByTime(2000);
    queue.push(page('a'));
    expect(taken()).toEqual([page('a')]);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(2000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('of the same thing become one: the state of a job that is newest, the conversations of all', () => {
    queue.push(job('x', 'PENDING'));
    taken();
    queue.push(job('x', 'IN_PROGRESS'));
    queue.push(conversations('a', ['1', '2']));
    queue.push(conversations('b', ['9']));
    queue.push(job('x', 'COMPLETED'));
    queue.push(conversations('a', ['2', '3']));
    expect(taken()).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(taken()).toEqual([
      job('x', 'COMPLETED'),
      conversations('a', ['1', '2', '3']),
      conversations('b', ['9']),
    ]);
  });

  test('name no conversations when there are too many, or when one of them names none', () => {
    const ids = (from: number) => Array.from({ length: 60 }, (_, n) => String(from + n));
    queue.push(page());
    taken();
    queue.push(conversations('a', ids(0)));
    queue.push(conversations('a', ids(MAX_NAMED_CONVERSATIONS)));
    queue.push(conversations('b', []));
    queue.push(conversations('b', ['1']));
    vi.advanceTimersByTime(500);
    expect(taken()).toEqual([conversations('a', []), conversations('b', [])]);
  });

  test('are at most eight of a name a second, whatever comes; of the others as many', () => {
    for (let n = 0; n < 30; n += 1) queue.push(page());
    queue.push(job('x', 'PENDING'));
    let most = 0;
    let pages = 0;
    for (let second = 0; second < 5; second += 1) {
      vi.advanceTimersByTime(1000);
      const now = names();
      if (second === 0) expect(now).toContain('job');
      const count = now.filter((name) => name === 'page').length;
      most = Math.max(most, second === 0 ? count - 1 : count);
      pages += count;
    }
    expect(most).toBeLessThanOrEqual(8);
    expect(pages).toBe(30);
  });
});

describe('too much', () => {
  test('is told by one reset, at most every five seconds, and nothing that waits is lost', () => {
    const perSecond: string[][] = [];
    for (let tenth = 0; tenth < 200; tenth += 1) {
      for (let n = 0; n < 20; n += 1) queue.push(page());
      vi.advanceTimersByTime(100);
      if (tenth % 10 === 9) perSecond.push(names());
    }
    const resets = perSecond.flat().filter((name) => name === 'reset').length;
    expect(resets).toBeGreaterThanOrEqual(3);
    expect(resets).toBeLessThanOrEqual(5);
    for (const second of perSecond) expect(second.length).toBeLessThanOrEqual(10);
    const last = page();
    queue.push(last);
    vi.advanceTimersByTime(5000);
    const end = taken();
    expect(end.some((change) => change.name === 'reset' || change === last)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('and nothing comes after the end', () => {
    for (let n = 0; n < 30; n += 1) queue.push(page());
    taken();
    queue.close();
    vi.advanceTimersByTime(5000);
    expect([taken(), vi.getTimerCount()]).toEqual([[], 0]);
  });
});
