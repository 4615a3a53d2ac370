import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventResource } from '../../src/contract/conversations.ts';
import { buildThread, type LineItem, type ThreadItem } from '../../web/thread/build-thread.ts';
import type { MessageItem } from '../../web/thread/message-item.ts';
import { at, CUSTOMER, event, inbound, outbound, PAGE } from './thread-sample.ts';

function itemsOf(events: EventResource[], isWhole = true): ThreadItem[] {
  return buildThread(events, { customerId: CUSTOMER, isWhole }).flatMap(({ items }) => items);
}

function messagesOf(events: EventResource[], isWhole = true): MessageItem[] {
  return itemsOf(events, isWhole).filter((item) => item.kind === 'message');
}

function linesOf(events: EventResource[], isWhole = true): Pick<LineItem, 'text' | 'detail'>[] {
  return itemsOf(events, isWhole).flatMap((item) =>
    item.kind === 'line' ? [{ text: item.text, detail: item.detail }] : [],
  );
}

const only = (events: EventResource[]) => messagesOf(events)[0] as MessageItem;

describe('order and days', () => {
  test('oldest first, in any order of arrival; of one moment as they were stored', () => {
    const a = inbound(0, 'a');
    const b = inbound(1, 'b', { messageId: 'm_b' });
    const c = inbound(1, 'c', { messageId: 'm_c' });
    const texts = (events: EventResource[]) => messagesOf(events).map(({ text }) => text);
    expect(texts([a, b, c])).toEqual(['a', 'b', 'c']);
    expect(texts([c, a, b])).toEqual(['a', 'b', 'c']);
  });

  test('each day once, where the reader is', () => {
    const days = buildThread([inbound(0, 'a'), inbound(86_400, 'b'), inbound(86_401, 'c')], {
      customerId: CUSTOMER,
      isWhole: true,
    });
    expect(days.map(({ items }) => items.length)).toEqual([1, 2]);
    expect(days.map(({ at }) => at)).toEqual([at(0), at(86_400)]);
  });

  test('messages of one side close to each other are a group', () => {
    const messages = messagesOf([inbound(0, 'a'), inbound(60, 'b'), inbound(600, 'c'), outbound(601, 'd')]);
    expect(messages.map(({ endsGroup }) => endsGroup)).toEqual([false, true, true, true]);
  });
});

