import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { inEveryOrder, MOMENT, only, type Person, personOn } from '../support/webhook-person.ts';
import { WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

/** Requirements E3, E7: what happens to messages after they were sent, in whatever order it is heard of. */
let stack: Stack;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  page = await stack.addPage({ conversations: 0 });
});
afterAll(() => stack.close());

const onMessenger = () => personOn(stack, page);
const onInstagram = () => personOn(stack, page, 'instagram');

/** What the items come to, the same in every order. */
async function always(itemsOf: (person: Person) => object[], platform?: 'messenger' | 'instagram') {
  const [first, ...others] = await inEveryOrder(stack, page, itemsOf, platform);
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const iso = (ms: number) => new Date(MOMENT + ms).toISOString();
const react = (name: string, person: Person) => ({
  reaction: { mid: person.mid(name), action: 'react', reaction: 'love', emoji: '❤' },
});
const unreact = (name: string, person: Person) => ({
  reaction: { mid: person.mid(name), action: 'unreact' },
});
const edit = (name: string, person: Person, text: string, num_edit: unknown) => ({
  message_edit: { mid: person.mid(name), text, num_edit },
});
const unsend = (name: string, person: Person, is_deleted: unknown = true) => ({
  message: { mid: person.mid(name), is_deleted },
});

describe('reactions', () => {
  test('given and taken back: one row, which says that it was taken back', async () => {
    const { events } = await always((p) => [p.does(0, react('a', p)), p.does(10, unreact('a', p))]);
    expect(events).toEqual([
      expect.objectContaining({
        event_type: 'reaction',
        message_id: 'm_PERSON-a',
        occurred_at: MOMENT + 10,
        metadata: {
          source: 'webhook',
          from_id: 'PERSON',
          by: { PERSON: { action: 'unreact', at: iso(10) } },
        },
      }),
    ]);
  });

  test('of both sides, each with its newest', async () => {
    const { events } = await always((p) => [
      p.does(0, react('a', p)),
      p.pageDoes(10, react('a', p)),
      p.pageDoes(20, { reaction: { mid: p.mid('a'), action: 'react', reaction: 'wow', emoji: '😮' } }),
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ direction: 'outbound', occurred_at: MOMENT + 20 });
    expect(events[0]?.metadata).toEqual({
      source: 'webhook',
      from_id: page.facebookPageId,
      by: {
        PERSON: { action: 'react', reaction: 'love', emoji: '❤', at: iso(0) },
        [page.facebookPageId]: { action: 'react', reaction: 'wow', emoji: '😮', at: iso(20) },
      },
    });
  });

  test('in the same millisecond', async () => {
    const { events } = await always((p) => [p.does(0, react('a', p)), p.pageDoes(0, react('a', p))]);
    expect(Object.keys(events[0]?.metadata.by as object)).toHaveLength(2);
  });

  test('to a message whose id nobody tells', async () => {
    const person = onMessenger();
    await person.send(person.does(0, { reaction: { action: 'react', emoji: '❤' } }));
    expect(only(await person.events())).toMatchObject({ event_type: 'reaction', message_id: null });
  });
});

describe('reads and deliveries', () => {
  test('read up to a moment, on Messenger; a message, on Instagram', async () => {
    const [messenger, instagram] = [onMessenger(), onInstagram()];
    await messenger.send(messenger.does(5, { read: { watermark: MOMENT } }));
    expect(only(await messenger.events())).toMatchObject({
      event_type: 'read',
      message_id: null,
      occurred_at: new Date(MOMENT + 5),
      metadata: { watermark: iso(0) },
    });
    await instagram.send(instagram.does(5, { read: { mid: instagram.mid('a') } }));
    expect(only(await instagram.events())).toMatchObject({
      event_type: 'read',
      message_id: instagram.mid('a'),
      metadata: { source: 'webhook', from_id: instagram.id },
    });
    expect(only(await messenger.conversations())).toMatchObject({ message_count: null, unread_count: 0 });
  });

  test('deliveries up to the same moment are one, with the messages of all', async () => {
    const { events } = await always((p) => [
      p.does(1, { delivery: { mids: [p.mid('b'), p.mid('a')], watermark: MOMENT } }),
      p.does(2, { delivery: { mids: [p.mid('c')], watermark: MOMENT } }),
      p.does(3, { delivery: { watermark: MOMENT } }),
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      event_type: 'delivery',
      occurred_at: MOMENT,
      metadata: { watermark: iso(0), mids: ['m_PERSON-a', 'm_PERSON-b', 'm_PERSON-c'] },
    });
  });
});

describe('edits', () => {
  test('the greatest is shown and all are kept; the number may be text', async () => {
    const { events, conversation, pending } = await always((p) => [
      p.says(0, 'a', 'Helo'),
      p.does(10, edit('a', p, 'Hello', 1)),
      p.does(20, edit('a', p, 'Hello!', '2')),
    ]);
    expect(events).toEqual([
      expect.objectContaining({
        text: 'Hello!',
        occurred_at: MOMENT,
        metadata: {
          source: 'webhook',
          from_id: 'PERSON',
          texts: { 0: 'Helo', 1: 'Hello', 2: 'Hello!' },
          edited_at: expect.any(String),
        },
      }),
    ]);
    expect(Date.parse(String(events[0]?.metadata.edited_at))).toBe(MOMENT + 20);
    expect(conversation).toMatchObject({ message_count: 1, unread_count: 1 });
    expect(pending).toEqual([]);
  });

  test('the tenth comes after the ninth', async () => {
    const { events } = await always((p) => [
      p.says(0, 'a', 'zero'),
      p.does(9, edit('a', p, 'nine', 9)),
      p.does(10, edit('a', p, 'ten', 10)),
    ]);
    expect(events[0]?.text).toBe('ten');
  });

  test('back to what was sent first', async () => {
    const { events } = await always((p) => [
      p.says(0, 'a', 'At six'),
      p.does(10, edit('a', p, 'At seven', 1)),
      p.does(20, edit('a', p, 'At six', 2)),
    ]);
    expect(events[0]).toMatchObject({
      text: 'At six',
      metadata: { texts: { 0: 'At six', 1: 'At seven', 2: 'At six' } },
    });
  });

  test('one without an id is set aside', async () => {
    const person = onMessenger();
    await person.send(person.does(0, { message_edit: { text: `of ${person.id}` } }));
    const failures = await stack.sql`
      SELECT kind, reason FROM webhook_failures WHERE payload #>> '{message_edit,text}' = ${`of ${person.id}`}`;
    expect([...failures]).toEqual([{ kind: 'message_edit', reason: 'malformed' }]);
  });
});

describe('unsends', () => {
  test.each([true, 'true'])('hide the content for ever and keep the row (%j)', async (flag) => {
    const { events, conversation, pending } = await always((p) => [
      p.does(0, {
        message: { mid: p.mid('a'), text: 'x', attachments: [{ type: 'image', payload: { url: 'u' } }] },
      }),
      p.does(10, edit('a', p, 'A secret', 1)),
      p.does(20, unsend('a', p, flag)),
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ message_id: 'm_PERSON-a', text: null, attachments: null });
    expect(events[0]?.metadata).toEqual({
      source: 'webhook',
      from_id: 'PERSON',
      unsent_at: expect.any(String),
    });
    expect(conversation).toMatchObject({ message_count: 1 });
    expect(pending).toEqual([]);
  });

  test('hide whatever else the person said in it', async () => {
    const person = onMessenger();
    const more = { quick_reply: { payload: 'SECRET' }, sticker_id: '39', sticker: 'https://secret' };
    await person.send(person.says(0, 'a', 'SECRET', more), person.does(10, unsend('a', person)));
    expect(JSON.stringify(only(await person.events()))).not.toMatch(/secret/i);
  });
});

describe('who has the conversation', () => {
  test('handing over, taking, asking and roles', async () => {
    const person = onMessenger();
    await person.send(
      person.does(0, { pass_thread_control: { new_owner_app_id: '1', metadata: 'm' } }),
      person.does(1, { take_thread_control: { previous_owner_app_id: 1 } }),
      person.does(2, { request_thread_control: { requested_owner_app_id: '2' } }),
      // in the moment of the one before: Meta tells both of one change
      person.does(2, { app_roles: { 1: ['primary_receiver'] } }),
    );
    expect((await person.events()).map(({ event_type, metadata }) => ({ event_type, ...metadata }))).toEqual([
      expect.objectContaining({ event_type: 'handover', kind: 'pass_thread_control', new_owner_app_id: '1' }),
      expect.objectContaining({
        event_type: 'handover',
        kind: 'take_thread_control',
        previous_owner_app_id: 1,
      }),
      expect.objectContaining({ event_type: 'app_roles', app_roles: { 1: ['primary_receiver'] } }),
      expect.objectContaining({ event_type: 'handover', kind: 'request_thread_control' }),
    ]);
  });
});

describe('the conversation', () => {
  test('counts and the newest moment are the same in every order', async () => {
    const { conversation, events } = await always((p) => [
      p.says(0, 'a', 'one'),
      p.hears(10, 'b', 'ours'),
      p.says(20, 'c', 'two'),
      p.says(30, 'd', 'three'),
    ]);
    expect(conversation).toMatchObject({
      message_count: 4,
      unread_count: 2,
      last_message_at: MOMENT + 30,
    });
    expect(events).toHaveLength(4);
  });

  test('a late message moves nothing back, our answer reads all, a duplicate changes nothing', async () => {
    const person = onMessenger();
    const now = async () => only(await person.conversations());
    await person.send(person.says(100, 'b', 'new'));
    const one = await now();
    expect(one).toMatchObject({ message_count: 1, unread_count: 1, last_message_at: new Date(MOMENT + 100) });
    await person.send(person.says(0, 'a', 'late'));
    const two = await now();
    expect(two).toMatchObject({ message_count: 2, unread_count: 2, last_message_at: new Date(MOMENT + 100) });
    expect(two.version).toBeGreaterThan(one.version);
    await person.send(person.hears(200, 'c', 'ours'));
    const three = await now();
    expect(three).toMatchObject({
      message_count: 3,
      unread_count: 0,
      last_message_at: new Date(MOMENT + 200),
    });
    await person.send(person.says(150, 'd', 'late, and answered'));
    const four = await now();
    expect(four).toMatchObject({ message_count: 4, unread_count: 0 });
    await person.send(person.says(150, 'd', 'late, and answered'), person.hears(200, 'c', 'ours'));
    expect(await now()).toEqual(four);
  });
});
