import { describe, expect, test } from 'vitest';
import { buildBatch } from '../../activities/build-batch.ts';
import { fullPageSize } from '../../activities/page-size.ts';
import type { SyncSliceInput } from '../../src/contract/slice.ts';
import { readPage } from '../../src/graph/conversations.ts';
import type { StreamPosition } from '../../src/store/index.ts';
import { graphTime, OWN } from './graph-samples.ts';

const INPUT: SyncSliceInput = {
  jobId: 'job',
  pageId: 'page',
  platform: 'instagram',
  pageSize: null,
  messageDepth: 'all',
  maxConversations: null,
  failures: 0,
  stuckSinceMs: null,
  walkedOnly: false,
  refresh: false,
  mode: 'full',
  stopBelow: null,
  lookFirst: false,
  until: null,
  unreadOnly: false,
  listed: false,
  restartAfterSeq: null,
};
const POSITION: StreamPosition = {
  seq: 6,
  nothingNew: false,
  nextCursor: 'asked',
  isLast: false,
  fetched: 600,
};
const NEXT = { next: 'https://graph.facebook.com/v25.0/1/conversations?after=more' };
const BAD = { id: 't_bad', updated_time: 'broken' };
const ids = (...names: string[]) => names.map((id) => ({ id, updated_time: graphTime(1) }));

function build(
  data: unknown[],
  {
    paging = {},
    room = null,
    ...input
  }: { paging?: object; room?: number | null } & Partial<SyncSliceInput> = {},
) {
  const page = readPage({ data, paging }, POSITION.nextCursor);
  return buildBatch(
    { ...INPUT, ...input },
    OWN,
    POSITION,
    { page, size: fullPageSize(INPUT), apiCalls: 3 },
    room,
  );
}

describe('the batch of a page', () => {
  test('goes on where the stream stands', () => {
    const batch = build(ids('a', 'b'), { paging: NEXT });
    expect(batch).toMatchObject({ jobId: 'job', pageId: 'page', platform: 'instagram', seq: 7, apiCalls: 3 });
    expect(batch).toMatchObject({ nextCursor: 'more', isLast: false, repeated: 0, failures: [] });
    expect(batch.conversations.map(({ graphId }) => graphId)).toEqual(['a', 'b']);
  });

  test('without a next page is the last', () => {
    expect(build(ids('a'))).toMatchObject({ isLast: true, nextCursor: null });
  });

  test('that is empty but has a next page is not', () => {
    expect(build([], { paging: NEXT })).toMatchObject({
      isLast: false,
      nextCursor: 'more',
      conversations: [],
    });
  });

  test('remembers its conversations, and takes over what is shown now, where the job wants it', () => {
    expect(build(ids('a'))).toMatchObject({ keepIds: false, refresh: false });
    expect(build(ids('a'), { walkedOnly: true })).toMatchObject({ keepIds: true, refresh: false });
    expect(build(ids('a'), { refresh: true })).toMatchObject({ keepIds: false, refresh: true });
  });

  test('of an incremental sync says so in its events', () => {
    const messages = { data: [{ id: 'm_1', created_time: graphTime(0), message: 'x' }] };
    const batch = build([{ id: 'a', messages }], { mode: 'incremental' });
    expect(batch.conversations[0]?.events[0]?.metadata.source).toBe('incremental_sync');
  });

  test('marks its events as history, which raises no notification', () => {
    const messages = { data: [{ id: 'm_1', created_time: graphTime(0), message: 'x' }] };
    expect(build([{ id: 'a', messages }]).conversations[0]?.events[0]?.metadata.source).toBe('initial_sync');
  });
});

describe('a conversation that is listed twice', () => {
  const at = (minute: number | null, unread_count: number) => ({
    id: 'twice',
    ...(minute === null ? {} : { updated_time: graphTime(minute) }),
    unread_count,
  });

  test.each<[string, unknown[], number]>([
    ['the newer first', [at(9, 1), at(2, 2)], 1],
    ['the newer last', [at(2, 1), at(9, 2)], 2],
    ['both of the same time: the first', [at(2, 1), at(2, 2)], 1],
    ['one without a time', [at(null, 1), at(2, 2)], 2],
    ['three times', [at(1, 1), at(3, 3), at(2, 2)], 3],
  ])('is stored once, as its newest reading: %s', (_, readings, unread) => {
    const batch = build([...ids('a'), ...readings, ...ids('z')]);
    expect(batch.conversations.map(({ graphId }) => graphId)).toEqual(['a', 'twice', 'z']);
    expect(batch.conversations[1]?.unreadCount).toBe(unread);
    expect(batch.repeated).toBe(readings.length - 1);
  });
});

describe('what could not be read', () => {
  test('goes with the batch, with reason and payload', () => {
    const badMessage = { id: 'm_bad' };
    const batch = build([BAD, { id: 'a', messages: { data: [badMessage] } }, null]);
    expect(batch.conversations.map(({ graphId }) => graphId)).toEqual(['a']);
    expect(batch.failures).toEqual([
      {
        itemType: 'conversation',
        graphId: 't_bad',
        conversationGraphId: 't_bad',
        reason: 'unreadable_conversation',
        detail: expect.stringContaining('updated_time'),
        payload: BAD,
      },
      {
        itemType: 'message',
        graphId: 'm_bad',
        conversationGraphId: 'a',
        reason: 'unreadable_message',
        detail: expect.stringContaining('created_time'),
        payload: badMessage,
      },
      {
        itemType: 'conversation',
        graphId: null,
        conversationGraphId: null,
        reason: 'unreadable_conversation',
        detail: expect.any(String),
        payload: null,
      },
    ]);
  });
});

