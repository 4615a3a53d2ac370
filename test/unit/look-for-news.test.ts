import { afterEach, describe, expect, test } from 'vitest';
import { lookForNews } from '../../activities/look-for-news.ts';
import type { SyncSliceInput } from '../../src/contract/slice.ts';
import type { Store } from '../../src/store/index.ts';
import { type Answer, clientAgainst, DOWN, INBOX, pagingTo } from './graph-client-under-test.ts';
import { graphTime } from './graph-samples.ts';
import { never, stopServing } from './graph-server.ts';

afterEach(stopServing);

const iso = (minute: number) => new Date(graphTime(minute)).toISOString();
const at = (id: string, minute: number) => ({ id, updated_time: graphTime(minute) });

/** Looks at an answer of Graph with some conversations stored as they were at a minute. */
async function look(answer: Answer, stored: Record<string, number>, stopBelow: string | null = iso(30)) {
  const { graph, urls } = await clientAgainst(() => answer);
  const asked: unknown[] = [];
  const conversations = {
    async areStored(pageId: string, platform: string, list: readonly { id: string; updatedTime: string }[]) {
      asked.push([pageId, platform, list.map(({ id }) => id)]);
      return list.every(({ id, updatedTime }) => iso(stored[id] ?? 0) === updatedTime);
    },
  };
  const input = { pageId: 'page', platform: 'messenger', stopBelow } as SyncSliceInput;
  let calls = 0;
  const options = {
    signal: never,
    onCall: () => {
      calls += 1;
    },
  };
  const found = await lookForNews(
    { graph, store: { conversations } as unknown as Store },
    input,
    INBOX,
    options,
  );
  return { found, asked, urls, calls };
}

const page = (data: unknown[], after: string | null = 'more'): Answer => ({
  body: { data, paging: pagingTo(after) },
});
const STORED = { e: 50, d: 40, c: 30 };

describe('whether there is anything new', () => {
  test('is one light question', async () => {
    const { urls, calls } = await look(page([]), {});
    expect(calls).toBe(1);
    expect(urls[0]?.searchParams.get('fields')).toBe('id,updated_time,message_count');
    expect(urls[0]?.searchParams.get('limit')).toBe('25');
    expect(urls[0]?.searchParams.has('after')).toBe(false);
  });

  test.each<[string, Answer, Record<string, number>, boolean]>([
    [
      'everything since the watermark is stored',
      page([at('e', 50), at('d', 40), at('b', 20)]),
      STORED,
      false,
    ],
    [
      'what is as old as the watermark is stored',
      page([at('e', 50), at('c', 30), at('b', 20)]),
      STORED,
      false,
    ],
    ['nothing came since the watermark', page([at('b', 20), at('a', 10)]), {}, false],
    ['an inbox that ends above the watermark is stored', page([at('e', 50)], null), STORED, false],
    ['the inbox is empty', page([], null), {}, false],
    ['one is stored as it was before', page([at('e', 51), at('b', 20)]), STORED, true],
    ['one is not stored', page([at('new', 55), at('e', 50), at('b', 20)]), STORED, true],
    ['one of the watermark’s time is not stored', page([at('new', 30), at('b', 20)]), STORED, true],
    ['the watermark is further down', page([at('e', 50), at('d', 40)]), STORED, true],
    ['an empty page leads on', page([]), {}, true],
    ['one has no time', page([{ id: 'x' }, at('b', 20)]), STORED, true],
    ['one cannot be read', page([null, at('b', 20)]), STORED, true],
  ])('%s', async (_, answer, stored, expected) => {
    expect((await look(answer, stored)).found).toBe(expected);
  });

  test('what is below the watermark is not asked for', async () => {
    const { asked } = await look(page([at('e', 50), at('c', 30), at('b', 20), at('a', 10)]), STORED);
    expect(asked).toEqual([['page', 'messenger', ['e', 'c']]]);
  });

  test('an error of Graph is thrown, it is no answer', async () => {
    await expect(look(DOWN, {})).rejects.toMatchObject({ kind: 'transient' });
  });
});
