import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { MOMENT, only, personOn } from '../support/webhook-person.ts';
import { deliver, drained, envelopeOf, WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

/** Requirement E3: every kind of item, and the row that it comes to. */
let stack: Stack;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  page = await stack.addPage({ conversations: 0 });
});
afterAll(() => stack.close());

const onMessenger = () => personOn(stack, page);
const onInstagram = () => personOn(stack, page, 'instagram');

const MEDIA = {
  id: null,
  name: null,
  mime_type: null,
  size: null,
  preview_url: null,
  expires_at: null,
};

describe('messages', () => {
  test('a text, with the time to the millisecond, a contact, and nothing of Graph yet', async () => {
    const person = onMessenger();
    await person.send(person.says(0, 'a', 'Привіт 👋'));
    expect(await person.events()).toEqual([
      {
        event_type: 'message',
        direction: 'inbound',
        message_id: person.mid('a'),
        occurred_at: new Date(MOMENT),
        text: 'Привіт 👋',
        attachments: null,
        metadata: { source: 'webhook', from_id: person.id },
      },
    ]);
    expect(only(await person.conversations())).toMatchObject({
      platform: 'messenger',
      graph_conversation_id: null,
      sender_name: null,
      message_count: 1,
      unread_count: 1,
      last_message_at: new Date(MOMENT),
    });
    const contacts = await stack.sql`
      SELECT messenger_psid, instagram_sid, last_interaction_at FROM contacts WHERE page_id = ${page.id}
        AND messenger_psid = ${person.id}`;
    expect([...contacts]).toEqual([
      { messenger_psid: person.id, instagram_sid: null, last_interaction_at: new Date(MOMENT) },
    ]);
  });

  test('an attachment: its link and when that expires, no text', async () => {
    const person = onMessenger();
    const url = 'https://scontent.xx.fbcdn.net/v/t1/1.jpg?_nc_cat=1&oe=68DA1B80&oh=00';
    const attachments = [
      { type: 'image', payload: { url } },
      { type: 'file', payload: { url: 'https://cdn.fbsbx.com/v/report.pdf?dl=1' } },
    ];
    await person.send(person.does(0, { message: { mid: person.mid('a'), attachments } }));
    expect(only(await person.events())).toMatchObject({
      text: null,
      attachments: [
        { ...MEDIA, type: 'image', url, expires_at: new Date(0x68da1b80 * 1000).toISOString() },
        { ...MEDIA, type: 'file', url: 'https://cdn.fbsbx.com/v/report.pdf?dl=1' },
      ],
    });
  });

  test.each([
    ['in the image, as it was', { attachments: [{ type: 'image', payload: { url: 'u', sticker_id: 39 } }] }],
    ['by the id of the message', { sticker_id: 39, attachments: [{ type: 'image', payload: { url: 'u' } }] }],
    ['in a field of its own', { sticker: 'u' }],
    ['in a field of its own, with more', { sticker: { id: '39', url: 'u' } }],
    [
      'in both, once',
      { sticker: 'u', attachments: [{ type: 'image', payload: { url: 'u', sticker_id: 39 } }] },
    ],
  ])('a sticker %s', async (_, content) => {
    const person = onMessenger();
    await person.send(person.does(0, { message: { mid: person.mid('a'), ...content } }));
    expect(only(await person.events()).attachments).toEqual([{ ...MEDIA, type: 'sticker', url: 'u' }]);
  });

  test('a quick reply, an ad that led here, and what else a message carries', async () => {
    const person = onMessenger();
    const referral = { source: 'ADS', type: 'OPEN_THREAD', ad_id: '6045246247433', ref: 'spring' };
    const more = { quick_reply: { payload: 'RED' }, referral, metadata: 'ours', nlp: { intents: [] } };
    await person.send(person.says(0, 'a', 'Red', more));
    expect(only(await person.events()).metadata).toEqual({
      source: 'webhook',
      from_id: person.id,
      quick_reply: { payload: 'RED' },
      referral,
      developer_metadata: 'ours',
    });
  });

  test('a reply to a message names it as it is stored', async () => {
    const person = onMessenger();
    await person.send(person.says(0, 'a', 'Yes', { reply_to: { mid: 'mid.145:ab' } }));
    expect(only(await person.events()).metadata).toMatchObject({ reply_to: { mid: 'm_mid.145:ab' } });
  });

  test('a reply to a story and a mention in one, on Instagram', async () => {
    const person = onInstagram();
    const story = { id: '178', url: 'https://lookaside.fbsbx.com/story?id=1' };
    const link = 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&oe=68da1b80';
    const mention = [{ type: 'story_mention', payload: { url: link } }];
    await person.send(
      person.says(0, 'a', 'Nice!', { reply_to: { story } }),
      person.does(1, { message: { mid: person.mid('b'), attachments: mention } }),
    );
    expect(await person.events()).toMatchObject([
      { text: 'Nice!', metadata: { reply_to: { story } } },
      { attachments: [{ type: 'story_mention', url: link, expires_at: expect.stringMatching(/Z$/) }] },
    ]);
    expect(only(await person.conversations())).toMatchObject({ platform: 'instagram', message_count: 2 });
    const contacts = await stack.sql`SELECT messenger_psid FROM contacts WHERE instagram_sid = ${person.id}`;
    expect([...contacts]).toEqual([{ messenger_psid: null }]);
  });
});

