import { afterEach, beforeEach, expect, test } from 'vitest';
import { get } from '../../simulator/testing/client.ts';
import { updateKinds } from '../../simulator/webhooks/fields.ts';
import { eventually } from '../support/eventually.ts';
import type { Item } from '../support/webhook-receiver.ts';
import { ACCOUNT, PAGE, startWebhookSimulator, type WebhookSimulator } from '../support/webhook-simulator.ts';

let meta: WebhookSimulator;

beforeEach(async () => {
  meta = await startWebhookSimulator();
  meta.connect({ concurrency: 1 });
  await meta.subscribe();
});

afterEach(() => meta.close());

/** Makes one thing happen; answers the only item it is told with, and Graph's view of the message. */
async function one(body: { kind: string; platform?: string } & Record<string, unknown>) {
  const written = meta.happen({ index: 2, ...body });
  expect(written.delivered).toBe(1);
  const before = meta.receiver.posts.length;
  await meta.delivered();
  const item = meta.receiver.posts.slice(before).flatMap(({ items }) => items)[0] as Item;
  const [id = ''] = written.messageIds;
  const fields = 'id,created_time,from,message,attachments,sticker,story,reactions';
  const { body: shown } = await get(meta.simulator.url, `/${id}`, { fields });
  return { ...written, id, item, shown };
}

test('an attachment has the same address in Graph, with an expiry to come', async () => {
  for (const platform of ['messenger', 'instagram']) {
    const { id, item, shown } = await one({ kind: 'attachment', platform });
    const data = (shown.attachments as { data: { image_data: { url: string } }[] }).data;
    const url = data[0]?.image_data.url ?? '';
    expect(item.message).toEqual({ mid: id, attachments: [{ type: 'image', payload: { url } }] });
    const expirySec = Number.parseInt(new URL(url).searchParams.get('oe') ?? '', 16);
    expect(expirySec).toBeGreaterThan(Date.now() / 1000);
  }
});

test('stickers, quick replies, replies, stories, postbacks: Graph shows the message under the mid', async () => {
  const sticker = await one({ kind: 'sticker' });
  expect(sticker.item.message).toMatchObject({ mid: sticker.id, sticker_id: expect.any(Number) });
  expect(sticker.shown.sticker).toContain('sticker_');

  const quick = await one({ kind: 'quick_reply', text: 'Blue' });
  expect(quick.item.message).toMatchObject({
    mid: quick.id,
    text: 'Blue',
    quick_reply: { payload: expect.any(String) },
  });
  expect(quick.shown.message).toBe('Blue');

  const reply = await one({ kind: 'reply_to', from: 'page', messageId: quick.id });
  expect(reply.item.message).toMatchObject({ mid: reply.id, is_echo: true, reply_to: { mid: quick.id } });

  const story = await one({ kind: 'story_reply', platform: 'instagram' });
  const shownStory = story.shown.story as { reply_to: { id: string; link: string } };
  expect(story.item.message).toMatchObject({
    mid: story.id,
    reply_to: { story: { id: shownStory.reply_to.id, url: shownStory.reply_to.link } },
  });

  const mention = await one({ kind: 'story_mention', platform: 'instagram' });
  const link = (mention.shown.story as { mention: { link: string } }).mention.link;
  expect(mention.item.message?.attachments).toEqual([{ type: 'story_mention', payload: { url: link } }]);

  const postback = await one({ kind: 'postback', text: 'Get a quote' });
  expect(postback.item.postback).toMatchObject({ mid: postback.id, title: 'Get a quote' });
  expect(postback.item.message).toBeUndefined();
  expect(postback.shown.message).toBe('Get a quote');
});

test('a standby message comes in entry.standby, and Graph has it', async () => {
  const { id, item, shown } = await one({ kind: 'standby', text: 'still there?' });
  expect(meta.receiver.posts.at(-1)?.body.entry).toEqual([
    { id: PAGE, time: expect.any(Number), standby: [item] },
  ]);
  expect(item.message).toEqual({ mid: id, text: 'still there?' });
  expect(shown.message).toBe('still there?');
});

test('an edit changes what Graph shows, and is counted', async () => {
  const [mid = ''] = meta.write({ index: 2, text: 'frist' }).messageIds;
  await meta.delivered();
  const first = await one({ kind: 'edit', messageId: mid, text: 'first' });
  expect(first.item.message_edit).toEqual({ mid, text: 'first', num_edit: 1 });
  expect(first.shown.message).toBe('first');
  const second = await one({ kind: 'edit', text: 'First' });
  expect(second.item.message_edit, 'the newest of the customer').toEqual({ mid, text: 'First', num_edit: 2 });
  const { body } = await get(meta.simulator.url, `/${first.conversationId}/messages`, {
    fields: 'id,message',
    limit: 1,
  });
  expect(body.data).toEqual([{ id: mid, message: 'First' }]);
});

