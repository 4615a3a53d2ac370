import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrueConversation } from '../../simulator/control/truth.ts';
import { taskQueues, WEBHOOK_WORKFLOW } from '../../src/contract/names.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import type { WebhookWorkflow } from '../../workflows/webhook.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { MOMENT, only, personOn, type StoredConversation } from '../support/webhook-person.ts';
import { deliver, drained, envelopeOf, WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

/** Requirement E7: webhooks before, after and while others write the same conversations. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
});
afterAll(() => stack.close());

const CONVERSATIONS = 4;

async function pageWithInbox(platform: 'messenger' | 'instagram' = 'messenger') {
  const instagram = platform === 'instagram';
  const shape = { messages: 6, exactMessages: true, instagram, instagramShare: instagram ? 1 : 0 };
  const page = await stack.addPage({ conversations: CONVERSATIONS, ...shape });
  const query = `/inbox?page=${page.facebookPageId}&platform=${platform}&limit=1`;
  const conversation = only(stack.simulator.control('GET', query) as TrueConversation[]);
  const message = conversation.messages.find(({ fromPage, text }) => !fromPage && text !== '');
  if (message === undefined) throw new Error('the simulator has no message of the person');
  const person = personOn(stack, page, platform, conversation.customerId);
  /** An item of a message that Graph has, with milliseconds that Graph has not. */
  const at = Date.parse(message.created_time) + 345;
  const live = (text: string) => ({
    ...person.does(0, { message: { mid: message.id, text } }),
    timestamp: at,
  });
  return { page, conversation, message, person, at, live };
}

async function sync(page: TestPage): Promise<JobResource> {
  expect((await stack.api.post(`/api/pages/${page.id}/sync`, { mode: 'full' })).status).toBe(202);
  const job = await stack.ended(page);
  expect(job.status).toBe('COMPLETED');
  return job;
}

describe.each(['messenger', 'instagram'] as const)(
  'a conversation that a webhook began, on %s',
  (platform) => {
    test('is the one that the next sync finds', async () => {
      const { page, conversation, message, person, at, live } = await pageWithInbox(platform);
      await person.send(
        live('as it was sent, before an edit'),
        person.says(0, 'gone', 'Graph no longer shows this'),
        person.does(1, { reaction: { mid: message.id, action: 'react', emoji: '❤' } }),
      );
      const begun = only(await person.conversations());
      expect(begun).toMatchObject({ graph_conversation_id: null, sender_name: null });

      const job = await sync(page);
      expect(job.totals).toMatchObject({
        fetched: CONVERSATIONS,
        inserted: CONVERSATIONS - 1,
        updated: 1,
        unchanged: 0,
        failed: 0,
      });
      const now = only(await person.conversations());
      expect(now).toMatchObject({
        id: begun.id,
        contact_id: begun.contact_id,
        graph_conversation_id: conversation.id,
        sender_name: conversation.customerName,
      });
      expect(now.version).toBeGreaterThan(begun.version);
      const events = await person.events();
      // six of Graph, one of them known before; one that only the webhook had; a reaction
      expect(events).toHaveLength(8);
      expect(events.find((e) => e.message_id === message.id && e.event_type === 'message')).toMatchObject({
        occurred_at: new Date(at),
        text: message.text,
        metadata: { source: 'webhook', texts: { 0: 'as it was sent, before an edit' } },
      });
      expect(events.find((e) => e.message_id === person.mid('gone'))?.text).toBe(
        'Graph no longer shows this',
      );
      expect((await sync(page)).totals).toMatchObject({ unchanged: CONVERSATIONS, updated: 0 });
      expect(await person.events()).toEqual(events);
    });

    test('has the same rows when the sync came first', async () => {
      const { page, conversation, person } = await pageWithInbox(platform);
      const items = conversation.messages.map(({ id, created_time, fromPage, text }, n) => ({
        ...(fromPage ? person.pageDoes : person.does)(0, { message: { mid: id, text, is_echo: fromPage } }),
        timestamp: Date.parse(created_time) + n,
      }));
      const rows = async () => {
        const {
          id: _id,
          contact_id: _contact,
          version: _version,
          ...seen
        } = only(await person.conversations());
        const triggers = (await person.triggers()).sort((a, b) => (a.message_id < b.message_id ? -1 : 1));
        return { seen, events: await person.events(), triggers };
      };
      await person.send(...items);
      await sync(page);
      const webhooksFirst = await rows();
      await stack.sql`DELETE FROM messenger_conversations WHERE page_id = ${page.id}`;
      await stack.sql`DELETE FROM contacts WHERE page_id = ${page.id}`;
      await sync(page);
      await person.send(...items);
      expect(await rows()).toEqual(webhooksFirst);
      expect(webhooksFirst.events.map(({ occurred_at }) => occurred_at.getMilliseconds()).sort()).toEqual([
        0, 1, 2, 3, 4, 5,
      ]);
    });
  },
);

