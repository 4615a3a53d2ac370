import { fileURLToPath } from 'node:url';
import type { Failure } from './webhook-expectations.ts';
import { event, expectation, message, type WebhookExpectation } from './webhook-expectations.ts';

/** Captures of webhooks, a file each. */
export const FIXTURES_DIR = fileURLToPath(new URL('../../../shared/fixtures/webhooks', import.meta.url));

const PAGE = '12345654332';
const CUSTOMER = '987654321432';

/** Not stored, and counted as a change of the field. */
const change = (field: string, times = 1) => ({
  pages: [],
  counters: { [`ignored change ${field}`]: times },
});

const failure = (kind: string, reason: string): Failure => ({ kind, reason });

/** What every file of the fixtures must come to. */
export const WEBHOOK_FIXTURES: Record<string, WebhookExpectation> = {
  'ig-comments-2021': change('comments'),
  'ig-live-comments': change('live_comments'),
  'ig-seen': expectation('100', '5614879045272581', 'read', {
    instagram: '17841452691600098',
    events: [event('read', 'inbound', 1668022333735, { message_id: 'MESSAGE-ID' })],
  }),
  'ig-standby': expectation('100', 'Sender-id-1', 'message', {
    instagram: 'instagram-message-id-123',
    events: [
      message('message-id-1', '2021-09-08T06:34:04Z', {
        text: 'This is the first standby message from the customer, after 24 hours.',
        metadata: expectation.metadata({ from_id: 'Sender-id-1', standby: true }),
      }),
    ],
  }),
  'ig-story-reply': expectation('100', 'Sender-id-1', 'message', {
    instagram: 'instagram-message-id-123',
    events: [
      message('message-id-1', '2021-09-08T06:34:04Z', {
        text: 'This is the story reply',
        metadata: expectation.metadata({
          from_id: 'Sender-id-1',
          reply_to: {
            story: { id: 'chatwoot-app-user-id-1', url: 'https://chatwoot-assets.local/sample.png' },
          },
        }),
      }),
    ],
  }),
  'msgr-app-roles': expectation(PAGE, CUSTOMER, 'app_roles', {
    events: [
      event('app_roles', 'inbound', 1457764197627, {
        metadata: expectation.metadata({
          from_id: CUSTOMER,
          app_roles: { 123456789: ['primary_receiver'] },
        }),
      }),
    ],
  }),
  'msgr-att-fallback': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('m_mid.1458696618141:b4ef9d19ec21086067', 1458696618268, {
        attachments: [
          expectation.attachment('fallback', 'https://www.messenger.com/', {
            name: 'Legacy Attachment',
            payload: 'BLOB_BLOB_BLOB',
          }),
        ],
      }),
    ],
  }),
  'msgr-att-image': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('m_mid.1458696618141:b4ef9d19ec21086067', 1458696618268, {
        attachments: [expectation.attachment('image', 'IMAGE_URL')],
      }),
    ],
  }),
  'msgr-att-product-template': {
    rename: ['page id', '100200'],
    ...expectation('100200', 'send id', 'message', {
      events: [
        message('m_id', 1636729431949, {
          text: 'text sent along with the product',
          attachments: [
            expectation.attachment('template', null, {
              payload: { product: { elements: [expect_('retailer_id', '123456')] } },
            }),
          ],
        }),
      ],
    }),
  },
  'msgr-batch-different-pages-fb': {
    pages: [{ id: '1895382890692545' }, { id: '189538289069256' }],
    people: [
      { sender_id: '1412611362105802', platform: 'messenger' },
      { sender_id: '1412611362105802', platform: 'messenger' },
    ],
    events: [
      message('m_mid.1486464322190:cb04e5a654', 1486464322190, { text: 'test 1' }),
      message('m_mid.1486464322190:cb04e5a656', 1486464322190, { text: 'test 2' }),
    ],
    counters: { 'applied message': 2 },
  },
  // the page that an item is for is its entry's, whatever the recipient says
  'msgr-batch-two-entries-two-pages': {
    pages: [{ id: '1895382890692545' }, { id: '189538289069256' }],
    people: [
      { sender_id: '1412611362105802', platform: 'messenger' },
      { sender_id: '1412611362105802', platform: 'messenger' },
    ],
    events: [
      message('m_mid.1486464322190:cb04e5a654', 1486464322190, { text: 'test 1' }),
      message('m_mid.1486464322190:cb04e5a656', 1486464322190, { text: 'test 2' }),
    ],
    counters: { 'applied message': 2 },
  },
  'msgr-delivery': expectation(PAGE, CUSTOMER, 'delivery', {
    events: [
      event('delivery', 'inbound', 1458668856253, {
        metadata: expectation.metadata({
          from_id: CUSTOMER,
          watermark: '2016-03-22T17:47:36.253Z',
          mids: ['m_mid.1458668856218:ed81099e15d3f4f233'],
        }),
      }),
    ],
  }),
  'msgr-echo-button-template': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('m_mid.1458668856218:ed81099e15d3f4f233', 1458692752478, {
        attachments: [
          expectation.attachment('template', null, { payload: expect_('template_type', 'button') }),
        ],
      }),
    ],
  }),
  'msgr-malformed-empty-messaging-item': {
    pages: [{ id: '111899832631525' }],
    failures: [failure('item', 'malformed')],
    counters: { 'set_aside item': 1 },
  },
  'msgr-message-request-accept': {
    pages: [{ id: '3' }],
    failures: [failure('message_request', 'no_person')],
    counters: { 'set_aside message_request': 1 },
  },
  'msgr-optin-user-ref': expectation(PAGE, CUSTOMER, 'optin', {
    events: [
      event('optin', 'inbound', 1234567890000, {
        metadata: expectation.metadata({
          from_id: CUSTOMER,
          optin: { ref: 'PASS_THROUGH_PARAM', user_ref: 'UNIQUE_REF_PARAM' },
        }),
      }),
    ],
  }),
  'msgr-pass-thread-control': expectation('1234567890321', 'USER_ID', 'pass_thread_control', {
    events: [
      event('handover', 'inbound', 1473204787206, {
        metadata: expectation.metadata({
          from_id: 'USER_ID',
          kind: 'pass_thread_control',
          new_owner_app_id: 'NEW_OWNER_APP_ID',
          metadata: 'METADATA',
        }),
      }),
    ],
  }),
  // a guest of the chat plugin has no id by which to know the conversation
  'msgr-postback-guest-user-ref': {
    pages: [{ id: PAGE }],
    failures: [failure('postback', 'no_person')],
    counters: { 'set_aside postback': 1 },
  },
  'msgr-postback': expectation(PAGE, CUSTOMER, 'postback', {
    events: [
      event('postback', 'inbound', 1458692752478, {
        metadata: expectation.metadata({ from_id: CUSTOMER, payload: 'USER_DEFINED_PAYLOAD' }),
      }),
    ],
  }),
  'msgr-quick-reply': expectation('1234567890321', CUSTOMER, 'message', {
    events: [
      message('m_mid.1458696618141:b4ef9d19ec21086067', 1470779510432, {
        text: 'quick reply text',
        metadata: expectation.metadata({
          from_id: CUSTOMER,
          quick_reply: { payload: 'PAYLOAD_QUICK_REPLY' },
        }),
      }),
    ],
  }),
  'msgr-reaction-react': expectation('1234567890321', 'USER_ID', 'reaction', {
    events: [
      event('reaction', 'inbound', 1572465098502, {
        message_id: 'original_message_id',
        metadata: expectation.metadata({
          from_id: 'USER_ID',
          by: {
            USER_ID: { action: 'react', reaction: 'sad', emoji: '😢', at: '2019-10-30T19:51:38.502Z' },
          },
        }),
      }),
    ],
  }),
  'msgr-read': expectation(PAGE, CUSTOMER, 'read', {
    events: [
      event('read', 'inbound', 1458668856463, {
        metadata: expectation.metadata({ from_id: CUSTOMER, watermark: '2016-03-22T17:47:36.253Z' }),
      }),
    ],
  }),
  'msgr-reply-to-mid': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('m_mid.1457764197618:41d102a3e1ae206a38', 1457764197627, {
        text: 'hello, world!',
        metadata: expectation.metadata({
          from_id: CUSTOMER,
          reply_to: { mid: 'very_long_id_representing_the_original_message' },
        }),
      }),
    ],
  }),
  'msgr-request-thread-control': expectation('1234567890321', 'USER_ID', 'request_thread_control', {
    events: [
      event('handover', 'inbound', 1473204787206, {
        metadata: expectation.metadata({
          from_id: 'USER_ID',
          kind: 'request_thread_control',
          requested_owner_app_id: 'REQUESTED_OWNER_APP_ID',
          metadata: 'METADATA',
        }),
      }),
    ],
  }),
  // an echo whose parties stand the wrong way round: the person is whoever is not the page
  'msgr-standby-echo': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('m_mid.1457764197618:41d102a3e1ae206a38', 1457764197627, {
        direction: 'outbound',
        text: 'hello, world!',
        metadata: expectation.metadata({
          from_id: CUSTOMER,
          standby: true,
          is_echo: true,
          app_id: '1517776481860111',
          developer_metadata: 'DEVELOPER_DEFINED_METADATA_STRING',
        }),
      }),
    ],
  }),
  'msgr-sticker': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('m_mid.12345654332:226a70a704', 1476219900918, {
        attachments: [expectation.attachment('sticker', 'https://scontent.xx.fbcdn.net/sticker.png')],
        metadata: expectation.metadata({ from_id: CUSTOMER, sticker_id: '56789012345678' }),
      }),
    ],
  }),
  'msgr-text-2016': expectation('111899832631525', '1433960459967306', 'message', {
    events: [message('m_mid.1480279487147:4388d3b344', 1480279487147, { text: 'Hi' })],
  }),
  'msgr-text-nlp': expectation('349489628480201', '968155906638513', 'message', {
    events: [
      message('m_mid.$cAAFnKHM6z25j0NnEyVdn5SGZ-6BD', 1501620894921, {
        text: 'bye, see you tomorrow at 4pm',
      }),
    ],
  }),
  'msgr-unknown-event-type': { pages: [{ id: '111899832631525' }], counters: { 'ignored foo': 1 } },
  'msgr-unsupported': expectation(PAGE, CUSTOMER, 'message', {
    events: [
      message('message_id', 1457764197627, {
        metadata: expectation.metadata({ from_id: CUSTOMER, is_unsupported: true }),
      }),
    ],
  }),
  'page-feed-comment-add-bottender': change('feed', 2),
  'page-feed-post-add': change('feed'),
  'page-feed-two-entries': {
    pages: [],
    counters: { 'ignored change parking': 1, 'ignored change payment_options': 1 },
  },
  'page-mention': change('mention'),
  'permissions-granted': change('connected'),
};

function expect_(key: string, value: string) {
  return expectation.containing({ [key]: value });
}