test.each(['messenger', 'instagram'])(
  '%s: an unsent message is gone from Graph, the others are not',
  async (platform) => {
    const { conversationId, messageIds } = meta.write({ platform, index: 2, count: 3, text: 'oops' });
    const path = `/${conversationId}/messages`;
    const before = (await get(meta.simulator.url, path, { limit: 100 })).body.data.map(({ id }) => id);
    const cursor = (await get(meta.simulator.url, path, { limit: 2 })).body.paging?.cursors?.after ?? '';
    expect(cursor).not.toBe('');
    await meta.delivered();
    // One written at run time, where a cursor stands, and the oldest of all, which was there from the start.
    for (const gone of [messageIds[1] ?? '', before.at(-1) ?? '']) {
      const { item, shown } = await one({ kind: 'unsend', platform, messageId: gone });
      expect(item.message).toMatchObject({ mid: gone, is_deleted: true });
      expect(shown.error.code).toBe(100);
    }
    const left = before.filter((id) => id !== messageIds[1] && id !== before.at(-1));
    const now = (await get(meta.simulator.url, path, { limit: 100 })).body.data.map(({ id }) => id);
    expect(now).toEqual(left);
    const rest = (await get(meta.simulator.url, path, { limit: 100, after: cursor })).body.data;
    expect(
      rest.map(({ id }) => id),
      'the cursor survives',
    ).toEqual(left.slice(1));
    const again = { platform, index: 2, kind: 'unsend', messageId: messageIds[1] };
    expect(() => meta.happen(again)).toThrow('no such message');
    const { body } = await get(meta.simulator.url, `/${conversationId}`, { fields: 'message_count' });
    expect(body.message_count).toBe(left.length);
  },
);

test('reactions come and go', async () => {
  const [mid = ''] = meta.write({ index: 2, from: 'page', text: 'We ship today' }).messageIds;
  await meta.delivered();
  const react = await one({ kind: 'reaction', text: '🎉' });
  expect(react.item.reaction).toEqual({ mid, action: 'react', reaction: 'other', emoji: '🎉' });
  const { data } = react.shown.reactions as { data: { users: { id: string }[] }[] };
  expect(data).toMatchObject([{ reaction: 'other', emoji: '🎉', users: [{ id: react.item.sender.id }] }]);
  const unreact = await one({ kind: 'unreact' });
  expect(unreact.item.reaction).toEqual({ mid, action: 'unreact' });
  expect(unreact.shown.reactions).toBeUndefined();
});

test('read and delivery name the page’s newest message, each platform in its way', async () => {
  const [mid = ''] = meta.write({ index: 2, from: 'page', text: 'hello' }).messageIds;
  const [echo] = await meta.delivered();
  expect((await one({ kind: 'read' })).item.read).toEqual({ watermark: echo?.timestamp });
  const { item } = await one({ kind: 'delivery' });
  expect(item.delivery).toEqual({ mids: [mid], watermark: echo?.timestamp });
  expect(item.timestamp).toBeUndefined();
  const [seen = ''] = meta.write({ platform: 'instagram', index: 2, from: 'page', text: 'hi' }).messageIds;
  await meta.delivered();
  expect((await one({ platform: 'instagram', kind: 'read' })).item.read).toEqual({ mid: seen });
});

test('ad referrals, opt-ins and handovers come without a message', async () => {
  const referral = await one({ kind: 'referral' });
  expect(referral.messageIds).toEqual([]);
  expect(referral.item.referral).toMatchObject({ source: 'ADS', ad_id: expect.any(String) });
  expect((await one({ kind: 'optin', text: 'newsletter' })).item.optin).toMatchObject({ ref: 'newsletter' });
  const { item } = await one({ kind: 'handover', platform: 'instagram' });
  expect(item.pass_thread_control).toMatchObject({ new_owner_app_id: expect.any(String) });
  expect(item.recipient.id).toBe(ACCOUNT);
});

test('kinds a platform or a page does not have are refused, and change nothing', async () => {
  const before = meta.simulator.control('GET', '/inbox');
  expect(() => meta.happen({ index: 0, kind: 'story_mention' })).toThrow('messenger has no story_mention');
  for (const kind of ['optin', 'delivery', 'edit', 'sticker']) {
    expect(() => meta.happen({ platform: 'instagram', index: 0, kind })).toThrow(`instagram has no ${kind}`);
  }
  expect(() => meta.happen({ index: 0, kind: 'postback', from: 'page' })).toThrow(
    'a page cannot do postback',
  );
  expect(() => meta.happen({ index: 0, kind: 'wave' })).toThrow('kind must be one of');
  expect(meta.simulator.control('GET', '/inbox')).toEqual(before);
});

