import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SyncWorkflowInput } from '../../src/contract/sync-options.ts';
import { type Batch, type ConversationInput, createStore, createTokenCipher } from '../../src/store/index.ts';
import { conversation, message } from '../support/batches.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freshPageId } from '../support/stack.ts';

let database: TestDatabase;
let store: ReturnType<typeof createStore>;
beforeAll(async () => {
  database = await createDatabase();
  store = createStore(database.sql, createTokenCipher([randomBytes(32)]));
});
afterAll(() => database.drop());

let pageId: string;
let jobId: string;
beforeEach(async () => {
  const facebookPageId = freshPageId();
  ({ id: pageId } = (await store.pages.connect({ facebookPageId, name: 'A page', accessToken: 'x' })).page);
  jobId = await newJob(facebookPageId);
});

async function newJob(facebookPageId: string): Promise<string> {
  const options = { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null } as const;
  const input: SyncWorkflowInput = { jobId: randomUUID(), pageId, facebookPageId, resume: false, options };
  await store.lifecycle.create(input);
  await store.lifecycle.takeUp(input.jobId, randomUUID());
  return input.jobId;
}

function batch(seq: number, conversations: ConversationInput[], change: Partial<Batch> = {}): Batch {
  return {
    jobId,
    pageId,
    platform: 'messenger',
    seq,
    nextCursor: `after-${seq}`,
    isLast: false,
    conversations,
    repeated: 0,
    keepIds: false,
    refresh: false,
    failures: [],
    apiCalls: 1,
    ...change,
  };
}

const stored = async (graphId: string) => {
  const [row] = await database.sql`SELECT * FROM messenger_conversations
    WHERE page_id = ${pageId} AND graph_conversation_id = ${graphId}`;
  return row as Record<string, unknown> & { version: number };
};
const count = async (table: 'contact_interaction_events' | 'messenger_conversations' | 'contacts') => {
  const [row] =
    await database.sql`SELECT count(*)::int AS n FROM ${database.sql(table)} WHERE page_id = ${pageId}`;
  return row?.n as number;
};

describe('a batch', () => {
  test('counts once, however often it is stored', async () => {
    const first = await store.batches.store(batch(1, [conversation('a'), conversation('b')]));
    expect(first.job).toMatchObject({ fetched: 2, inserted: 2, eventsCreated: 2, batches: 1 });
    const again = await store.batches.store(batch(1, [conversation('a'), conversation('c')]));
    expect(again).toEqual({ ...first, job: { ...first.job, elapsedMs: expect.any(Number) } });
    expect(await count('messenger_conversations')).toBe(2);
  });

  test('stored by two attempts at the same moment is stored by one', async () => {
    const many = Array.from({ length: 100 }, (_, index) => conversation(`c${index}`));
    await Promise.all(Array.from({ length: 8 }, () => store.batches.store(batch(1, many))));
    const job = await store.jobs.find(jobId);
    expect(job?.totals).toMatchObject({ fetched: 100, inserted: 100, eventsCreated: 100, batches: 1 });
    expect(await count('contact_interaction_events')).toBe(100);
  });

  test('of both platforms at once loses nothing', async () => {
    const many = Array.from({ length: 50 }, (_, index) => conversation(`c${index}`));
    const other = many.map((c) => ({ ...c, events: [message(`ig-${c.graphId}`)] }));
    await Promise.all([
      store.batches.store(batch(1, many)),
      store.batches.store(batch(1, other, { platform: 'instagram' })),
    ]);
    expect((await store.jobs.find(jobId))?.totals).toMatchObject({ fetched: 100, inserted: 100, batches: 2 });
  });

  test('that names the same new conversations as another job’s loses no message', async () => {
    // another writer at the same moment (a webhook, say) makes rows that this statement's snapshot cannot see
    for (let round = 0; round < 20; round++) {
      const both = ['x', 'y'].map((side) =>
        Array.from({ length: 10 }, (_, index) =>
          conversation(`r${round}-${index}`, { events: [message(`${side}-${round}-${index}`)] }),
        ),
      );
      await Promise.all(
        both.map((conversations, side) =>
          store.batches.store(
            batch(round + 1, conversations, { platform: 'messenger', jobId: jobs[side] ?? jobId }),
          ),
        ),
      );
    }
    expect(await count('messenger_conversations')).toBe(200);
    expect(await count('contact_interaction_events')).toBe(400);
  });

  test('with one conversation that PostgreSQL refuses sets that one aside', async () => {
    const good = Array.from({ length: 30 }, (_, index) => conversation(`g${index}`));
    // longer than an index can hold
    const bad = conversation('bad', { events: [message(randomBytes(9000).toString('base64'))] });
    const { job: totals } = await store.batches.store(
      batch(1, [...good.slice(0, 11), bad, ...good.slice(11)]),
    );
    expect(totals).toMatchObject({ fetched: 31, inserted: 30, failed: 1, eventsCreated: 30 });
    const failures = await store.failures.list(jobId, { after: null, limit: 10 });
    expect(failures.data).toMatchObject([{ graphId: 'bad', reason: 'not_storable', payload: { id: 'bad' } }]);
    expect((await store.jobs.find(jobId))?.validation).toEqual({ not_storable: 1 });
  });

  test('is all or nothing', async () => {
    await expect(
      store.batches.store(batch(1, [conversation('a')], { pageId: randomUUID() })),
    ).rejects.toThrow();
    expect(await count('messenger_conversations')).toBe(0);
    expect((await store.jobs.find(jobId))?.totals.batches).toBe(0);
  });
});

