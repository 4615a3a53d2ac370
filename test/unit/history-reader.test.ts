import { afterEach, describe, expect, test } from 'vitest';
import { createHistoryReader, type HistoryWalkState } from '../../activities/history-reader.ts';
import type { Platform } from '../../src/contract/platform.ts';
import type { IncompleteConversation } from '../../src/store/index.ts';
import {
  type Answer,
  clientAgainst,
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

const iso = (minute: number) => new Date(graphTime(minute)).toISOString();
const message = (minute: number, text: string | null = 'x') => ({
  id: `m_${minute}`,
  created_time: graphTime(minute),
  ...(text === null ? {} : { message: text, from: { id: PAGE } }),
});
const page = (data: unknown[], after: string | null): Answer => ({ body: { data, paging: pagingTo(after) } });
const CONVERSATION: IncompleteConversation = {
  id: 'c1',
  graphId: 't_1',
  activityAt: 'now',
  historyCursor: 'older',
  historyComplete: false,
  syncedTo: iso(50),
  gapCursor: null,
  gapTo: null,
  stored: 25,
};

interface Setting {
  depth?: number | null;
  messageLimit?: number;
  platform?: Platform;
  conversation?: Partial<IncompleteConversation>;
}

/** Reads one page; `limits` are what was asked for. */
async function read(answerTo: (url: URL) => Answer, setting: Setting = {}) {
  const { depth = null, messageLimit = 100, platform = 'messenger', conversation = {} } = setting;
  const { graph, urls } = await clientAgainst(answerTo);
  const state: HistoryWalkState = {
    job: totals(0),
    advanced: false,
    apiCalls: 0,
    messageLimit,
    place: null,
  };
  const context = { inbox: { ...INBOX, platform }, own: OWN, signal: never, deadlineMs: Infinity };
  const reader = createHistoryReader(graph, context, depth, state);
  const got = await reader({ ...CONVERSATION, ...conversation }).catch((error: unknown) => ({ error }));
  return { got, state, urls, limits: urls.map((url) => Number(url.searchParams.get('limit'))) };
}
const limitOf = (url: URL) => Number(url.searchParams.get('limit'));

describe('a page of older messages', () => {
  test('is asked for after the conversation’s cursor, and says where it stands then', async () => {
    const { got, urls, state } = await read(() => page([message(9), message(8)], 'next'));
    expect(urls[0]?.pathname).toBe('/v25.0/t_1/messages');
    expect(urls[0]?.searchParams.get('after')).toBe('older');
    expect(got).toMatchObject({
      page: { after: 'next', beyondReach: false, unavailable: 0, apiCalls: 1, failures: [] },
      after: { id: 'c1', historyCursor: 'next', historyComplete: false, syncedTo: iso(50), stored: 27 },
    });
    expect(got).toMatchObject({
      page: {
        events: [
          { messageId: 'm_9', direction: 'outbound', metadata: { source: 'history_sync' } },
          { messageId: 'm_8' },
        ],
      },
    });
    expect(state).toMatchObject({ messageLimit: 100, apiCalls: 1 });
  });

  test('of a gap is asked for after the gap’s cursor', async () => {
    const gap = { gapCursor: 'between', gapTo: iso(59) };
    const { got, urls } = await read(() => page([message(55)], 'next'), { conversation: gap });
    expect(urls[0]?.searchParams.get('after')).toBe('between');
    expect(got).toMatchObject({ after: { historyCursor: 'older', gapCursor: 'next', gapTo: iso(59) } });
  });

  test('a message that cannot be read is set aside with its conversation, the others are read', async () => {
    const { got } = await read(() => page([message(9), { id: 'm_bad' }, message(8)], null));
    expect(got).toMatchObject({
      page: {
        events: [{ messageId: 'm_9' }, { messageId: 'm_8' }],
        failures: [
          { itemType: 'message', graphId: 'm_bad', conversationGraphId: 't_1', reason: 'unreadable_message' },
        ],
      },
      after: { historyComplete: true },
    });
  });

  test.each<[string, Setting, number]>([
    ['as many as a call takes', {}, 100],
    ['as many as the slice has come down to', { messageLimit: 40 }, 40],
    ['as many as are missing', { depth: 60 }, 35],
    ['one at least', { depth: 20 }, 1],
    ['no more than a call takes', { depth: 1000 }, 100],
    ['all of a gap, whatever is wanted', { depth: 26, conversation: { gapTo: iso(59) } }, 100],
  ])('asks for %s', async (_, setting, limit) => {
    expect((await read(() => page([], null), setting)).limits).toEqual([limit]);
  });
});

describe('when Meta finds it too much', () => {
  test('half as many are asked for, again and again, and later pages ask for no more', async () => {
    const { got, limits, state } = await read((url) => (limitOf(url) > 13 ? TOO_MUCH : page([], 'next')));
    expect(limits).toEqual([100, 50, 25, 12]);
    expect(got).toMatchObject({ page: { apiCalls: 4 } });
    expect(state).toMatchObject({ apiCalls: 4, messageLimit: 14 });
  });

  test('a reduced number slowly grows back, to what a call takes and no further', async () => {
    let messageLimit = 1;
    const grown: number[] = [];
    while (messageLimit < 100) {
      ({ messageLimit } = (await read(() => page([], null), { messageLimit })).state);
      grown.push(messageLimit);
      await stopServing();
    }
    expect(grown.slice(0, 12)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15]);
    expect(grown.at(-1)).toBe(100);
    expect((await read(() => page([], null))).state.messageLimit).toBe(100);
  });

  test('a page that was small because few are missing says nothing of larger ones', async () => {
    const { state } = await read(() => page([], null), { depth: 30, messageLimit: 40 });
    expect(state.messageLimit).toBe(40);
  });

  test('a single message that is too much is an error', async () => {
    const { got, limits, state } = await read(() => TOO_MUCH, { messageLimit: 4 });
    expect(limits).toEqual([4, 2, 1]);
    expect(got).toMatchObject({ error: { kind: 'shrink' } });
    expect(state.apiCalls).toBe(3);
  });

  test.each([
    ['gone', UNKNOWN],
    ['transient', DOWN],
  ])('any other error is not tried again: %s', async (kind, answer) => {
    const { got, limits, state } = await read(() => answer);
    expect(got).toMatchObject({ error: { kind } });
    expect(limits).toEqual([100]);
    expect(state).toMatchObject({ messageLimit: 100, apiCalls: 1 });
  });
});

describe('messages that Graph lists and does not show', () => {
  const LISTED = [message(9), message(8, null), message(7, null)];

  test('are beyond reach on Instagram: nothing older is asked for, and they are counted', async () => {
    const { got } = await read(() => page(LISTED, 'next'), { platform: 'instagram' });
    expect(got).toMatchObject({
      page: { events: [{ messageId: 'm_9' }], beyondReach: true, unavailable: 2, failures: [] },
      after: { historyComplete: true, historyCursor: null },
    });
  });

  test('are left out on Messenger, and older ones are asked for', async () => {
    const { got } = await read(() => page(LISTED, 'next'));
    expect(got).toMatchObject({
      page: { events: [{ messageId: 'm_9' }], beyondReach: false, unavailable: 0 },
      after: { historyComplete: false, historyCursor: 'next' },
    });
  });
});