const FIELD_OF: Record<string, string> = {
  attachment: 'messages',
  sticker: 'messages',
  quick_reply: 'messages',
  reply_to: 'messages',
  unsend: 'messages',
  postback: 'messaging_postbacks',
  referral: 'messaging_referrals',
  optin: 'messaging_optins',
  reaction: 'message_reactions',
  unreact: 'message_reactions',
  read: 'message_reads',
  delivery: 'message_deliveries',
  edit: 'message_edits',
  handover: 'messaging_handovers',
  standby: 'standby',
};

test('on Messenger every kind needs its field, and the page’s own messages that of echoes', async () => {
  const told = async (body: object, field: string) => {
    await meta.subscribe(field);
    return meta.happen({ index: 2, ...body }).delivered;
  };
  const fields = [...new Set(Object.values(FIELD_OF)), 'message_echoes'];
  for (const [kind, field] of Object.entries(FIELD_OF)) {
    meta.write({ index: 2, text: 'to be edited, to be unsent' });
    const others = fields.filter((one) => one !== field).join(',');
    expect([kind, await told({ kind }, others), await told({ kind }, field)]).toEqual([kind, 0, 1]);
  }
  expect(await told({ kind: 'attachment', from: 'page' }, 'messages')).toBe(0);
  expect(await told({ kind: 'attachment', from: 'page' }, 'message_echoes')).toBe(1);
});

type Progress = { running: boolean; happened: number; updates: number; byKind: Record<string, number> };

test('traffic has some of everything and ends by itself; Graph knows every message', async () => {
  meta.connect({ batch: 1000 });
  meta.simulator.control('POST', '/webhooks/traffic', { rate: 4000, count: 3000 });
  const progress = () => meta.simulator.control('GET', '/webhooks/traffic') as Progress;
  await eventually(() => !progress().running, 'traffic has ended');
  expect(progress()).toMatchObject({ happened: 3000, updates: 3000 });
  expect(Object.keys(progress().byKind).sort()).toEqual([...updateKinds].sort());
  await meta.delivered();
  type Row = { messageId: string | null; kind: string; platform: string };
  const rows = meta.simulator.control('GET', '/webhooks?acknowledged=1') as Row[];
  expect(rows).toHaveLength(3000);
  const ndjson = await fetch(`${meta.simulator.url}/_control/webhooks?acknowledged=1&format=ndjson`);
  expect(
    (await ndjson.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(rows);
  const shown = ['messenger', 'instagram'].flatMap(
    (platform) =>
      meta.simulator.control('GET', `/inbox?platform=${platform}`) as { messages: { id: string }[] }[],
  );
  const known = new Set(shown.flatMap(({ messages }) => messages.map(({ id }) => id)));
  const unsent = new Set(rows.filter(({ kind }) => kind === 'unsend').map(({ messageId }) => messageId));
  const lost = rows.filter(({ messageId: id }) => id !== null && !known.has(id) && !unsent.has(id));
  expect(lost).toEqual([]);
  expect(meta.simulator.control('DELETE', '/webhooks/acknowledged')).toEqual({ removed: 3000 });
  expect(meta.simulator.control('GET', '/webhooks?acknowledged=1')).toEqual([]);
});

test('traffic keeps its rate, its mix and its pages, until it is stopped', async () => {
  meta.simulator.control('POST', '/pages', { id: '22', token: 'two', conversations: 6, instagramShare: 0 });
  await meta.graph('POST', '/22/subscribed_apps', { subscribed_fields: 'messages' }, 'two');
  const plan = { rate: 500, pages: ['22'], mix: { message: 2, echo: 1 } };
  meta.simulator.control('POST', '/webhooks/traffic', plan);
  const progress = () => meta.simulator.control('GET', '/webhooks/traffic') as Progress & { seconds: number };
  await eventually(() => progress().happened >= 300, 'traffic has run for a while');
  const end = meta.simulator.control('DELETE', '/webhooks/traffic') as ReturnType<typeof progress>;
  expect(end.running).toBe(false);
  expect(end.happened).toBeLessThanOrEqual(end.seconds * 500);
  expect(Object.keys(end.byKind).sort()).toEqual(['echo', 'message']);
  expect(end.updates, 'echoes are not subscribed').toBe(end.byKind.message);
  await meta.delivered();
  expect(new Set(meta.receiver.posts.map(({ body }) => body.entry[0]?.id))).toEqual(new Set(['22']));
  expect(progress().happened).toBe(end.happened);
});
