import { describe, expect, test } from 'vitest';
import { mapConversation } from '../../activities/map-conversation.ts';
import { conversationOf, graphTime, INSTAGRAM, OWN, PAGE } from './graph-samples.ts';

const map = (item: Record<string, unknown>) => mapConversation(conversationOf(item), OWN, 'initial_sync');
const people = (...data: unknown[]) => ({ data });
const mapMessages = (...messages: Record<string, unknown>[]) =>
  map({
    id: 't_1',
    messages: { data: messages.map((message) => ({ created_time: graphTime(0), ...message })) },
  }).events;

const ANN = { id: '7001', name: 'Ann', email: '7001@facebook.com' };
const SELF = { id: PAGE, name: 'The Page', email: `${PAGE}@facebook.com` };

describe('a conversation', () => {
  test('as it usually comes', () => {
    const item = {
      id: 't_1',
      updated_time: graphTime(5),
      message_count: 2,
      unread_count: 1,
      participants: people(ANN, SELF),
      senders: people(ANN, SELF),
      messages: {
        data: [
          { id: 'm_2', created_time: graphTime(5), from: SELF, to: people(ANN), message: 'Hello Ann' },
          { id: 'm_1', created_time: graphTime(4), from: ANN, to: people(SELF), message: 'Hello' },
        ],
      },
    };
    expect(map(item)).toEqual({
      graphId: 't_1',
      senderId: '7001',
      senderName: 'Ann',
      username: null,
      updatedTime: '2026-01-31T12:05:00.000Z',
      lastMessageAt: '2026-01-31T12:05:00.000Z',
      messageCount: 2,
      unreadCount: 1,
      historyCursor: null,
      historyComplete: true,
      unavailable: 0,
      events: [
        {
          type: 'message',
          direction: 'outbound',
          messageId: 'm_2',
          occurredAt: '2026-01-31T12:05:00.000Z',
          text: 'Hello Ann',
          attachments: null,
          metadata: { source: 'initial_sync', from_id: PAGE },
        },
        {
          type: 'message',
          direction: 'inbound',
          messageId: 'm_1',
          occurredAt: '2026-01-31T12:04:00.000Z',
          text: 'Hello',
          attachments: null,
          metadata: { source: 'initial_sync', from_id: '7001' },
        },
      ],
      payload: expect.any(Function),
    });
  });

  test('that is empty has no events and the time of its last change', () => {
    expect(map({ id: 't_1', updated_time: graphTime(9), participants: people(ANN, SELF) })).toMatchObject({
      events: [],
      lastMessageAt: '2026-01-31T12:09:00.000Z',
      unreadCount: 0,
      messageCount: null,
    });
    expect(map({ id: 't_1' })).toMatchObject({ events: [], lastMessageAt: null, updatedTime: null });
  });

  test('was last written to at its newest message, in whatever order they come', () => {
    const at = (minute: number) => ({
      id: `m_${minute}`,
      created_time: graphTime(minute),
      from: ANN,
      message: 'x',
    });
    const item = { id: 't_1', updated_time: graphTime(50), messages: { data: [at(3), at(8), at(5)] } };
    expect(map(item).lastMessageAt).toBe('2026-01-31T12:08:00.000Z');
  });
});

describe('who the person is', () => {
  const IG_ANN = { username: 'ann.ig', id: '9001', user_id: '17841999999999999' };
  const IG_SELF = { username: 'the.page', id: INSTAGRAM, user_id: INSTAGRAM };

  test.each<
    [
      string,
      Record<string, unknown>,
      { senderId: string | null; senderName: string | null; username: string | null },
    ]
  >([
    [
      'the participant who is not the page',
      { participants: people(ANN, SELF) },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'in whatever order they come',
      { participants: people(SELF, ANN) },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'on Instagram by username',
      { participants: people(IG_ANN, IG_SELF) },
      { senderId: '9001', senderName: 'ann.ig', username: 'ann.ig' },
    ],
    [
      'on Instagram where the page is known by user_id alone',
      { participants: people({ ...IG_SELF, id: '5550001' }, IG_ANN) },
      { senderId: '9001', senderName: 'ann.ig', username: 'ann.ig' },
    ],
    [
      'with both name and username',
      { participants: people({ ...IG_ANN, name: 'Ann' }, IG_SELF) },
      { senderId: '9001', senderName: 'Ann', username: 'ann.ig' },
    ],
    [
      'nobody when the page is alone',
      { participants: people(SELF) },
      { senderId: null, senderName: null, username: null },
    ],
    [
      'nobody when there are no participants',
      { participants: people() },
      { senderId: null, senderName: null, username: null },
    ],
    ['nobody when nothing is known', {}, { senderId: null, senderName: null, username: null }],
    [
      'the sender when participants are missing',
      { senders: people(SELF, ANN) },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'the sender when the page is the only participant',
      { participants: people(SELF), senders: people(ANN) },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'the author when there is nobody else',
      { messages: { data: [{ id: 'm', created_time: graphTime(0), from: ANN }] } },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'whom the page wrote to when there is nobody else',
      { messages: { data: [{ id: 'm', created_time: graphTime(0), from: SELF, to: people(ANN) }] } },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'a name without an id, which makes no contact',
      { participants: people({ name: 'Gone User' }, SELF) },
      { senderId: null, senderName: 'Gone User', username: null },
    ],
    [
      'a nameless id',
      { participants: people({ id: '7002' }, SELF) },
      { senderId: '7002', senderName: null, username: null },
    ],
    [
      'the one with an id among two',
      { participants: people({ name: 'Gone User' }, ANN, SELF) },
      { senderId: '7001', senderName: 'Ann', username: null },
    ],
    [
      'by username when the name is empty',
      { participants: people({ ...IG_ANN, name: '' }, IG_SELF) },
      { senderId: '9001', senderName: 'ann.ig', username: 'ann.ig' },
    ],
  ])('%s', (_, fields, person) => {
    const { senderId, senderName, username } = map({ id: 't_1', ...fields });
    expect({ senderId, senderName, username }).toEqual(person);
  });
});