const jobs: string[] = [];
beforeEach(async () => {
  // a second job of another page, whose counters are its own, writes to the same page
  const { page } = await store.pages.connect({ facebookPageId: freshPageId(), name: 'B', accessToken: 'x' });
  const own = pageId;
  pageId = page.id;
  const second = await newJob(page.facebookPageId);
  pageId = own;
  jobs.splice(0, 2, jobId, second);
});

describe('an unchanged conversation', () => {
  test('is not written', async () => {
    await store.batches.store(batch(1, [conversation('a')]));
    const before =
      await database.sql`SELECT xmin, version FROM messenger_conversations WHERE page_id = ${pageId}`;
    const { job: totals } = await store.batches.store(
      batch(2, [conversation('a', { updatedTime: '2026-01-01T10:00:00Z' })]),
    );
    expect(totals).toMatchObject({ inserted: 1, updated: 0 });
    const after =
      await database.sql`SELECT xmin, version FROM messenger_conversations WHERE page_id = ${pageId}`;
    expect(after).toEqual(before);
  });

  test('with a longer history behind it keeps the place where that begins', async () => {
    const page = { historyComplete: false, historyCursor: 'older' };
    await store.batches.store(batch(1, [conversation('a', page)]));
    const { job: totals } = await store.batches.store(
      batch(2, [conversation('a', { ...page, historyCursor: 'minted anew' })]),
    );
    expect(totals.updated).toBe(0);
    expect(await stored('a')).toMatchObject({ history_cursor: 'older', version: 1 });
  });

  test('that got more new messages than a page holds has a gap to fill', async () => {
    await store.batches.store(batch(1, [conversation('a')]));
    const events = [
      message('new-2', { occurredAt: '2026-01-03T10:00:00Z' }),
      message('new-1', { occurredAt: '2026-01-02T10:00:00Z' }),
    ];
    const change = {
      events,
      historyComplete: false,
      historyCursor: 'gap',
      updatedTime: '2026-01-03T10:00:00Z',
    };
    await store.batches.store(batch(2, [conversation('a', change)]));
    expect(await stored('a')).toMatchObject({
      history_complete: true,
      gap_cursor: 'gap',
      gap_to: new Date('2026-01-03T10:00:00Z'),
      synced_to: new Date('2026-01-01T10:00:00Z'),
      version: 2,
    });
  });
});