test('a repair that reads an edited text keeps the one that was sent', async () => {
  const { page, message, person, live } = await pageWithInbox();
  await person.send(live(message.text));
  await sync(page);
  // as if it had been edited since: Graph shows another text than it did
  await stack.sql`
    UPDATE contact_interaction_events SET text = 'as it was sent'
    WHERE page_id = ${page.id} AND message_id = ${message.id}`;
  const { id } = only(await person.conversations());
  expect((await stack.api.post(`/api/conversations/${id}/repair`)).status).toBe(202);
  const event = await eventually(async () => {
    const found = (await person.events()).find(({ message_id }) => message_id === message.id);
    return found?.text === message.text ? found : null;
  }, 'the text that Graph shows');
  expect(event.metadata.texts).toEqual({ 0: 'as it was sent' });
  // the edit itself, when it is delivered at last
  await person.send(person.does(0, { message_edit: { mid: message.id, text: message.text, num_edit: 1 } }));
  const edited = (await person.events()).find(({ message_id }) => message_id === message.id);
  expect(edited).toMatchObject({
    text: message.text,
    metadata: { texts: { 0: 'as it was sent', 1: message.text } },
  });
});

test('a thread that was stored without anybody knowing whose it is, joins', async () => {
  const { page, conversation, person } = await pageWithInbox();
  await sync(page);
  const known = only(await person.conversations());
  // as a reading leaves it in which Graph shows nobody
  await stack.sql`
    UPDATE messenger_conversations SET sender_id = NULL, contact_id = NULL, sender_name = NULL, tags = '{mail}'
    WHERE id = ${known.id}`;
  await person.send(
    person.says(0, 'a', 'Hi'),
    person.hears(10, 'b', 'Hello'),
    person.says(20, 'c', 'Thanks'),
    person.does(30, { read: { watermark: MOMENT } }),
    person.does(40, { message_edit: { mid: person.mid('late'), text: 'x', num_edit: 1 } }),
  );
  const begun = only(await person.conversations());
  expect(begun.id).not.toBe(known.id);
  await stack.sql`UPDATE messenger_conversations SET tags = '{vip,mail}' WHERE id = ${begun.id}`;

  await sync(page);
  const joined = only(await person.conversations());
  expect(joined).toMatchObject({
    id: known.id,
    graph_conversation_id: conversation.id,
    contact_id: begun.contact_id,
    sender_name: conversation.customerName,
    last_message_at: new Date(MOMENT + 20),
    is_main: true,
  });
  expect([...joined.tags].sort()).toEqual(['mail', 'vip']);
  expect((await person.events()).filter(({ occurred_at }) => occurred_at.getTime() >= MOMENT)).toHaveLength(
    4,
  );
  expect((await person.triggers()).map(({ message_id }) => message_id)).toEqual([person.mid('c')]);
  expect(await person.pending()).toHaveLength(1);
  expect(await stack.sql`SELECT FROM messenger_conversations WHERE page_id = ${page.id}`).toHaveLength(
    CONVERSATIONS,
  );
  // what comes next goes there
  await person.send(person.says(50, 'late', 'y'));
  expect(only(await person.conversations()).id).toBe(known.id);
  expect(await person.pending()).toEqual([]);
});

