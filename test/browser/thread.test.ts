import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { type DashboardUnderTest, startDashboard } from '../support/dashboard.ts';
import { type LiveInbox, startLiveInbox } from '../support/live-inbox.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { personOn } from '../support/webhook-person.ts';
import { WEBHOOK_ENV } from '../support/webhooks-under-test.ts';
import { messages, openThread } from './thread-page.ts';

/** A red square. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

let stack: Stack;
let dashboard: DashboardUnderTest;
let page: TestPage;
let live: LiveInbox;
let media: Server;
let mediaUrl: string;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  dashboard = await startDashboard(stack);
  page = await stack.addPage({ conversations: 12, messages: 4, instagramShare: 0.5 });
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.ended(page);
  live = await startLiveInbox(stack, page);
  media = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG));
  await new Promise<void>((resolve) => media.listen(0, '127.0.0.1', resolve));
  mediaUrl = `http://127.0.0.1:${(media.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await dashboard?.close();
  media?.close();
  await stack?.close();
});

/** The item of a message or a line that says this. */
const item = (tab: Page, text: string | RegExp) =>
  messages(tab).locator('li[data-item]').filter({ hasText: text }).last();
const open = (tab: Page, person: { id: string }) => openThread(stack, tab, person);

test('what happens in a conversation is there as it happens, each kind as what it is', async () => {
  const { page: tab, faults } = await dashboard.person();
  const at = { index: 0 };
  const question = live.writes({ ...at, text: 'Do you have it in blue?', from: 'customer' });
  await tab.goto(`/inbox/${await live.idOf(question.conversationId)}`);
  await item(tab, 'Do you have it in blue?').waitFor();

  live.happens({ ...at, kind: 'reply_to', messageId: question.messageIds[0], text: 'Or in red' });
  await item(tab, 'Or in red')
    .getByRole('button', { name: /Do you have it in blue/ })
    .waitFor();
  live.happens({ ...at, kind: 'quick_reply', text: 'The small one' });
  await item(tab, 'The small one').getByText('Quick reply').waitFor();
  // the simulator's pictures are nowhere: it is said in words
  live.happens({ ...at, kind: 'attachment', text: 'Like this' });
  await item(tab, 'Like this')
    .getByText(/It cannot be loaded/)
    .waitFor();
  live.happens({ ...at, kind: 'sticker' });
  await messages(tab).getByText('Sticker', { exact: true }).waitFor();

  const answer = live.writes({ ...at, text: 'Both are here', from: 'page' });
  const reaction = { ...at, messageId: answer.messageIds[0] };
  live.happens({ ...reaction, kind: 'reaction', text: '😍' });
  await item(tab, 'Both are here').getByRole('list', { name: 'Reactions' }).getByText('😍').waitFor();
  await live.settled();
  live.happens({ ...reaction, kind: 'unreact' });
  await item(tab, 'Both are here').getByRole('list', { name: 'Reactions' }).waitFor({ state: 'detached' });
  live.happens({ ...at, kind: 'delivery' });
  await item(tab, 'Both are here')
    .getByText(/Delivered \d\d:\d\d/)
    .waitFor();
  live.happens({ ...at, kind: 'read' });
  await item(tab, 'Both are here')
    .getByText(/Read \d\d:\d\d/)
    .waitFor();

  const typo = live.writes({ ...at, text: 'Bleu, plaese', from: 'customer' });
  await item(tab, 'Bleu, plaese').waitFor();
  live.happens({ ...at, kind: 'edit', messageId: typo.messageIds[0], text: 'Blue, please' });
  await item(tab, 'Blue, please').getByText('edited').click();
  await item(tab, 'Blue, please')
    .getByRole('list', { name: 'Earlier texts' })
    .getByText('Bleu, plaese')
    .waitFor();
  const secret = live.writes({ ...at, text: 'My card number is 4', from: 'customer' });
  await item(tab, 'My card number').waitFor();
  live.happens({ ...at, kind: 'unsend', messageId: secret.messageIds[0] });
  await item(tab, 'Message unsent').waitFor();
  expect(await messages(tab).getByText('My card number').count()).toBe(0);

  live.happens({ ...at, kind: 'postback', text: 'Order now' });
  await item(tab, 'Pressed “Order now”').waitFor();
  live.happens({ ...at, kind: 'referral' });
  await item(tab, 'Came from an ad: Autumn sale').waitFor();
  live.happens({ ...at, kind: 'optin', text: 'newsletter' });
  await item(tab, /Agreed to get messages · newsletter/).waitFor();
  live.happens({ ...at, kind: 'handover', text: 'To a person' });
  await item(tab, /passed to another app · To a person/).waitFor();
  live.happens({ ...at, kind: 'standby', text: 'Said on standby' });
  await item(tab, 'Said on standby')
    .getByText(/^Standby/)
    .waitFor();

  // a press is one with its message, once a sync has read that
  await tab.getByRole('button', { name: 'Read again' }).click();
  await tab.getByText(/^Read again: /).waitFor();
  await item(tab, 'Order now').getByText('Pressed a button').waitFor();
  expect(await messages(tab).getByText('Pressed “Order now”').count()).toBe(0);
  expect(await seriousViolations(tab)).toEqual([]);
  expect(faults).toEqual([]);
});