describe('a message', () => {
  test.each<[string, Record<string, unknown>, 'inbound' | 'outbound', boolean]>([
    ['by the page', { from: SELF, to: people(ANN) }, 'outbound', false],
    ['by the person', { from: ANN, to: people(SELF) }, 'inbound', false],
    ['by the Instagram account', { from: { id: INSTAGRAM, username: 'the.page' } }, 'outbound', false],
    [
      'by the Instagram account, known by user_id',
      { from: { id: '5550001', user_id: INSTAGRAM } },
      'outbound',
      false,
    ],
    ['by nobody, to the page', { message: 'x', to: people(SELF) }, 'inbound', true],
    ['by nobody, to the person', { message: 'x', to: people(ANN) }, 'outbound', true],
    ['by nobody, to nobody', { message: 'x', to: people() }, 'inbound', true],
    ['by nobody, to whom is unknown', { message: 'x' }, 'inbound', true],
  ])('%s', (_, fields, direction, assumed) => {
    const [event] = mapMessages({ id: 'm_1', ...fields });
    expect(event?.direction).toBe(direction);
    expect(event?.metadata.direction_assumed).toBe(assumed ? true : undefined);
  });

  test.each<[string, unknown, string | null]>([
    ['text', 'Hi 👍🏼', 'Hi 👍🏼'],
    ['20,000 characters', 'x'.repeat(20_000), 'x'.repeat(20_000)],
    ['nothing', '', null],
    ['null', null, null],
    ['no field', undefined, null],
  ])('with %s', (_, message, text) => {
    expect(mapMessages({ id: 'm_1', from: ANN, message })[0]?.text).toBe(text);
  });

  test('without an id has none', () => {
    expect(mapMessages({ from: ANN, message: 'x' })[0]?.messageId).toBeNull();
  });

  test('of which Graph gives id and time alone is left out, its conversation is not', () => {
    const mapped = map({
      id: 't_1',
      updated_time: graphTime(1),
      messages: {
        data: [
          { id: 'm_1', created_time: graphTime(0) },
          { id: 'm_2', created_time: graphTime(0), message: '' },
        ],
      },
    });
    expect(mapped.events.map(({ messageId }) => messageId)).toEqual(['m_2']);
  });

  test('keeps story, reactions and that it is not supported', () => {
    const story = {
      reply_to: { link: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1', id: '18074819347285670' },
    };
    const reactions = { data: [{ reaction: 'love', users: [{ id: '7001' }] }] };
    const [event] = mapMessages({
      id: 'aWdfZAG1faXRlbToxOk',
      from: { username: 'some_username', id: '123456789', user_id: '123456789' },
      message: 'Nice shot !👍🏼',
      story,
      reactions,
      is_unsupported: true,
    });
    expect(event).toMatchObject({ direction: 'inbound', text: 'Nice shot !👍🏼' });
    expect(event?.metadata).toEqual({
      source: 'initial_sync',
      from_id: '123456789',
      story,
      reactions,
      is_unsupported: true,
    });
  });

  test('with media alone has attachments and no text', () => {
    const [event] = mapMessages({
      id: 'm_1',
      from: ANN,
      message: '',
      attachments: {
        data: [
          { id: '1', mime_type: 'image/jpeg', image_data: { url: 'https://scontent.xx.fbcdn.net/1.jpg' } },
        ],
      },
    });
    expect(event?.text).toBeNull();
    expect(event?.attachments).toMatchObject([{ type: 'image', id: '1' }]);
  });
});