test('first messages of one person in three POSTs at once: one conversation, one contact', async () => {
  const page = await stack.addPage({ conversations: 0 });
  for (let round = 0; round < 10; round += 1) {
    const person = personOn(stack, page);
    const posts = ['a', 'b', 'c'].map((name, n) =>
      deliver(stack, envelopeOf(page, [person.says(n, name, name)])),
    );
    await Promise.all(posts);
    await drained(stack, page);
    expect(only(await person.conversations())).toMatchObject({ message_count: 3, unread_count: 3 });
    expect(await stack.sql`SELECT FROM contacts WHERE messenger_psid = ${person.id}`).toHaveLength(1);
  }
});

test('the first sync and the first messages of all its people at once: nobody twice, nothing lost', async () => {
  const page = await stack.addPage({ conversations: 60, messages: 4, exactMessages: true, instagram: false });
  const query = `/inbox?page=${page.facebookPageId}&platform=messenger&limit=60`;
  const people = (stack.simulator.control('GET', query) as TrueConversation[]).map(({ customerId }) =>
    personOn(stack, page, 'messenger', customerId),
  );
  const syncing = sync(page);
  for (const person of people) await deliver(stack, envelopeOf(page, [person.says(0, 'new', 'Hi')]));
  await syncing;
  await drained(stack, page);
  // whoever came after the sync had read them is adopted by the next
  await sync(page);
  const rows = await stack.sql<Pick<StoredConversation, 'graph_conversation_id'>[]>`
    SELECT graph_conversation_id FROM messenger_conversations WHERE page_id = ${page.id}`;
  expect(rows).toHaveLength(60);
  expect(rows.filter((row) => row.graph_conversation_id === null)).toEqual([]);
  expect(await stack.sql`SELECT FROM contact_interaction_events WHERE page_id = ${page.id}`).toHaveLength(
    60 * 5,
  );
  expect(await stack.sql`SELECT FROM webhook_failures WHERE page_id = ${page.id}`).toHaveLength(0);
});

test('two workers and three drains of one page at once: every item once', async () => {
  const own = await startStack({ env: WEBHOOK_ENV, workers: 0 });
  try {
    const page = await own.addPage({ conversations: 0 });
    const people = Array.from({ length: 20 }, () => personOn(own, page));
    for (let n = 0; n < 15; n += 1) {
      const items = people.flatMap((p) => [
        p.hears(n * 10, `o${n}`, 'ours'),
        p.says(n * 10 + 5, `i${n}`, 'theirs'),
      ]);
      await deliver(own, envelopeOf(page, items));
    }
    const { facebookPageId } = page;
    const drains = await Promise.all(
      [1, 2].map(() =>
        own.temporal.workflow.start<typeof WebhookWorkflow>(WEBHOOK_WORKFLOW, {
          workflowId: `another-drain-${randomUUID()}`,
          taskQueue: taskQueues(own.config.queuePrefix).webhook,
          args: [{ facebookPageId }],
        }),
      ),
    );
    await Promise.all([own.addWorker(), own.addWorker()]);
    await drained(own, page);
    await Promise.all(drains.map((drain) => drain.result()));
    for (const person of people) {
      expect(only(await person.conversations())).toMatchObject({ message_count: 30, unread_count: 1 });
      expect(await person.events()).toHaveLength(30);
      expect(await person.triggers()).toHaveLength(15);
    }
    // they are counted a moment after they are applied
    const counts = async () => [
      ...(await own.sql`SELECT items FROM webhook_counters WHERE outcome = 'applied' AND kind = 'message'`),
    ];
    await expect.poll(counts, { timeout: 10_000 }).toEqual([{ items: 20 * 30 }]);
    expect(await own.sql`SELECT FROM webhook_failures`).toHaveLength(0);
  } finally {
    await own.close();
  }
});
