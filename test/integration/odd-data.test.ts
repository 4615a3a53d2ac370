import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailureResource, JobResource, ListResource } from '../../src/contract/resources.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** Requirement C6: everything odd that Graph sends has a defined result. Each case is one conversation of 60. */
const CONVERSATIONS = 60;
const INDEX = 7;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function syncWith(kind: string): Promise<{ page: TestPage; job: JobResource; graphId: string }> {
  // every conversation has as many, so that a bad message always leaves good ones
  const page = await stack.addPage({
    conversations: CONVERSATIONS,
    messages: 6,
    exactMessages: true,
    instagram: false,
  });
  const { conversationId } = stack.simulator.control('POST', '/oddities', {
    page: page.facebookPageId,
    platform: 'messenger',
    index: INDEX,
    kind,
  }) as { conversationId: string };
  await stack.api.post(`/api/pages/${page.id}/sync`);
  return { page, job: await stack.ended(page), graphId: conversationId };
}

async function conversationOf(page: TestPage, graphId: string) {
  const [row] = await stack.sql<
    {
      id: string;
      sender_id: string | null;
      sender_name: string | null;
      contact_id: string | null;
      message_count: number | null;
      unread_count: number;
      updated_time: Date | null;
      history_complete: boolean;
    }[]
  >`SELECT * FROM messenger_conversations WHERE page_id = ${page.id} AND graph_conversation_id = ${graphId}`;
  return row;
}

const eventsOf = (page: TestPage, graphId: string) => stack.sql<
  { text: string | null; message_id: string | null; direction: string; metadata: Record<string, unknown> }[]
>`SELECT e.* FROM contact_interaction_events e JOIN messenger_conversations c ON c.id = e.conversation_id
  WHERE c.page_id = ${page.id} AND c.graph_conversation_id = ${graphId} ORDER BY e.occurred_at DESC, e.id`;

const failuresOf = async (job: JobResource) =>
  (await stack.api.get<ListResource<FailureResource>>(`/api/jobs/${job.id}/failures`)).body.data;

function expectAllStored(job: JobResource) {
  expect(job.status).toBe('COMPLETED');
  expect(job.totals).toMatchObject({ fetched: CONVERSATIONS, inserted: CONVERSATIONS, failed: 0 });
}

describe('texts', () => {
  test.each(['nul-text', 'lone-surrogate', 'emoji', 'rtl', 'long-20000', 'deep-nul-in-attachment'])(
    '%s is stored, clean',
    async (kind) => {
      const { page, job, graphId } = await syncWith(kind);
      expectAllStored(job);
      const events = await eventsOf(page, graphId);
      expect(events.length).toBeGreaterThan(0);
      const all = JSON.stringify(events);
      expect(all).not.toContain('\\u0000');
      expect(all.isWellFormed()).toBe(true);
      if (kind === 'lone-surrogate') expect(all).toContain('\ufffd');
      if (kind === 'long-20000') {
        expect(Math.max(...events.map((event) => event.text?.length ?? 0))).toBeGreaterThanOrEqual(20_000);
      }
      if (kind === 'emoji') expect(all).toMatch(/\p{Extended_Pictographic}/u);
      if (kind === 'rtl') expect(all).toMatch(/[\u0590-\u06ff]/);
    },
  );
});

describe('people', () => {
  test.each(['no-participants', 'participants-empty'])('%s: whoever wrote is the person', async (kind) => {
    const { page, job, graphId } = await syncWith(kind);
    expectAllStored(job);
    expect(await conversationOf(page, graphId)).toMatchObject({ sender_id: expect.any(String) });
  });

  test('participants without an id give the person that wrote, or a name without a contact', async () => {
    const { page, job, graphId } = await syncWith('participants-without-id');
    expectAllStored(job);
    const row = await conversationOf(page, graphId);
    expect(row?.sender_name).toEqual(expect.any(String));
    expect(row?.sender_id === null).toBe(row?.contact_id === null);
  });

  test('only-page: with the page as the only participant and author, the person is whom it wrote to', async () => {
    const { page, job, graphId } = await syncWith('only-page');
    expectAllStored(job);
    expect(await conversationOf(page, graphId)).toMatchObject({ sender_id: expect.any(String) });
    expect(new Set((await eventsOf(page, graphId)).map((event) => event.direction))).toEqual(
      new Set(['outbound']),
    );
  });

  test('null-name gives a person without a name', async () => {
    const { page, job, graphId } = await syncWith('null-name');
    expectAllStored(job);
    expect(await conversationOf(page, graphId)).toMatchObject({ sender_id: expect.any(String) });
  });

  test('numeric-ids are stored as text', async () => {
    const { page, job, graphId } = await syncWith('numeric-ids');
    expect(job.status).toBe('COMPLETED');
    expect((await conversationOf(page, graphId))?.sender_id ?? '1').toMatch(/^\d+$/);
  });
});