test('stories of Instagram that are answered, or mention the page; the person’s profile is a link', async () => {
  const { page: tab } = await dashboard.person();
  const at = { platform: 'instagram', index: 0 };
  const { conversationId } = live.happens({ ...at, kind: 'story_reply', text: 'So nice' });
  live.happens({ ...at, kind: 'story_mention' });
  await live.settled();
  await tab.goto(`/inbox/${await live.idOf(conversationId)}`);
  await item(tab, 'So nice')
    .getByText(/Answered a story of yours/)
    .waitFor();
  await item(tab, 'Story mention').getByRole('link', { name: 'Open' }).waitFor();
  const profile = tab.getByRole('link', { name: 'Profile' });
  expect(await profile.getAttribute('href')).toMatch(/^https:\/\/www\.instagram\.com\/[\w.]+\/$/);
  expect(await profile.getAttribute('rel')).toContain('noopener');
});

test('media of every kind, links that have expired, templates and places', async () => {
  const { page: tab, faults } = await dashboard.person();
  const person = personOn(stack, page);
  const expired = `${mediaUrl}/old.png?oe=50000000`;
  const attachments = [
    { type: 'image', payload: { url: `${mediaUrl}/new.png` } },
    { type: 'image', payload: { url: expired } },
    { type: 'video', payload: { url: `${mediaUrl}/clip.mp4` } },
    { type: 'audio', payload: { url: `${mediaUrl}/voice.mp3` } },
    { type: 'file', title: 'Invoice.pdf', payload: { url: `${mediaUrl}/invoice.pdf` } },
    { type: 'fallback', title: 'A page of ours', url: 'https://example.com/page' },
    { type: 'location', title: 'Meeting point', payload: { coordinates: { lat: 52.5, long: 13.4 } } },
    { type: 'template', payload: { elements: [{ title: 'Blue shoes', buttons: [{ title: 'Buy' }] }] } },
    { type: 'image', payload: { url: 'javascript:alert(1)' } },
    { type: 'hologram', payload: [1, { deep: null }] },
  ];
  await person.send(person.does(0, { message: { mid: person.mid('a'), attachments } }));
  await open(tab, person);
  await tab.getByRole('heading', { level: 2, name: `Messenger user …${person.id.slice(-4)}` }).waitFor();
  const picture = messages(tab).getByRole('img', { name: 'Photo' });
  await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
  expect(await picture.count()).toBe(1);
  await messages(tab)
    .getByText(/Its link expired on/)
    .waitFor();
  await messages(tab).getByText('Meta gives no link to it.').waitFor();
  expect(await messages(tab).locator('video[aria-label="Video"]').count()).toBe(1);
  expect(await messages(tab).locator('audio[aria-label="Audio"]').count()).toBe(1);
  const file = messages(tab).getByRole('link', { name: /Invoice\.pdf/ });
  expect(await file.getAttribute('href')).toBe(`${mediaUrl}/invoice.pdf`);
  for (const text of ['A page of ours', 'Meeting point', '52.5, 13.4', 'Blue shoes', '[ Buy ]']) {
    await messages(tab).getByText(text, { exact: true }).waitFor();
  }
  await messages(tab).getByText('Attachment (hologram)').waitFor();
  expect(await messages(tab).locator('[src^="javascript"], [href^="javascript"]').count()).toBe(0);
  expect(await seriousViolations(tab)).toEqual([]);
  expect(faults).toEqual([]);
});

