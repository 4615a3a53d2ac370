import { describe, expect, test } from 'vitest';
import type { Platform } from '../../src/contract/platform.ts';
import { readPage } from '../../src/graph/conversations.ts';
import { conversationOf, graphTime, messageOf, rejectionsOf, TOKEN } from './graph-samples.ts';

const GOOD = {
  id: 't_good',
  updated_time: graphTime(1),
  message_count: 1,
  messages: { data: [{ id: 'm_1', created_time: graphTime(1) }] },
};
const next = (after: string) =>
  `https://graph.facebook.com/v25.0/t_1/messages?access_token=${TOKEN}&after=${after}`;

describe('a conversation as Graph sends it', () => {
  test('all that is known of it', () => {
    expect(
      conversationOf({
        id: 't_1',
        updated_time: '2026-01-31T12:34:56+0000',
        message_count: 3,
        unread_count: 2,
        participants: { data: [{ id: '1', name: 'Ann', email: '1@facebook.com' }] },
        senders: { data: [{ id: '1', name: 'Ann' }] },
        messages: {
          data: [{ id: 'm_1', created_time: '2026-01-31T12:34:56+0000', message: 'hi' }],
          paging: { next: next('older') },
        },
      }),
    ).toMatchObject({
      id: 't_1',
      updatedTime: '2026-01-31T12:34:56.000Z',
      messageCount: 3,
      unreadCount: 2,
      participants: [{ id: '1', name: 'Ann', email: '1@facebook.com' }],
      senders: [{ id: '1', name: 'Ann' }],
      messages: [{ id: 'm_1', created_time: '2026-01-31T12:34:56.000Z', message: 'hi' }],
      messagesAfter: 'older',
      messagesComplete: false,
    });
  });

  test('an id alone is enough', () => {
    expect(conversationOf({ id: 't_1' })).toMatchObject({
      id: 't_1',
      updatedTime: null,
      messageCount: null,
      unreadCount: null,
      participants: null,
      senders: [],
      messages: [],
      messagesAfter: null,
      messagesComplete: true,
    });
  });

  test('an id that is a number is text, one that has lost digits is refused', () => {
    expect(conversationOf({ id: 1234567890 }).id).toBe('1234567890');
    expect(rejectionsOf({ id: 2 ** 53 })).toMatchObject([{ itemType: 'conversation', graphId: null }]);
  });

  test.each([-1, 1.5, 2 ** 31, '5', {}, true])('a count of %j is unknown and spoils nothing', (count) => {
    expect(conversationOf({ ...GOOD, message_count: count, unread_count: count })).toMatchObject({
      messageCount: null,
      unreadCount: null,
      messages: [{ id: 'm_1' }],
    });
  });

  test.each([
    ['with emoji', '👍🏼 😀'],
    ['right to left', 'שלום ‏عالم'],
    ['of 20,000 characters', 'x'.repeat(20_000)],
    ['that is empty', ''],
    ['that is null', null],
  ])('a text %s', (_, message) => {
    expect(messageOf({ id: 'm_1', message }).message).toBe(message);
  });

  test.each([
    ['a name alone', { name: 'Ann' }, { name: 'Ann' }],
    ['an id that is empty', { id: '', name: 'Ann' }, { id: null, name: 'Ann' }],
    ['an id that is null', { id: null, name: 'Ann' }, { id: null, name: 'Ann' }],
    ['an id that is a number', { id: 5 }, { id: '5' }],
    ['a name that is no text', { id: '5', name: 7 }, { id: '5', name: null }],
    ['unknown fields', { id: '5', badge: [1] }, { id: '5', badge: [1] }],
  ])('a participant with %s', (_, participant, expected) => {
    expect(conversationOf({ id: 't_1', participants: { data: [participant] } }).participants).toEqual([
      expected,
    ]);
  });

  test.each<[string, Record<string, unknown>, null | never[]]>([
    ['absent', {}, null],
    ['null', { participants: null }, null],
    ['empty', { participants: { data: [] } }, []],
  ])('participants that are %s', (_, fields, expected) => {
    expect(conversationOf({ id: 't_1', ...fields }).participants).toEqual(expected);
  });

  test('senders that cannot be read are none', () => {
    expect(conversationOf({ id: 't_1', senders: 'broken' }).senders).toEqual([]);
  });

  test.each(['sticker', 'attachments', 'shares', 'story', 'to', 'is_unsupported'])(
    'a message whose %s cannot be read keeps the rest',
    (field) => {
      expect(messageOf({ id: 'm_1', message: 'hi', [field]: 17 })).toMatchObject({
        id: 'm_1',
        message: 'hi',
        [field]: null,
      });
    },
  );

  test('unknown fields of a message are kept', () => {
    expect(messageOf({ id: 'm_1', future: { a: 1 } })).toMatchObject({ future: { a: 1 } });
  });
});

