import { afterEach, describe, expect, test } from 'vitest';
import type { HistoryWalkState } from '../../activities/history-reader.ts';
import { walkHistories } from '../../activities/walk-histories.ts';
import { afterHistoryPage } from '../../src/store/history.ts';
import {
  type HistoryPage,
  type HistoryScope,
  type IncompleteConversation,
  isEnough,
  type Store,
} from '../../src/store/index.ts';
import {
  type Answer,
  clientAgainst,
  DEAD_CURSOR,
  DOWN,
  INBOX,
  pagingTo,
  TOO_MUCH,
  UNKNOWN,
} from './graph-client-under-test.ts';
import { graphTime, OWN, PAGE } from './graph-samples.ts';
import { never, stopServing } from './graph-server.ts';
import { totals } from './sync-samples.ts';

afterEach(stopServing);

const SCOPE: HistoryScope = {
  jobId: 'job',
  pageId: 'page',
  platform: 'messenger',
  depth: null,
  walkedOnly: false,
  listed: false,
};

/** Conversations `t_0`, `t_1` …, newest first, of each of which so many messages are missing. */
function memory(missing: number[]) {
  const rows = missing.map(
    (_, i): IncompleteConversation => ({
      id: `c${i}`,
      graphId: `t_${i}`,
      activityAt: String(missing.length - i).padStart(3, '0'),
      historyCursor: '0',
      historyComplete: false,
      syncedTo: '2026-01-31T12:59:00.000Z',
      gapCursor: null,
      gapTo: null,
      stored: 0,
    }),
  );
  const stored: string[] = [];
  const setAside: [string, string, number][] = [];
  const restarted: string[] = [];
  let job = totals(0);
  const histories = {
    async next(_: HistoryScope, after: { activityAt: string } | null, limit: number) {
      const left = rows.filter(
        (row) => !isEnough(row, null) && !setAside.some(([graphId]) => graphId === row.graphId),
      );
      return left.filter((row) => after === null || row.activityAt < after.activityAt).slice(0, limit);
    },
    async storePage(_: HistoryScope, before: IncompleteConversation, page: HistoryPage) {
      const index = rows.findIndex((row) => row.id === before.id);
      if (rows[index]?.historyCursor !== before.historyCursor) return null;
      const conversation = { ...before, ...afterHistoryPage(before, page) };
      rows[index] = conversation;
      stored.push(...page.events.map((event) => `${before.graphId}/${event.messageId}`));
      const done = conversation.historyComplete ? 1 : 0;
      job = { ...job, histories: job.histories + done, apiCalls: job.apiCalls + page.apiCalls };
      return job;
    },
    async restart(_: string, before: IncompleteConversation) {
      if (restarted.includes(before.graphId)) return false;
      restarted.push(before.graphId);
      const index = rows.findIndex((row) => row.id === before.id);
      rows[index] = { ...before, historyCursor: '0' };
      return true;
    },
    async setAside(
      _: HistoryScope,
      { graphId }: IncompleteConversation,
      reason: string,
      __: string,
      calls: number,
    ) {
      setAside.push([graphId, reason, calls]);
      job = { ...job, historiesFailed: job.historiesFailed + 1, apiCalls: job.apiCalls + calls };
      return job;
    },
  };
  return { store: { histories } as unknown as Store, stored, setAside, restarted, rows };
}

/** A conversation's messages, three a page; the cursor is the number of the first. */
function messagesOf(url: URL, missing: number[]): Answer {
  const [, index] = /t_(\d+)\/messages$/.exec(url.pathname) ?? [];
  const first = Number(url.searchParams.get('after') ?? 0);
  const count = missing[Number(index)] ?? 0;
  const data = Array.from({ length: Math.max(0, Math.min(3, count - first)) }, (_, i) => ({
    id: `m_${first + i}`,
    created_time: graphTime(50 - first - i),
    message: 'x',
    from: { id: PAGE },
  }));
  return { body: { data, paging: pagingTo(first + 3 < count ? String(first + 3) : null) } };
}

