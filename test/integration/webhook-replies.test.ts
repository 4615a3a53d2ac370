import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrueConversation } from '../../simulator/control/truth.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { only, type Person, personOn } from '../support/webhook-person.ts';
import { WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

/** Requirement E5: the customer's message after ours ends the AI's tags and is told to automation, once. */
let stack: Stack;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  page = await stack.addPage({ conversations: 0 });
});
afterAll(() => stack.close());

const TAGS = ['vip', 'ai:lead', 'ai:hot', 'mail'];

const tag = (person: Person) => stack.sql`
  UPDATE messenger_conversations SET tags = ${TAGS} WHERE sender_id = ${person.id}`;
const tagsOf = async (person: Person) => only(await person.conversations()).tags;
const told = async (person: Person) => (await person.triggers()).map(({ message_id }) => message_id);

test('a reply removes AI tags and leaves others; what follows it is no reply', async () => {
  const person = personOn(stack, page);
  await person.send(person.says(0, 'a', 'Hi'));
  await tag(person);
  await person.send(person.says(5, 'b', 'Anybody there?'));
  expect(await told(person)).toEqual([]);
  await person.send(person.hears(10, 'c', 'Hello'));
  expect(await tagsOf(person)).toEqual(TAGS);
  const before = only(await person.conversations()).version;
  await person.send(person.says(20, 'd', 'Thanks'));
  expect(await tagsOf(person)).toEqual(['vip', 'mail']);
  expect(await told(person)).toEqual([person.mid('d')]);
  expect(only(await person.conversations()).version).toBeGreaterThan(before);

  await tag(person);
  await person.send(person.says(30, 'e', 'One more thing'), person.says(20, 'd', 'Thanks'));
  expect(await told(person)).toEqual([person.mid('d')]);
  expect(await tagsOf(person)).toEqual(TAGS);

  await person.send(person.hears(40, 'f', 'Yes?'), person.says(50, 'g', 'When?'));
  expect(await told(person)).toEqual([person.mid('d'), person.mid('g')]);
  expect(await tagsOf(person)).toEqual(['vip', 'mail']);
});

test('our message that comes after the reply to it', async () => {
  const person = personOn(stack, page);
  await person.send(person.says(20, 'b', 'Thanks'), person.says(30, 'c', 'Bye'));
  await tag(person);
  await person.send(person.hears(10, 'a', 'Hello'));
  expect(await told(person)).toEqual([person.mid('b')]);
  expect(await tagsOf(person)).toEqual(['vip', 'mail']);
  await person.send(person.hears(10, 'a', 'Hello'), person.hears(5, 'z', 'Welcome'));
  expect(await told(person)).toEqual([person.mid('b')]);
});

test('a reply of two messages in the wrong order, and of two in one moment, is one', async () => {
  const [late, same] = [personOn(stack, page), personOn(stack, page)];
  await late.send(late.hears(0, 'a', 'Hello'), late.says(20, 'c', 'two'), late.says(10, 'b', 'one'));
  expect(await told(late)).toEqual([late.mid('c')]);
  await same.send(same.hears(0, 'a', 'Hello'), same.says(10, 'b', 'one'), same.says(10, 'c', 'two'));
  expect(await told(same)).toEqual([same.mid('b')]);
});

test('a postback, a reaction and an edit are no replies', async () => {
  const person = personOn(stack, page);
  await person.send(
    person.hears(0, 'a', 'Choose'),
    person.does(10, { postback: { title: 'Red', payload: 'R' } }),
    person.does(20, { reaction: { mid: person.mid('a'), action: 'react', emoji: '❤' } }),
  );
  expect(await told(person)).toEqual([]);
});

test('history is never a reply; a message that a sync has read first and a webhook brings then is', async () => {
  const inbox = await stack.addPage({ conversations: 5, messages: 8, exactMessages: true, instagram: false });
  const sync = async () => {
    expect((await stack.api.post(`/api/pages/${inbox.id}/sync`, { mode: 'full' })).status).toBe(202);
    expect((await stack.ended(inbox)).status).toBe('COMPLETED');
  };
  const write = (from: string, at: string) => {
    const what = { page: inbox.facebookPageId, platform: 'messenger', index: 0, from, at, text: from };
    return only(
      (stack.simulator.control('POST', '/inbox/messages', what) as { messageIds: string[] }).messageIds,
    );
  };
  const query = `/inbox?page=${inbox.facebookPageId}&platform=messenger&limit=100`;
  const conversation = (stack.simulator.control('GET', query) as TrueConversation[]).find(
    ({ index }) => index === 0,
  );
  const person = personOn(stack, inbox, 'messenger', conversation?.customerId);
  await sync();
  await tag(person);
  write('page', '2026-03-01T10:00:00Z');
  const mid = write('customer', '2026-03-01T10:01:00Z');
  await sync();
  const rows = await stack.sql`SELECT FROM automation_triggers WHERE page_id = ${inbox.id}`;
  expect(rows).toHaveLength(0);
  expect(await tagsOf(person)).toEqual(TAGS);

  const live = { message: { mid, text: 'customer' } };
  await person.send({ ...person.does(0, live), timestamp: Date.parse('2026-03-01T10:01:00.400Z') });
  expect(await told(person)).toEqual([mid]);
  expect(await tagsOf(person)).toEqual(['vip', 'mail']);
  const counts = only(await person.conversations());
  expect(counts).toMatchObject({ message_count: 10, last_message_at: new Date('2026-03-01T10:01:00.400Z') });
});