describe('messages', () => {
  test('one that was unsent shows nothing of what it said', () => {
    const item = only([
      inbound(0, 'left over', {
        attachments: [{ type: 'image', url: 'https://x.test/1.jpg' }],
        metadata: { unsent_at: at(5), texts: { 0: 'before', 1: 'after' }, story: { mention: {} } },
      }),
    ]);
    expect(item).toMatchObject({
      text: null,
      attachments: [],
      unsentAt: at(5),
      earlierTexts: [],
      story: null,
    });
  });

  test('one that was edited has its earlier texts, oldest first, whatever the keys are', () => {
    const texts = { 10: 'ten', 2: 'two', 0: 'zero', nonsense: 'x', 3: 7 };
    const item = only([inbound(0, 'ten', { metadata: { texts, edited_at: at(9) } })]);
    expect(item).toMatchObject({ text: 'ten', earlierTexts: ['zero', 'two'], editedAt: at(9) });
  });

  test('quick reply, advertisement, standby, an assumed direction and a pressed button are noted', () => {
    const metadata = {
      quick_reply: { payload: 'RED' },
      referral: { source: 'ADS', ad_id: '6', ads_context_data: { ad_title: 'Autumn sale' } },
      standby: true,
      direction_assumed: true,
    };
    const message = inbound(0, 'Red', { metadata });
    const { notes } = only([message, event('postback', 0, { messageId: message.messageId, text: 'Red' })]);
    expect(notes).toEqual([
      'Pressed a button',
      'Quick reply',
      'Came from an ad: Autumn sale',
      'Standby: another app had the conversation',
      'Meta does not say who wrote it',
    ]);
  });

  test('a story that is answered or mentions the page, as webhooks and as Graph tell it', () => {
    const story = { id: '178', url: 'https://x.test/story' };
    const replied = { relation: 'reply', url: 'https://x.test/story' };
    expect(only([inbound(0, 'Nice', { metadata: { reply_to: { story } } })]).story).toEqual(replied);
    const link = { id: '178', link: 'https://x.test/story' };
    expect(only([inbound(0, 'Nice', { metadata: { story: { reply_to: link } } })]).story).toEqual(replied);
    expect(only([inbound(0, null, { metadata: { story: { mention: link } } })]).story).toEqual({
      relation: 'mention',
      url: 'https://x.test/story',
    });
    const script = { mention: { link: 'javascript:alert(1)' } };
    expect(only([inbound(0, null, { metadata: { story: script } })]).story).toEqual({
      relation: 'mention',
      url: null,
    });
  });

  test('an answer quotes its message, once that is there', () => {
    const question = outbound(0, 'Which one?');
    const answer = inbound(5, 'This', { metadata: { reply_to: { mid: 'm_0' } } });
    expect(only([answer]).quote).toEqual({ key: null, direction: null, words: 'An earlier message' });
    const quote = { key: `e${question.id}`, direction: 'outbound' };
    expect(messagesOf([answer, question])[1]?.quote).toEqual({ ...quote, words: 'Which one?' });
    const unsent = { ...question, text: null, metadata: { unsent_at: at(9) } };
    expect(messagesOf([answer, unsent])[1]?.quote).toEqual({ ...quote, words: 'Message unsent' });
    const photo = { ...question, text: null, attachments: [{ type: 'image', url: null }] };
    expect(messagesOf([answer, photo])[1]?.quote).toEqual({ ...quote, words: 'Photo' });
    const long = { ...question, text: '🙂'.repeat(500) };
    expect(messagesOf([answer, long])[1]?.quote?.words).toBe(`${'🙂'.repeat(160)}…`);
  });
});

describe('reactions', () => {
  const told = (by: Record<string, unknown>, seconds = 9) =>
    event('reaction', seconds, { messageId: 'm_0', metadata: { by } });
  const graph = {
    reactions: {
      data: [{ reaction: 'love', emoji: '❤️', users: [{ id: CUSTOMER, name: 'Ann' }, { id: PAGE }] }],
    },
  };

  test('of Graph and of webhooks; the newest of each person, one that was removed is gone', () => {
    const message = outbound(0, 'Hi', { metadata: graph });
    expect(only([message]).reactions).toEqual([{ emoji: '❤️', by: ['customer', 'page'] }]);
    const later = told({
      [CUSTOMER]: { action: 'react', emoji: '😮', reaction: 'wow' },
      [PAGE]: { action: 'unreact' },
    });
    expect(only([later, message]).reactions).toEqual([{ emoji: '😮', by: ['customer'] }]);
  });

  test('without an emoji go by their name', () => {
    const by = {
      [CUSTOMER]: { action: 'react', reaction: 'angry' },
      [PAGE]: { action: 'react', reaction: 'constructor' },
    };
    expect(only([outbound(0, 'Hi'), told(by)]).reactions).toEqual([
      { emoji: 'constructor', by: ['page'] },
      { emoji: '😠', by: ['customer'] },
    ]);
  });

  test('wait for a message that is not read yet, and are told when it is not stored', () => {
    const reaction = told({ [CUSTOMER]: { action: 'react', emoji: '👍' } });
    expect(itemsOf([reaction], false)).toEqual([]);
    expect(linesOf([reaction])).toEqual([
      { text: 'Reacted 👍 to a message that is not stored', detail: null },
    ]);
    expect(linesOf([told({ [CUSTOMER]: { action: 'unreact' } })])).toEqual([]);
    expect(messagesOf([reaction, outbound(0, 'Hi')])[0]?.reactions).toEqual([
      { emoji: '👍', by: ['customer'] },
    ]);
  });
});