describe('a job that may take only so many', () => {
  test.each<[string, unknown[], number | null, boolean, number]>([
    ['any number', ids('a', 'b', 'c'), null, false, 3],
    ['more than there are', ids('a', 'b', 'c'), 4, false, 3],
    ['as many as there are', ids('a', 'b', 'c'), 3, true, 3],
    ['fewer than there are', ids('a', 'b', 'c'), 2, true, 2],
    ['as many as there are with one set aside', [...ids('a', 'b'), BAD], 3, true, 2],
    ['one more than there are with one set aside', [...ids('a', 'b'), BAD], 4, false, 2],
  ])('%s', (_, data, room, isLast, conversations) => {
    const batch = build(data, { paging: NEXT, room });
    expect(batch).toMatchObject({ isLast, nextCursor: isLast ? null : 'more' });
    expect(batch.conversations).toHaveLength(conversations);
  });

  test('a message that could not be read takes no room', () => {
    const batch = build([{ id: 'a', messages: { data: [{ id: 'm_bad' }] } }], { paging: NEXT, room: 2 });
    expect(batch.isLast).toBe(false);
  });

  test('never takes more, what was set aside and repeated included', () => {
    const data = [...ids('a', 'b', 'b'), BAD, { ...BAD, id: 't_bad2' }, ...ids('c')];
    for (const room of [1, 2, 3, 4, 5]) {
      const batch = build(data, { paging: NEXT, room });
      const failed = batch.failures.filter(({ itemType }) => itemType === 'conversation').length;
      expect([room, batch.conversations.length + batch.repeated + failed <= room]).toEqual([room, true]);
    }
  });
});

describe('what a job wants', () => {
  const at = (id: string, minute: number | null, unread_count = 0) => ({
    id,
    ...(minute === null ? {} : { updated_time: graphTime(minute) }),
    unread_count,
  });
  const iso = (minute: number) => new Date(graphTime(minute)).toISOString();
  const INBOX = [at('e', 50, 1), at('d', 40), at('none', null), at('c', 30, 2), at('b', 20), at('a', 10, 1)];

  test.each<[string, Partial<SyncSliceInput> & { room?: number }, string[], boolean]>([
    ['everything', {}, ['e', 'd', 'none', 'c', 'b', 'a'], false],
    [
      'down to a time that the page does not reach',
      { stopBelow: iso(5) },
      ['e', 'd', 'none', 'c', 'b', 'a'],
      false,
    ],
    ['down to the time of its last', { stopBelow: iso(10) }, ['e', 'd', 'none', 'c', 'b', 'a'], false],
    ['down to a time within the page', { stopBelow: iso(30) }, ['e', 'd', 'none', 'c'], true],
    ['down to a time above the page', { stopBelow: iso(55) }, ['none'], true],
    ['up to a time within the page', { until: iso(30) }, ['none', 'c', 'b', 'a'], false],
    ['up to a time below the page', { until: iso(5) }, ['none'], false],
    ['what is between', { stopBelow: iso(20), until: iso(40) }, ['d', 'none', 'c', 'b'], true],
    ['unread ones', { unreadOnly: true }, ['e', 'c', 'a'], false],
    ['unread ones between', { unreadOnly: true, stopBelow: iso(20), until: iso(40) }, ['c'], true],
    ['fewer than fit', { unreadOnly: true, room: 2 }, ['e', 'c'], true],
    ['as many as fit', { unreadOnly: true, room: 3 }, ['e', 'c', 'a'], true],
    ['more than there are', { unreadOnly: true, room: 4 }, ['e', 'c', 'a'], false],
    ['the first below a time', { until: iso(30), room: 2 }, ['none', 'c'], true],
    ['fewer than fit and reach the time', { stopBelow: iso(30), room: 10 }, ['e', 'd', 'none', 'c'], true],
  ])('%s', (_, input, names, isLast) => {
    const batch = build(INBOX, { paging: NEXT, ...input });
    expect(batch.conversations.map(({ graphId }) => graphId)).toEqual(names);
    expect(batch).toMatchObject({ isLast, nextCursor: isLast ? null : 'more', repeated: 0 });
  });

  test('a page whose conversations have no times does not end the walk', () => {
    expect(build([at('x', null)], { paging: NEXT, stopBelow: iso(30) }).isLast).toBe(false);
    expect(build([], { paging: NEXT, stopBelow: iso(30) }).isLast).toBe(false);
    expect(build([at('old', 10), at('x', null)], { paging: NEXT, stopBelow: iso(30) }).isLast).toBe(true);
  });

  test('what is not wanted takes no room, what was set aside does', () => {
    const batch = build([...INBOX, BAD], { paging: NEXT, unreadOnly: true, room: 3 });
    expect(batch.conversations.map(({ graphId }) => graphId)).toEqual(['e', 'c']);
    expect(batch.failures.map(({ graphId }) => graphId)).toEqual(['t_bad']);
    expect(batch.isLast).toBe(true);
  });
});