describe('conversations and messages', () => {
  test('an empty conversation is stored without events, complete', async () => {
    const { page, job, graphId } = await syncWith('empty-conversation');
    expectAllStored(job);
    expect(await conversationOf(page, graphId)).toMatchObject({ history_complete: true });
    expect(await eventsOf(page, graphId)).toHaveLength(0);
  });

  test('a message without id is unique by its moment: a second sync adds none', async () => {
    const { page, job, graphId } = await syncWith('message-without-id');
    expectAllStored(job);
    const before = await eventsOf(page, graphId);
    expect(before.filter((event) => event.message_id === null)).toHaveLength(1);
    await stack.api.post(`/api/pages/${page.id}/sync`);
    expect((await stack.ended(page)).totals.eventsCreated).toBe(0);
    expect(await eventsOf(page, graphId)).toHaveLength(before.length);
  });

  test('a message without an author is stored with a direction that is marked as assumed', async () => {
    const { page, job, graphId } = await syncWith('message-without-from');
    expectAllStored(job);
    const assumed = (await eventsOf(page, graphId)).filter((event) => event.metadata.direction_assumed);
    expect(assumed).toHaveLength(1);
  });

  test.each(['message-bad-time', 'message-not-object'])(
    '%s is set aside alone: its conversation and the other messages are stored',
    async (kind) => {
      const { page, job, graphId } = await syncWith(kind);
      expectAllStored(job);
      expect(job.validation).toEqual({ unreadable_message: 1 });
      expect(await failuresOf(job)).toMatchObject([{ itemType: 'message', reason: 'unreadable_message' }]);
      expect((await eventsOf(page, graphId)).length).toBeGreaterThan(0);
    },
  );

  test('a count beyond reason is unknown', async () => {
    const { page, job, graphId } = await syncWith('huge-count');
    expectAllStored(job);
    expect(await conversationOf(page, graphId)).toMatchObject({ message_count: null });
  });

  test('a conversation without updated_time is stored', async () => {
    const { page, job, graphId } = await syncWith('missing-updated-time');
    expectAllStored(job);
    expect(await conversationOf(page, graphId)).toMatchObject({ updated_time: null });
  });

  test('a conversation listed twice in its page is stored once', async () => {
    const { page, job, graphId } = await syncWith('duplicate-in-page');
    expect(job.status).toBe('COMPLETED');
    expect(job.totals).toMatchObject({ fetched: CONVERSATIONS + 1, inserted: CONVERSATIONS, unchanged: 1 });
    expect(await conversationOf(page, graphId)).toBeDefined();
  });
});

describe('poison: set aside with reason and payload, the others stored', () => {
  test.each([
    'poison-no-id',
    'poison-bad-updated-time',
    'poison-not-object',
    'poison-participants-string',
    'year-275760',
  ])('%s', async (kind) => {
    const { job } = await syncWith(kind);
    expect(job.status).toBe('COMPLETED');
    expect(job.totals).toMatchObject({
      fetched: CONVERSATIONS,
      inserted: CONVERSATIONS - 1,
      failed: 1,
    });
    expect(job.message).toMatch(/, 1 set aside$/);
    const [failure, ...more] = await failuresOf(job);
    expect(more).toHaveLength(0);
    expect(failure).toMatchObject({ itemType: 'conversation', platform: 'messenger' });
    expect(failure?.payload).not.toBeNull();
  });

  test('1 of 500', async () => {
    const page = await stack.addPage({ conversations: 500 });
    const where = { page: page.facebookPageId, platform: 'messenger', index: 250 };
    stack.simulator.control('POST', '/oddities', { ...where, kind: 'poison-bad-updated-time' });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    const job = await stack.ended(page);
    expect(job).toMatchObject({ status: 'COMPLETED', total: 500 });
    expect(job.totals).toMatchObject({ fetched: 500, inserted: 499, failed: 1 });
    // the page counts as synced: all that could be covered was
    expect(
      (await stack.api.get<{ lastSyncedAt: string }>(`/api/pages/${page.id}`)).body.lastSyncedAt,
    ).not.toBeNull();
  });
});