describe('whether all messages are there', () => {
  const messages = { data: [{ id: 'm_1', created_time: graphTime(0) }] };
  test.each<[string, Record<string, unknown>, boolean, string | null]>([
    ['no paging, as Instagram does', { messages }, true, null],
    ['cursors without next', { messages: { ...messages, paging: { cursors: { after: 'x' } } } }, true, null],
    ['next', { messages: { ...messages, paging: { next: next('older') } } }, false, 'older'],
    ['next on an empty page', { messages: { data: [], paging: { next: next('older') } } }, false, 'older'],
    [
      'next without a cursor',
      { messages: { ...messages, paging: { next: 'https://graph.facebook.com/' } } },
      false,
      null,
    ],
    ['no messages and a count of none', { message_count: 0 }, true, null],
    ['no messages but a count', { message_count: 7 }, false, null],
    ['an empty list but a count', { message_count: 7, messages: { data: [] } }, false, null],
  ])('%s', (_, fields, complete, after) => {
    expect(conversationOf({ id: 't_1', ...fields })).toMatchObject({
      messagesComplete: complete,
      messagesAfter: after,
    });
  });
});

describe('what Graph shows of a conversation', () => {
  const message = (i: number) => ({ id: `m_${i}`, created_time: graphTime(i) });
  /** A conversation with so many messages on its nested page, whether older ones follow, and what Graph counts. */
  function nested(
    platform: Platform,
    shown: number,
    more: boolean,
    message_count: number | null,
    asked = 25,
  ) {
    const data = Array.from({ length: shown }, (_, i) => message(i));
    const item = {
      id: 't_1',
      ...(message_count === null ? {} : { message_count }),
      messages: { data, paging: more ? { next: next('older') } : {} },
    };
    const [conversation] = readPage({ data: [item] }, null, { platform, messages: asked }).conversations;
    return [conversation?.messagesAfter, conversation?.messagesComplete, conversation?.unavailable];
  }

  test.each<[string, ReturnType<typeof nested>, [string | null, boolean, number]]>([
    ['Messenger, all', nested('messenger', 20, false, 20), [null, true, 0]],
    ['Messenger, older ones follow', nested('messenger', 25, true, 300), ['older', false, 0]],
    ['Instagram, all', nested('instagram', 19, false, 19), [null, true, 0]],
    ['Instagram, all twenty', nested('instagram', 20, false, 20), [null, true, 0]],
    ['Instagram, older ones are beyond reach', nested('instagram', 20, true, 300), [null, true, 280]],
    ['Instagram, beyond reach and not counted', nested('instagram', 20, true, null), [null, true, 1]],
    ['Instagram, beyond reach and counted wrongly', nested('instagram', 20, true, 3), [null, true, 1]],
    ['Instagram, fewer were asked for', nested('instagram', 5, true, 300, 5), ['older', false, 0]],
    ['counted and not shown', nested('messenger', 0, false, 7), [null, false, 0]],
    ['none were asked for', nested('messenger', 0, false, 0, 0), [null, false, 0]],
  ])('%s', (_, got, expected) => {
    expect(got).toEqual(expected);
  });

  test('messages that could not be read are shown too', () => {
    const data = [...Array.from({ length: 18 }, (_, i) => message(i)), { id: 'm_bad' }, null];
    const item = { id: 't_1', message_count: 50, messages: { data, paging: { next: next('older') } } };
    const page = readPage({ data: [item] }, null, { platform: 'instagram', messages: 20 });
    expect(page.conversations[0]).toMatchObject({ messagesComplete: true, unavailable: 30 });
    expect(page.rejected).toHaveLength(2);
  });
});

test('what would be set aside of a conversation is all that Graph sent, but for links with the token', () => {
  const item = { ...GOOD, snippet: 'unknown here', tags: [{ next: 1 }] };
  const payload = conversationOf({
    ...item,
    messages: { data: [], paging: { next: next('older') } },
  }).payload();
  expect(payload).toEqual({ ...item, messages: { data: [], paging: {} } });
});

describe('the token that Meta embeds in paging', () => {
  const paging = { next: next('older'), previous: next('newer'), cursors: { after: 'older' } };
  const everything = (item: unknown) => JSON.stringify(readPage({ data: [item], paging }, null));

  test('is in nothing that is kept of a conversation', () => {
    expect(everything({ ...GOOD, messages: { ...GOOD.messages, paging } })).not.toContain(TOKEN);
  });

  test('is in nothing that is kept of a conversation set aside', () => {
    expect(
      everything({ ...GOOD, updated_time: 'broken', messages: { ...GOOD.messages, paging } }),
    ).not.toContain(TOKEN);
  });

  test('is in nothing that is kept of a message, set aside or not', () => {
    const reactions = { data: [{ reaction: 'love' }], paging };
    const item = { id: 't_1', messages: { data: [{ id: 'm_1', created_time: graphTime(0), reactions }] } };
    expect(everything(item)).not.toContain(TOKEN);
    const bad = { id: 't_1', messages: { data: [{ id: 'm_1', attachments: { data: [], paging } }] } };
    expect(everything(bad)).not.toContain(TOKEN);
  });
});