describe('reads and deliveries', () => {
  const receipts = (events: EventResource[]) =>
    messagesOf(events).map(({ receipt }) => receipt && [receipt.kind, receipt.at]);
  const read = (seconds: number, upTo: number) =>
    event('read', seconds, { metadata: { watermark: at(upTo) } });
  const delivery = (seconds: number, upTo: number) =>
    event('delivery', seconds, { metadata: { watermark: at(upTo), mids: [] } });

  test('stand beneath the newest of ours that they cover, from the first that did', () => {
    const events = [outbound(0, 'a'), outbound(10, 'b'), inbound(11, 'c'), outbound(20, 'd')];
    expect(receipts([...events, read(15, 12), read(16, 14)])).toEqual([null, ['read', at(15)], null, null]);
    expect(receipts([...events, delivery(21, 20), read(15, 12)])).toEqual([
      null,
      ['read', at(15)],
      null,
      ['delivered', at(21)],
    ]);
    expect(receipts([...events, delivery(21, 20), read(30, 25)])).toEqual([
      null,
      null,
      null,
      ['read', at(30)],
    ]);
  });

  test('on Instagram name the message; what is not there says nothing', () => {
    const byId = (messageId: string) => event('read', 30, { messageId, metadata: {} });
    expect(receipts([outbound(0, 'a'), outbound(10, 'b'), byId('m_0')])).toEqual([['read', at(30)], null]);
    expect(receipts([outbound(0, 'a'), byId('m_other')])).toEqual([null]);
    expect(receipts([inbound(0, 'a'), read(5, 5)])).toEqual([null]);
    expect(receipts([outbound(0, 'a'), { ...read(5, 5), direction: 'outbound' }])).toEqual([null]);
  });
});

describe('lines', () => {
  test.each<[string, Partial<EventResource>, string, string | null]>([
    ['postback', { text: 'Get started' }, 'Pressed “Get started”', null],
    [
      'postback',
      { metadata: { referral: { ref: 'spring' } } },
      'Pressed a button',
      'Came through a link: spring',
    ],
    ['referral', { metadata: { referral: { source: 'ADS' } } }, 'Came from an ad', null],
    ['referral', {}, 'Came from somewhere that Meta does not name', null],
    ['optin', { metadata: { optin: { ref: 'box-3' } } }, 'Agreed to get messages', 'box-3'],
    [
      'account_linking',
      { metadata: { account_linking: { status: 'unlinked' } } },
      'Unlinked the account',
      null,
    ],
    [
      'handover',
      { metadata: { kind: 'pass_thread_control', metadata: 'To a person' } },
      'The conversation was passed to another app',
      'To a person',
    ],
    ['handover', { metadata: { kind: 'toString' } }, 'The conversation changed hands', null],
    ['message_request', {}, 'Message request', null],
    ['app_roles', {}, 'What apps may do in the conversation has changed', null],
    ['of_the_future', { text: 'words' }, 'Something else happened: of the future', 'words'],
    ['constructor', {}, 'Something else happened: constructor', null],
  ])('%s', (eventType, more, text, detail) => {
    expect(linesOf([event(eventType, 0, more)])).toEqual([{ text, detail }]);
  });
});

test('whatever is stored, a thread comes of it', () => {
  const kinds = fc.constantFrom(
    'message',
    'reaction',
    'read',
    'delivery',
    'postback',
    'referral',
    'optin',
    'handover',
    'x',
  );
  const metadata = fc.dictionary(
    fc.constantFrom(
      ...[
        'by',
        'reactions',
        'texts',
        'unsent_at',
        'edited_at',
        'reply_to',
        'story',
        'quick_reply',
        'referral',
      ],
      ...['watermark', 'mids', 'optin', 'kind', 'metadata', '__proto__'],
    ),
    fc.jsonValue(),
  );
  const events = fc.array(
    fc.record({
      kind: kinds,
      metadata,
      attachments: fc.jsonValue(),
      text: fc.option(fc.string()),
      seconds: fc.nat(9),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(events, fc.boolean(), (list, isWhole) => {
      const built = list.map(({ kind, seconds, ...more }, n) =>
        event(kind, seconds, { ...more, messageId: n % 3 === 0 ? null : `m_${n % 4}` }),
      );
      const messages = list.filter(({ kind }) => kind === 'message').length;
      expect(messagesOf(built, isWhole)).toHaveLength(messages);
    }),
    { numRuns: 500 },
  );
});