/** One slice; `special` answers in place of what a conversation really has. */
async function walk(
  missing: number[],
  special: (graphId: string, url: URL) => Answer | undefined = () => undefined,
  { deadlineMs = Infinity, signal = never, world = memory(missing), failures = 0 } = {},
) {
  const { graph, urls } = await clientAgainst((url) => {
    const graphId = url.pathname.split('/')[2] ?? '';
    return special(graphId, url) ?? messagesOf(url, missing);
  });
  const state: HistoryWalkState = {
    job: totals(0),
    advanced: false,
    apiCalls: 0,
    messageLimit: 100,
    place: null,
  };
  const input = { refresh: false, failures };
  const end = await walkHistories({ store: world.store, graph }, SCOPE, input, state, {
    inbox: INBOX,
    own: OWN,
    signal,
    deadlineMs,
  }).catch((error: unknown) => ({ error }));
  return { end, state, urls, ...world };
}
const everything = (missing: number[]) =>
  missing.flatMap((count, i) => Array.from({ length: count }, (_, n) => `t_${i}/m_${n}`));

describe('a slice of older messages', () => {
  test('reads all of them, conversation by conversation, each page once', async () => {
    const missing = [7, 1, 0, 3, 4];
    const { end, state, stored, urls } = await walk(missing);
    expect(end).toBe('end');
    expect(stored).toEqual(everything(missing));
    expect(urls).toHaveLength(3 + 1 + 1 + 1 + 2);
    expect(state).toMatchObject({ advanced: true, apiCalls: 0, job: { histories: 5, apiCalls: 8 } });
  });

  test('more than are looked up at a time', async () => {
    const missing = Array.from({ length: 120 }, () => 1);
    const { end, stored } = await walk(missing);
    expect(end).toBe('end');
    expect(stored).toEqual(everything(missing));
  });

  test('with nothing to do asks nothing', async () => {
    const { end, urls, state } = await walk([]);
    expect([end, urls.length, state.advanced]).toEqual(['end', 0, false]);
  });

  test('after its deadline begins no page, and stores the one in hand', async () => {
    const missing = [7, 1];
    const { end, stored, urls, state } = await walk(missing, undefined, { deadlineMs: 0 });
    expect(end).toBe('time');
    expect(urls).toHaveLength(1);
    expect(stored).toEqual(everything([3]));
    expect(state).toMatchObject({ advanced: true, apiCalls: 0 });
  });

  test('leaves a conversation that somebody else has moved on to the next slice', async () => {
    const world = memory([7, 1]);
    const { end, stored, state } = await walk(
      [7, 1],
      () => {
        world.rows[0] = { ...(world.rows[0] as IncompleteConversation), historyCursor: 'moved' };
        return undefined;
      },
      { world },
    );
    expect([end, stored, state.advanced]).toEqual(['time', [], false]);
  });

  test('that is aborted ends with its reason, whatever else goes wrong', async () => {
    const abort = new AbortController();
    const cancel = () => {
      abort.abort(new Error('cancelled'));
      return UNKNOWN;
    };
    const { end, setAside } = await walk([1], cancel, { signal: abort.signal });
    expect(end).toMatchObject({ error: { message: 'cancelled' } });
    expect(setAside).toEqual([]);
  });
});