describe('echoes', () => {
  test.each([
    ['our app', { app_id: 1517776481860111, metadata: 'DEV' }, { app_id: '1517776481860111' }],
    ['Business Suite', { app_id: '263902037430900' }, { app_id: '263902037430900' }],
    ['a device, without an app', {}, {}],
  ])('from %s are the page’s; the contact is the recipient', async (_, more, metadata) => {
    const person = onMessenger();
    await person.send(person.hears(0, 'a', 'How can we help?', more));
    expect(only(await person.events())).toMatchObject({
      direction: 'outbound',
      message_id: person.mid('a'),
      metadata: { source: 'webhook', is_echo: true, from_id: page.facebookPageId, ...metadata },
    });
    expect(only(await person.conversations())).toMatchObject({ unread_count: 0, message_count: 1 });
    expect(await stack.sql`SELECT FROM contacts WHERE messenger_psid = ${page.facebookPageId}`).toHaveLength(
      0,
    );
  });

  test('from Instagram come without an app', async () => {
    const person = onInstagram();
    await person.send(person.hears(0, 'a', 'Hello'));
    const { direction, metadata } = only(await person.events());
    expect({ direction, metadata }).toEqual({
      direction: 'outbound',
      metadata: { source: 'webhook', is_echo: true, from_id: page.instagramAccountId },
    });
  });

  test('an entry of the Instagram account is Instagram’s, whatever the object says', async () => {
    const person = onInstagram();
    await deliver(stack, {
      ...envelopeOf(page, [person.says(0, 'a', 'Hello')], 'instagram'),
      object: 'page',
    });
    await drained(stack, page);
    expect(only(await person.conversations()).platform).toBe('instagram');
  });
});

describe('postbacks, referrals, opt-ins', () => {
  const referral = { ref: 'r', source: 'ADS', type: 'OPEN_THREAD', ad_id: '6' };

  test('a postback with and without an id, and with an ad', async () => {
    const person = onMessenger();
    const postback = { title: 'Start', payload: 'GO' };
    await person.send(
      person.does(0, { postback: { mid: person.mid('p'), ...postback } }),
      person.does(1, { postback }),
      person.does(2, { postback: { ...postback, referral } }),
      // once each
      person.does(1, { postback }),
      person.does(0, { postback: { mid: person.mid('p'), ...postback } }),
    );
    const metadata = { source: 'webhook', from_id: person.id, payload: 'GO' };
    expect(await person.events()).toMatchObject([
      { event_type: 'postback', message_id: person.mid('p'), text: 'Start', metadata },
      { event_type: 'postback', message_id: null, text: 'Start', metadata },
      { event_type: 'postback', message_id: null, metadata: { ...metadata, referral } },
    ]);
    // they are no messages
    expect(only(await person.conversations())).toMatchObject({ message_count: null, unread_count: 0 });
  });

  test('a postback has the id of the message that it is for', async () => {
    const person = onMessenger();
    await person.send(
      person.does(0, { postback: { mid: person.mid('a'), title: 'Start', payload: 'GO' } }),
      person.says(0, 'a', 'Start'),
    );
    expect((await person.events()).map(({ event_type }) => event_type)).toEqual(['message', 'postback']);
  });

  test.each([
    ['referral', { referral }],
    ['optin', { optin: { type: 'notification_messages', payload: 'P', notification_messages_token: '1' } }],
    ['account_linking', { account_linking: { status: 'linked', authorization_code: 'c' } }],
  ])('%s is kept as it came', async (kind, content) => {
    const person = onMessenger();
    await person.send(person.does(0, content));
    expect(only(await person.events())).toMatchObject({ event_type: kind, metadata: content });
  });
});

describe('times', () => {
  test.each([
    ['seconds', 1_767_225_600, '2026-01-01T00:00:00.000Z'],
    ['milliseconds', 1_767_225_600_123, '2026-01-01T00:00:00.123Z'],
    ['text', '1767225600123', '2026-01-01T00:00:00.123Z'],
    ['seconds as text', '1767225600', '2026-01-01T00:00:00.000Z'],
    ['microseconds', 1_767_225_600_123_000, '2026-01-01T00:00:00.123Z'],
    ['ISO 8601', '2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00.000Z'],
  ])('in %s', async (_, timestamp, iso) => {
    const person = onMessenger();
    await person.send({ ...person.says(0, 'a', 'Hi'), timestamp });
    expect(only(await person.events()).occurred_at.toISOString()).toBe(iso);
  });

  test('one that is missing is the entry’s', async () => {
    const person = onMessenger();
    const { timestamp: _, ...timeless } = person.says(0, 'a', 'Hi');
    const envelope = {
      object: 'page',
      entry: [{ id: page.facebookPageId, time: MOMENT, messaging: [timeless] }],
    };
    await deliver(stack, envelope);
    await drained(stack, page);
    expect(only(await person.events()).occurred_at).toEqual(new Date(MOMENT));
  });

  test('one that is no time sets the item aside, and its neighbour is stored', async () => {
    const person = onMessenger();
    const items = [{ ...person.says(0, 'a', 'Hi'), timestamp: 'soon' }, person.says(1, 'b', 'Hi')];
    await deliver(stack, { object: 'page', entry: [{ id: page.facebookPageId, messaging: items }] });
    await drained(stack, page);
    expect((await person.events()).map(({ message_id }) => message_id)).toEqual([person.mid('b')]);
    const failures =
      await stack.sql`SELECT reason, detail FROM webhook_failures WHERE payload #>> '{message,mid}' = ${person.mid('a')}`;
    expect([...failures]).toEqual([{ reason: 'malformed', detail: 'timestamp: is no time' }]);
  });
});