test('texts stay texts, in their own direction; long ones are cut until one wants all', async () => {
  const { page: tab, faults } = await dashboard.person();
  const person = personOn(stack, page);
  const script = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  const long = `${'word '.repeat(3999)}ends`;
  await person.send(
    person.says(0, 'a', script),
    person.says(1, 'b', 'שלום, האם זה עדיין זמין? 👍🏽'),
    person.says(2, 'c', 'see https://example.com/a?b=1, and javascript:alert(1)'),
    person.says(3, 'd', long),
    person.says(4, 'e', 'it is\nin two lines'),
  );
  const id = await open(tab, person);
  await messages(tab).getByText(script, { exact: true }).waitFor();
  expect(await tab.evaluate('window.hacked')).toBeUndefined();
  const hebrew = messages(tab).getByText('שלום', { exact: false }).last();
  expect(await hebrew.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
  const link = messages(tab).getByRole('link', { name: 'https://example.com/a?b=1' });
  expect(await link.getAttribute('rel')).toContain('noopener noreferrer');
  expect(await messages(tab).getByRole('link').count()).toBe(1);
  expect(await messages(tab).getByText(/ends$/).count()).toBe(0);
  await messages(tab).getByRole('button', { name: 'Show all 19,999 characters' }).click();
  await messages(tab).getByText(/ends$/).waitFor();

  // what nothing that we know makes
  await stack.sql`INSERT INTO contact_interaction_events
      (page_id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata)
    SELECT ${page.id}, ${id}, kind, 'inbound', 'm_odd_' || kind, now(), null, attachments::jsonb, metadata::jsonb
    FROM (VALUES ('of_the_future', '{"not":"a list"}', '[]'), ('message', '["x", 7, null]', '{"reactions":7,"texts":[],"reply_to":"x"}'),
      ('reaction', 'null', '{"by":[1]}'), ('referral', 'null', '{"referral":"?"}')) odd (kind, attachments, metadata)`;
  await tab.reload();
  await item(tab, 'Something else happened: of the future').waitFor();
  await item(tab, 'Meta shows nothing of this message').waitFor();
  expect(faults).toEqual([]);
});

test('reading again whose end nobody may look at says so, and is not looked at for ever', async () => {
  const { page: tab } = await dashboard.person();
  const [known] = await stack.sql<{ id: string }[]>`
    SELECT id FROM messenger_conversations WHERE page_id = ${page.id} AND graph_conversation_id IS NOT NULL LIMIT 1`;
  // each change of the job would have it read, refused or not
  await tab.route('**/api/changes', (route) => route.abort());
  await tab.goto(`/inbox/${known?.id}`);
  await messages(tab).waitFor();
  const asked: number[] = [];
  await tab.route(/\/api\/jobs\/[^/?]+$/, async (route) => {
    const status = asked.length === 0 ? 429 : 404;
    asked.push(Date.now());
    const title = status === 429 ? 'Too often' : `Refused with ${status}`;
    await route.fulfill({
      status,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '2' },
      body: JSON.stringify({ type: `urn:pagesync:problem:test`, title, status, detail: '' }),
    });
  });
  const button = tab.getByRole('button', { name: 'Read again' });
  await button.click();
  await tab.getByText('Too often.').waitFor();
  expect(await button.isDisabled()).toBe(true);
  await tab.getByText('Refused with 404.').waitFor();
  await expect.poll(() => button.isDisabled()).toBe(false);
  // nothing that follows is to be waited for: looks came every second, and of those there is none
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThanOrEqual(2000);
  const looks = asked.length;
  await tab.waitForTimeout(2500);
  expect(asked).toHaveLength(looks);
});

test('reading again is for those who may, and says why it cannot be done', async () => {
  const person = personOn(stack, page);
  await person.send(person.says(0, 'a', 'Hello'));
  const { page: tab } = await dashboard.person();
  await open(tab, person);
  await tab.getByText('Older messages are not stored yet', { exact: false }).waitFor();
  await tab.getByRole('button', { name: 'Read again' }).click();
  await tab.getByText('Only webhooks know it so far', { exact: false }).waitFor();
  const { page: reader } = await dashboard.person({ scope: 'read' });
  await open(reader, person);
  expect(await reader.getByRole('button', { name: 'Read again' }).count()).toBe(0);
});