describe('an error that concerns one conversation', () => {
  const only = (graphId: string, answer: Answer) => (asked: string) =>
    asked === graphId ? answer : undefined;

  test.each([
    ['gone', UNKNOWN, 1],
    // 100, 50, 25, 12, 6, 3, 1
    ['too_much_data', TOO_MUCH, 7],
  ])('sets it aside as %s with its calls, the others are read', async (reason, answer, calls) => {
    const { end, stored, setAside, state } = await walk([1, 5, 2], only('t_1', answer));
    expect(end).toBe('end');
    expect(stored).toEqual(['t_0/m_0', 't_2/m_0', 't_2/m_1']);
    expect(setAside).toEqual([['t_1', reason, calls]]);
    expect(state).toMatchObject({ apiCalls: 0, job: { historiesFailed: 1 } });
  });

  test('a dead cursor begins its history anew, in another slice, and is set aside when it dies again', async () => {
    const world = memory([1, 5, 2]);
    const dies = (graphId: string, url: URL) =>
      graphId === 't_1' && url.searchParams.get('after') === '3' ? DEAD_CURSOR : undefined;
    const first = await walk([1, 5, 2], dies, { world });
    expect(first.end).toBe('time');
    expect(first.restarted).toEqual(['t_1']);
    expect(first.setAside).toEqual([]);
    await stopServing();
    const second = await walk([1, 5, 2], dies, { world });
    expect(second.end).toBe('end');
    expect(second.setAside).toEqual([['t_1', 'dead_cursor', 1]]);
    expect(new Set(second.stored)).toEqual(
      new Set(['t_0/m_0', 't_1/m_0', 't_1/m_1', 't_1/m_2', 't_2/m_0', 't_2/m_1']),
    );
  });

  test('four that are gone in a row are set aside, five are no coincidence', async () => {
    const four = await walk([1, 1, 1, 1, 1], (graphId) => (graphId === 't_4' ? undefined : UNKNOWN));
    expect([four.end, four.setAside.length, four.stored]).toEqual(['end', 4, ['t_4/m_0']]);
    await stopServing();
    const five = await walk([1, 1, 1, 1, 1, 1], () => UNKNOWN);
    expect(five.end).toMatchObject({ error: { kind: 'gone' } });
    expect(five.setAside.map(([graphId]) => graphId)).toEqual(['t_0', 't_1', 't_2', 't_3']);
  });

  test('is counted anew after one that could be read', async () => {
    const { end, setAside } = await walk([1, 1, 1, 1, 1, 1, 1, 1, 1], (graphId) =>
      graphId === 't_4' ? undefined : UNKNOWN,
    );
    expect([end, setAside.length]).toEqual(['end', 8]);
  });
});

test('any other error ends the slice with what was stored before', async () => {
  const { end, stored, state, setAside } = await walk([2, 5], (graphId, url) =>
    graphId === 't_1' && url.searchParams.get('after') === '3' ? DOWN : undefined,
  );
  expect(end).toMatchObject({ error: { kind: 'transient' } });
  expect(stored).toEqual(['t_0/m_0', 't_0/m_1', 't_1/m_0', 't_1/m_1', 't_1/m_2']);
  // the call that failed is not in the job's row yet
  expect(state).toMatchObject({ advanced: true, apiCalls: 1 });
  expect(setAside).toEqual([]);
});

describe('a conversation that fails again and again', () => {
  const down =
    (...ids: string[]) =>
    (graphId: string) =>
      ids.includes(graphId) ? DOWN : undefined;

  test('is set aside once Meta answers for the next one', async () => {
    const { end, stored, setAside } = await walk([2, 1], down('t_0'), { failures: 3 });
    expect(end).toBe('end');
    expect(stored).toEqual(['t_1/m_0']);
    expect(setAside.map(([graphId, reason]) => [graphId, reason])).toEqual([['t_0', 'transient']]);
  });

  test('is set aside when there is no other to ask for', async () => {
    const { end, setAside } = await walk([2], down('t_0'), { failures: 3 });
    expect([end, setAside.length]).toEqual(['end', 1]);
  });

  test('is not to blame while Meta answers for nobody', async () => {
    const { end, setAside } = await walk([2, 1], down('t_0', 't_1'), { failures: 3 });
    expect(end).toMatchObject({ error: { kind: 'transient' } });
    expect(setAside).toEqual([]);
  });
});
