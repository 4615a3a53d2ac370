import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrueConversation } from '../../simulator/control/truth.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { runTask } from '../support/maintenance.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { MOMENT, only, personOn } from '../support/webhook-person.ts';
import { WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

/** Requirement E7: an edit or an unsend that comes before its message waits for it, wherever that comes from. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
});
afterAll(() => stack.close());

/** A page with an inbox of three, the person of its newest conversation, and a message of theirs that has a text. */
async function pageWithInbox() {
  const page = await stack.addPage({ conversations: 3, messages: 8, exactMessages: true, instagram: false });
  const [conversation] = stack.simulator.control(
    'GET',
    `/inbox?page=${page.facebookPageId}&platform=messenger&limit=1`,
  ) as TrueConversation[];
  const message = conversation?.messages.find(({ fromPage, text }) => !fromPage && text !== '');
  if (conversation === undefined || message === undefined)
    throw new Error('the simulator has no such message');
  return { page, conversation, message, person: personOn(stack, page, 'messenger', conversation.customerId) };
}

async function sync(page: TestPage): Promise<JobResource> {
  const { status } = await stack.api.post(`/api/pages/${page.id}/sync`, { mode: 'full' });
  expect(status).toBe(202);
  const job = await stack.ended(page);
  expect(job.status).toBe('COMPLETED');
  return job;
}

const pendingOf = (page: TestPage) => stack.sql<{ message_id: string; change: string; texts: object }[]>`
  SELECT message_id, change, texts FROM webhook_pending_changes WHERE page_id = ${page.id} ORDER BY message_id, change`;

const age = (page: TestPage, by: string) =>
  stack.sql`UPDATE webhook_pending_changes SET created_at = created_at - ${by}::interval WHERE page_id = ${page.id}`;

const counted = async (kind: string, outcome: string) =>
  (
    await stack.sql<{ items: number }[]>`
      SELECT sum(items)::int AS items FROM webhook_counters WHERE kind = ${kind} AND outcome = ${outcome}`
  )[0]?.items ?? 0;

test('an edit and an unsend are kept, and the message that comes by webhook picks them up', async () => {
  const page = await stack.addPage({ conversations: 0 });
  const person = personOn(stack, page);
  const before = await counted('message_edit', 'pending');
  await person.send(
    person.does(20, { message_edit: { mid: person.mid('a'), text: 'Hello!', num_edit: 2 } }),
    person.does(10, { message_edit: { mid: person.mid('a'), text: 'Hello', num_edit: 1 } }),
    person.does(30, { message: { mid: person.mid('b'), is_deleted: true } }),
  );
  expect(await pendingOf(page)).toEqual([
    { message_id: person.mid('a'), change: 'edit', texts: { 1: 'Hello', 2: 'Hello!' } },
    { message_id: person.mid('b'), change: 'unsend', texts: {} },
  ]);
  await expect.poll(() => counted('message_edit', 'pending'), { timeout: 10_000 }).toBe(before + 2);
  expect(await person.events()).toEqual([]);
  expect(only(await person.conversations())).toMatchObject({ message_count: null, last_message_at: null });

  await person.send(person.says(0, 'a', 'Helo'), person.says(1, 'b', 'A secret'));
  expect(await person.events()).toMatchObject([
    { text: 'Hello!', metadata: { texts: { 0: 'Helo', 1: 'Hello', 2: 'Hello!' } } },
    { text: null, metadata: { unsent_at: expect.any(String) } },
  ]);
  expect(await pendingOf(page)).toEqual([]);
});

test('an edit is picked up by the message that a sync brings', async () => {
  const { page, message, person } = await pageWithInbox();
  await person.send(person.does(0, { message_edit: { mid: message.id, text: 'edited', num_edit: 1 } }));
  expect(await pendingOf(page)).toHaveLength(1);
  await sync(page);
  expect(await pendingOf(page)).toEqual([]);
  const event = (await person.events()).find(({ message_id }) => message_id === message.id);
  expect(event).toMatchObject({ text: 'edited', metadata: { texts: { 0: message.text, 1: 'edited' } } });
});

test('an unsend is picked up by the message that a sync brings, and no later sync or webhook undoes it', async () => {
  const { page, message, person } = await pageWithInbox();
  const event = async () => (await person.events()).find(({ message_id }) => message_id === message.id);
  await person.send(person.does(0, { message: { mid: message.id, is_deleted: true } }));
  await sync(page);
  const hidden = { text: null, attachments: null, metadata: { unsent_at: expect.any(String) } };
  expect(await event()).toMatchObject(hidden);
  expect(await pendingOf(page)).toEqual([]);
  await person.send(
    person.does(0, { message: { mid: message.id, text: message.text, quick_reply: { payload: 'P' } } }),
  );
  expect(await event()).toMatchObject(hidden);
  expect(JSON.stringify(await event())).not.toContain('"P"');
  await sync(page);
  expect(await event()).toMatchObject(hidden);
});

test('the sweep reads the conversation of an edit again, once, when the message is late', async () => {
  const { page, conversation, person } = await pageWithInbox();
  await sync(page);
  const { messageIds } = stack.simulator.control('POST', '/inbox/messages', {
    page: page.facebookPageId,
    conversationId: conversation.id,
    text: 'Helo',
  }) as { messageIds: string[] };
  const mid = only(messageIds);
  await person.send(person.does(0, { message_edit: { mid, text: 'Hello', num_edit: 1 } }));
  // it may still come
  expect(await runTask(stack, 'webhooks')).toMatchObject({ repairs: 0, dropped: 0 });
  await age(page, '61 seconds');
  expect(await runTask(stack, 'webhooks')).toMatchObject({ repairs: 1, dropped: 0 });
  expect(await runTask(stack, 'webhooks')).toMatchObject({ repairs: 0 });
  await eventually(async () => (await pendingOf(page)).length === 0, 'the repair');
  const event = (await person.events()).find(({ message_id }) => message_id === mid);
  expect(event).toMatchObject({ text: 'Hello', metadata: { texts: { 0: 'Helo', 1: 'Hello' } } });
  const jobs = await stack.sql<{ events_created: number }[]>`
    SELECT events_created FROM sync_jobs WHERE page_id = ${page.id} AND conversation_id IS NOT NULL`;
  expect(jobs).toHaveLength(1);
});

test('a conversation without a thread cannot be read again; after three days its changes are dropped, and counted', async () => {
  const page = await stack.addPage({ conversations: 0 });
  const person = personOn(stack, page);
  await person.send(
    person.does(0, { message_edit: { mid: person.mid('a'), text: 'x', num_edit: 1 } }),
    person.does(0, { message: { mid: person.mid('b'), is_deleted: true } }),
  );
  await age(page, '2 days 23 hours 59 minutes');
  expect(await runTask(stack, 'webhooks')).toMatchObject({ repairs: 0, dropped: 0 });
  expect(await pendingOf(page)).toHaveLength(2);
  await age(page, '2 minutes');
  const before = [await counted('edit', 'dropped'), await counted('unsend', 'dropped')];
  expect(await runTask(stack, 'webhooks')).toMatchObject({ repairs: 0, dropped: 2 });
  expect(await pendingOf(page)).toEqual([]);
  const after = [await counted('edit', 'dropped'), await counted('unsend', 'dropped')];
  expect(after).toEqual(before.map((items) => items + 1));
  // a message that comes after all is as it came
  await person.send(person.says(0, 'a', 'Helo'));
  expect(only(await person.events())).toMatchObject({ text: 'Helo', occurred_at: new Date(MOMENT) });
});

test('a change that was kept while its message was being stored is settled by the sweep', async () => {
  const page = await stack.addPage({ conversations: 0 });
  const person = personOn(stack, page);
  await person.send(person.says(0, 'a', 'Helo'));
  const { id } = only(await person.conversations());
  // as the race leaves it: neither transaction has seen the other
  await stack.sql`
    INSERT INTO webhook_pending_changes (page_id, conversation_id, message_id, change, occurred_at, texts)
    VALUES (${page.id}, ${id}, ${person.mid('a')}, 'edit', now(), ${stack.sql.json({ 1: 'Hello' })})`;
  expect(await runTask(stack, 'webhooks')).toMatchObject({ settled: 1 });
  expect(only(await person.events())).toMatchObject({
    text: 'Hello',
    metadata: { texts: { 0: 'Helo', 1: 'Hello' } },
  });
  expect(await pendingOf(page)).toEqual([]);
});