describe('a second job', () => {
  test('counts every conversation, in whatever order Graph lists them', async () => {
    const odd = conversation('old', { updatedTime: '2015-01-01T00:00:00.000Z' });
    const pages = [[odd, conversation('a')], [conversation('b')], [conversation('c'), conversation('d')]];
    for (const [index, page] of pages.entries()) await store.batches.store(batch(index + 1, page));
    await store.lifecycle.close(jobId, { status: 'COMPLETED', covered: true, reason: null, error: null });
    const [row] = await database.sql`SELECT facebook_page_id FROM facebook_pages WHERE id = ${pageId}`;
    jobId = await newJob(row?.facebook_page_id as string);
    for (const [index, page] of pages.entries()) await store.batches.store(batch(index + 1, page));
    expect((await store.jobs.find(jobId))?.totals).toMatchObject({ fetched: 5, unchanged: 5 });
  });

  test('that starts over counts what it reads again once', async () => {
    await store.batches.store(batch(1, [conversation('a'), conversation('b')]));
    await store.batches.restart(jobId, 'messenger', 1);
    await store.batches.restart(jobId, 'messenger', 1);
    const same = { updatedTime: '2026-01-01T10:00:00.000Z' };
    const { job, position } = await store.batches.store(
      batch(3, [conversation('a'), conversation('b', same), conversation('c', same)]),
    );
    expect(job).toMatchObject({ fetched: 3, inserted: 3, unchanged: 0 });
    expect(position.fetched).toBe(3);
  });
});

describe('newer wins', () => {
  test('what belongs to an older time overwrites nothing, but its messages are kept', async () => {
    const newer = {
      updatedTime: '2026-02-01T00:00:00Z',
      senderName: 'New name',
      messageCount: 9,
      unreadCount: 2,
    };
    await store.batches.store(batch(1, [conversation('a', newer)]));
    const older = {
      updatedTime: '2026-01-15T00:00:00Z',
      senderName: 'Old name',
      messageCount: 5,
      unreadCount: 0,
    };
    const { job: totals } = await store.batches.store(
      batch(2, [conversation('a', { ...older, events: [message('late')] })]),
    );
    expect(totals.eventsCreated).toBe(2);
    expect(await stored('a')).toMatchObject({
      sender_name: 'New name',
      message_count: 9,
      unread_count: 2,
      updated_time: new Date('2026-02-01T00:00:00Z'),
    });
  });

  test('fewer fields erase nothing', async () => {
    await store.batches.store(batch(1, [conversation('a', { messageCount: 7 })]));
    const bare = { senderId: null, senderName: null, messageCount: null, lastMessageAt: null, events: [] };
    const { job: totals } = await store.batches.store(batch(2, [conversation('a', bare)]));
    expect(totals.updated).toBe(0);
    expect(await stored('a')).toMatchObject({
      sender_id: 'psid-a',
      sender_name: 'Person a',
      message_count: 7,
    });
  });

  test('every real change is one version more', async () => {
    for (let version = 1; version <= 5; version++) {
      const updatedTime = `2026-01-0${version}T10:00:00Z`;
      await store.batches.store(
        batch(version, [conversation('a', { updatedTime, lastMessageAt: updatedTime })]),
      );
      expect((await stored('a')).version).toBe(version);
    }
  });
});

describe('events', () => {
  test('are unique by message, and without one by conversation, type and time', async () => {
    const twice = [
      message('m'),
      message('m'),
      message('', { messageId: null }),
      message('', { messageId: null }),
    ];
    await store.batches.store(batch(1, [conversation('a', { events: twice })]));
    await store.batches.store(batch(2, [conversation('a', { events: twice })]));
    expect(await count('contact_interaction_events')).toBe(2);
  });
});

describe('the name of the hint', () => {
  test('fits a NOTIFY even with the longest names', async () => {
    const wide = '\u{1F469}\u{200D}\u{1F4BB}"\\'.repeat(100);
    const many = Array.from({ length: 100 }, (_, index) => conversation(`w${index}`, { senderName: wide }));
    const { job: totals } = await store.batches.store(batch(1, many));
    expect(totals.inserted).toBe(100);
  });
});
