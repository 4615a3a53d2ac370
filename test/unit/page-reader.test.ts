import { afterEach, describe, expect, test } from 'vitest';
import { createListReader, createPageReader } from '../../activities/page-reader.ts';
import type { PageSize } from '../../src/contract/slice.ts';
import {
  clientAgainst,
  DEAD_CURSOR,
  DOWN,
  INBOX,
  pagingTo,
  TOO_MUCH,
  UNKNOWN,
} from './graph-client-under-test.ts';
import { never, stopServing } from './graph-server.ts';

afterEach(stopServing);

const size = (conversations: number, messages: number): PageSize => ({
  conversations,
  messages,
  goodPages: 3,
});
/** Conversations and messages that a request asks for. */
const asked = (url: URL) => [
  Number(url.searchParams.get('limit') ?? 1),
  Number(/messages\.limit\((\d+)\)/.exec(url.searchParams.get('fields') ?? '')?.[1] ?? 0),
];
/** Counts the calls that it is told of. */
function counter() {
  const counted = {
    calls: 0,
    onCall: () => {
      counted.calls += 1;
    },
  };
  return counted;
}

describe('pages of an inbox', () => {
  test('one call, what was asked for', async () => {
    const { graph, urls } = await clientAgainst(() => ({
      body: { data: [{ id: 't_1' }], paging: pagingTo('b') },
    }));
    const counted = counter();
    const read = await createPageReader(graph, INBOX, never)('a', size(50, 25), counted.onCall);
    expect(read).toMatchObject({ page: { after: 'b', rejected: [] }, size: size(50, 25), apiCalls: 1 });
    expect(read.page.conversations.map(({ id }) => id)).toEqual(['t_1']);
    expect(counted.calls).toBe(1);
    expect(urls.map(asked)).toEqual([[50, 25]]);
    expect(urls[0]?.searchParams.get('after')).toBe('a');
  });

  test('less and less until Meta is content, from the same cursor; every call is counted', async () => {
    const { graph, urls } = await clientAgainst((url) => {
      const [conversations = 0, messages = 0] = asked(url);
      return conversations > 1 || messages > 6 ? TOO_MUCH : { body: { data: [] } };
    });
    const counted = counter();
    const read = await createPageReader(graph, INBOX, never)('a', size(5, 25), counted.onCall);
    expect(urls.map(asked)).toEqual([
      [5, 25],
      [2, 25],
      [1, 25],
      [1, 12],
      [1, 6],
    ]);
    expect(new Set(urls.map((url) => url.searchParams.get('after')))).toEqual(new Set(['a']));
    expect(read).toMatchObject({ size: { conversations: 1, messages: 6, goodPages: 0 }, apiCalls: 5 });
    expect(counted.calls).toBe(5);
  });

  test('a single conversation without messages that is still too much is an error', async () => {
    const { graph, urls } = await clientAgainst(() => TOO_MUCH);
    const counted = counter();
    const reading = createPageReader(graph, INBOX, never)(null, size(1, 1), counted.onCall);
    await expect(reading).rejects.toMatchObject({ kind: 'shrink' });
    expect(urls.map(asked)).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect(counted.calls).toBe(2);
  });

  test('any other error is not tried again', async () => {
    const { graph, urls } = await clientAgainst(() => DEAD_CURSOR);
    const reading = createPageReader(graph, INBOX, never)('dead', size(50, 25), () => {});
    await expect(reading).rejects.toMatchObject({ kind: 'bad_request' });
    expect(urls).toHaveLength(1);
  });
});

describe('conversations that are listed', () => {
  const IDS = ['t_a', 't_b', 't_c'];
  /** Reads from a cursor to the end: what each page had. */
  async function readAll(answerTo: Parameters<typeof clientAgainst>[0], ids = IDS) {
    const { graph, urls } = await clientAgainst(answerTo);
    const reader = createListReader(graph, INBOX, ids, never);
    const pages = [];
    let after: string | null = null;
    do {
      const read = await reader(after, size(100, 25), () => {});
      pages.push(read);
      after = read.page.after;
    } while (after !== null);
    return { pages, urls };
  }
  const idOf = (url: URL) => url.pathname.split('/').at(-1);

  test('one a page, and the cursor is the number of the next', async () => {
    const { pages, urls } = await readAll((url) => ({ body: { id: idOf(url) } }));
    expect(urls.map(idOf)).toEqual(IDS);
    expect(urls.map(asked)).toEqual(IDS.map(() => [1, 25]));
    expect(pages.map(({ page }) => page.conversations.map(({ id }) => id))).toEqual([
      ['t_a'],
      ['t_b'],
      ['t_c'],
    ]);
    expect(pages.map(({ page }) => page.after)).toEqual(['1', '2', null]);
    expect(pages.map(({ apiCalls }) => apiCalls)).toEqual([1, 1, 1]);
    expect(pages[0]?.size.conversations).toBe(1);
  });

  test('goes on from a cursor, and is over after the last', async () => {
    const { graph, urls } = await clientAgainst((url) => ({ body: { id: idOf(url) } }));
    const reader = createListReader(graph, INBOX, IDS, never);
    expect((await reader('2', size(1, 25), () => {})).page).toMatchObject({
      conversations: [{ id: 't_c' }],
      after: null,
    });
    for (const after of ['3', '99']) {
      expect(await reader(after, size(1, 25), () => {})).toEqual({
        page: { conversations: [], rejected: [], after: null },
        size: size(1, 25),
        apiCalls: 0,
      });
    }
    expect(urls).toHaveLength(1);
  });

  test('one that Graph does not know is set aside, the others are read', async () => {
    const { pages } = await readAll((url) => (idOf(url) === 't_b' ? UNKNOWN : { body: { id: idOf(url) } }));
    expect(pages.map(({ page }) => page.conversations.length)).toEqual([1, 0, 1]);
    expect(pages[1]?.page.rejected).toEqual([
      {
        itemType: 'conversation',
        graphId: 't_b',
        conversationId: 't_b',
        detail: expect.stringContaining('code 100'),
        payload: null,
      },
    ]);
    expect(pages[1]?.page.after).toBe('2');
    expect(pages[1]?.apiCalls).toBe(1);
  });

  test('one that cannot be read is set aside like any other', async () => {
    const { pages } = await readAll(() => ({ body: { id: 't_a', updated_time: 'broken' } }), ['t_a']);
    expect(pages[0]?.page).toMatchObject({ conversations: [], rejected: [{ graphId: 't_a' }], after: null });
  });

  test('one that is too much is asked for with fewer messages', async () => {
    const { pages, urls } = await readAll(
      (url) => ((asked(url)[1] ?? 0) > 0 ? TOO_MUCH : { body: { id: 't_a' } }),
      ['t_a'],
    );
    expect(urls.map(asked)).toEqual([25, 12, 6, 3, 1, 0].map((messages) => [1, messages]));
    expect(pages[0]).toMatchObject({ size: { conversations: 1, messages: 0 }, apiCalls: 6 });
    // of its messages nothing is known then
    expect(pages[0]?.page.conversations[0]?.messagesComplete).toBe(false);
  });

  test('one whose id Graph refuses is set aside', async () => {
    const { pages } = await readAll(() => DEAD_CURSOR, ['t_a']);
    expect(pages[0]?.page).toMatchObject({ conversations: [], rejected: [{ graphId: 't_a' }], after: null });
  });

  test('an error that is not the conversation’s own is thrown', async () => {
    await expect(readAll(() => DOWN)).rejects.toMatchObject({ kind: 'transient' });
  });
});
