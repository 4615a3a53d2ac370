import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { type DashboardUnderTest, startDashboard } from '../support/dashboard.ts';
import { type LiveInbox, startLiveInbox } from '../support/live-inbox.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { startStoppableApi } from '../support/stoppable-api.ts';
import { WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

let stack: Stack;
let dashboard: DashboardUnderTest;
let page: TestPage;
let other: TestPage;
let live: LiveInbox;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  dashboard = await startDashboard(stack);
  page = await stack.addPage({ conversations: 120, messages: 2 });
  other = await stack.addPage({ conversations: 4, messages: 1, seed: 2 });
  for (const each of [page, other]) {
    await stack.api.post(`/api/pages/${each.id}/sync`);
    await stack.ended(each);
  }
  // names that tests can look for; tags come with a later feature
  await stack.sql`UPDATE messenger_conversations c SET sender_name = 'Person ' || n
    FROM (SELECT id, row_number() OVER (ORDER BY activity_at DESC, id DESC) AS n FROM messenger_conversations) numbered
    WHERE numbered.id = c.id`;
  await stack.sql`UPDATE messenger_conversations SET tags = ARRAY['vip'] WHERE sender_name IN ('Person 7', 'Person 9')`;
  await stack.sql`UPDATE messenger_conversations SET unread_count = (sender_name = 'Person 11')::int * 3`;
  live = await startLiveInbox(stack, page);
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

const list = (tab: Page) => tab.getByRole('list', { name: 'Conversations', exact: true });
const rows = (tab: Page) => list(tab).getByRole('link');
const row = (tab: Page, name: string) =>
  list(tab)
    .getByRole('link')
    .filter({ has: tab.getByText(name, { exact: true }) });
const personCalled = async (name: string) => {
  const [found] = await stack.sql<{ id: string; graph_conversation_id: string; platform: string }[]>`
    SELECT id, graph_conversation_id, platform FROM messenger_conversations WHERE sender_name = ${name}`;
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return { id: found.id, thread: { conversationId: found.graph_conversation_id, platform: found.platform } };
};
/** What stands at the end of a list of so many. */
const counted = (tab: Page, count = 0) =>
  tab.getByText(`${count} conversation${count === 1 ? '' : 's'}`, { exact: true }).first();

test('names and texts are searched as one types, and the hit is marked; the address says it all', async () => {
  const { page: tab, faults } = await dashboard.person();
  const { id } = await personCalled('Person 5');
  await stack.sql`UPDATE contact_interaction_events SET text = 'Do you ship the Zanzibar lamp?' WHERE id =
    (SELECT max(id) FROM contact_interaction_events WHERE conversation_id = ${id})`;
  await tab.goto('/inbox');
  await row(tab, 'Person 1').waitFor();
  await tab.keyboard.press('/');
  const field = tab.getByRole('searchbox', { name: 'Search names and messages' });
  await field.pressSequentially('zanzibar');
  await list(tab).locator('mark', { hasText: 'Zanzibar' }).waitFor();
  expect(await rows(tab).count()).toBe(1);
  expect(new URL(tab.url()).search).toBe('?q=zanzibar');
  await field.fill('person 12');
  await list(tab).locator('mark', { hasText: 'Person 12' }).first().waitFor();
  // 12 and 120 to 124
  await counted(tab, 6).waitFor();
  expect(await rows(tab).count()).toBe(6);
  await field.fill('nobody is called that');
  await tab.getByText('No conversation is like that').waitFor();
  await tab.getByRole('button', { name: 'Show all' }).click();
  await row(tab, 'Person 1').waitFor();
  expect(new URL(tab.url()).search).toBe('');
  expect(await field.inputValue()).toBe('');
  expect(faults).toEqual([]);
});

test('each filter is in the address, which restores it; the way back leads through them', async () => {
  const { page: tab, faults } = await dashboard.person();
  await tab.goto('/inbox');
  await row(tab, 'Person 1').waitFor();
  await tab.getByText('Unread', { exact: true }).click();
  await counted(tab, 1).waitFor();
  await row(tab, 'Person 11').getByText('3 unread').waitFor();
  expect(await rows(tab).count()).toBe(1);
  await tab.getByText('All', { exact: true }).click();
  await tab.getByRole('button', { name: /^Filters/ }).click();
  await tab.getByLabel('Tag').selectOption('vip');
  await counted(tab, 2).waitFor();
  await tab.getByLabel('Tag').selectOption('');
  await tab.getByLabel('Page', { exact: true }).selectOption({ label: other.name });
  await counted(tab, 4).waitFor();
  await tab.getByLabel('Platform').selectOption('instagram');
  const [onInstagram] = await stack.sql<{ count: number }[]>`
    SELECT count(*)::int FROM messenger_conversations WHERE page_id = ${other.id} AND platform = 'instagram'`;
  await counted(tab, onInstagram?.count).waitFor();
  await tab.reload();
  await rows(tab).first().waitFor();
  expect(await rows(tab).count()).toBe(onInstagram?.count);
  await tab.goBack();
  await counted(tab, 4).waitFor();
  await tab.getByRole('button', { name: /^Filters 1/ }).click();
  expect(await tab.getByLabel('Platform').inputValue()).toBe('');
  expect(await tab.getByLabel('Page', { exact: true }).inputValue()).toBe(other.id);
  await tab.getByRole('button', { name: 'Clear filters' }).click();
  await row(tab, 'Person 1').waitFor();

  // days are those of whoever looks, both included
  const [last] = await stack.sql<{ day: string; count: number }[]>`
    SELECT (activity_at AT TIME ZONE 'Europe/Berlin')::date::text AS day, count(*)::int
    FROM messenger_conversations WHERE page_id = ${other.id} GROUP BY 1 ORDER BY 1 DESC LIMIT 1`;
  await tab.goto(`/inbox?page=${other.id}&since=${last?.day}&until=${last?.day}&platform=nonsense`);
  await counted(tab, last?.count).waitFor();
  await tab.getByRole('button', { name: /^Filters 3/ }).waitFor();
  await tab.goto(`/inbox?until=2001-01-01`);
  await tab.getByText('No conversation is like that').waitFor();
  expect(faults).toEqual([]);
});

test('what is typed or chosen while a search is on its way is not lost', async () => {
  const { page: tab, faults } = await dashboard.person();
  await tab.goto('/inbox?q=person');
  await row(tab, 'Person 1').waitFor();
  const field = tab.getByRole('searchbox', { name: 'Search names and messages' });
  await field.evaluate((input: HTMLInputElement) => {
    const type = (text: string) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    // a letter comes when the address has the search, and the list is not drawn yet
    const replaceState = history.replaceState.bind(history);
    history.replaceState = (...to) => {
      history.replaceState = replaceState;
      replaceState(...to);
      type('person 11');
    };
    type('person 1');
  });
  await tab.waitForURL('/inbox?q=person+11');
  expect(await field.inputValue()).toBe('person 11');

  // chosen while the search waits for the end of the typing
  await field.evaluate((input: HTMLInputElement) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, 'person');
    input.dispatchEvent(new Event('input', { bubbles: true }));
    document.querySelectorAll<HTMLInputElement>('search input[type="radio"]')[1]?.click();
  });
  await tab.waitForURL('/inbox?unread=true&q=person');
  await counted(tab, 1).waitFor();
  expect(await field.inputValue()).toBe('person');
  expect(faults).toEqual([]);
});

test('a message of a webhook moves its conversation up by itself, and is in the thread that is open', async () => {
  const { page: tab, faults } = await dashboard.person();
  const { id, thread } = await personCalled('Person 30');
  await tab.goto(`/inbox/${id}`);
  await tab.getByRole('heading', { level: 2, name: 'Person 30' }).waitFor();
  live.writes({ ...thread, text: 'Is anybody there?', from: 'customer' });
  const first = rows(tab).first();
  await first.getByText('Person 30').waitFor();
  await first.getByText('Is anybody there?').waitFor();
  await first.getByText('1 unread').waitFor();
  await tab.getByRole('region', { name: 'Messages' }).getByText('Is anybody there?').waitFor();
  live.writes({ ...thread, text: 'We are!', from: 'page' });
  await first.getByText('You: We are!').waitFor();
  expect(await first.getAttribute('aria-current')).toBe('true');
  expect(faults).toEqual([]);
});

test('whoever has scrolled down keeps the place, and is told what is new', async () => {
  const { page: tab } = await dashboard.person();
  const { thread } = await personCalled('Person 40');
  await tab.goto('/inbox');
  await rows(tab).first().waitFor();
  await rows(tab).first().focus();
  for (let n = 0; n < 6; n += 1) await tab.keyboard.press('PageDown');
  const seen = () => rows(tab).evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  const before = await seen();
  live.writes({ ...thread, text: 'News!', from: 'customer' });
  const pill = tab.getByRole('button', { name: '1 new at the top' });
  await pill.waitFor();
  expect(await seen()).toEqual(before);
  await pill.click();
  await rows(tab).first().getByText('News!').waitFor();
  await pill.waitFor({ state: 'detached' });
});

test('conversations of a sync appear while it runs', async () => {
  const { page: tab } = await dashboard.person();
  const fresh = await stack.addPage({ conversations: 3, messages: 1, instagramShare: 0, seed: 3 });
  await tab.goto(`/inbox?page=${fresh.id}`);
  await tab.getByText('No conversation is like that').waitFor();
  await stack.api.post(`/api/pages/${fresh.id}/sync`);
  await counted(tab, 3).waitFor();
  expect(await rows(tab).count()).toBe(3);
});

test('the list is walked and opened by keyboard', async () => {
  const { page: tab } = await dashboard.person();
  await tab.goto('/inbox');
  await rows(tab).first().waitFor();
  const focused = () =>
    tab.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset'));
  await rows(tab).first().focus();
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe('3');
  await tab.keyboard.press('ArrowUp');
  await expect.poll(focused).toBe('2');
  await tab.keyboard.press('Enter');
  await tab.getByRole('heading', { level: 2 }).waitFor();
  expect(tab.url()).toContain('/inbox/');
  // one stop for Tab, however long the list is
  expect(await list(tab).locator('a[tabindex="0"]').count()).toBe(1);
  await rows(tab).nth(1).focus();
  await tab.keyboard.press('End');
  const total = async () =>
    Number((await stack.api.get<{ data: unknown[] }>('/api/conversations?limit=200')).body.data.length);
  await expect
    .poll(async () => {
      await tab.keyboard.press('End');
      return focused();
    })
    .toBe(String(await total()));
  await tab.keyboard.press('Home');
  await expect.poll(focused).toBe('1');
});

test('on a phone there is one at a time, with a way back to the same place', async () => {
  const { page: tab, faults } = await dashboard.person({ viewport: { width: 360, height: 740 } });
  await tab.goto('/inbox?platform=messenger');
  await rows(tab).first().waitFor();
  const fits = () => tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  expect(await fits()).toBe(true);
  await rows(tab).first().focus();
  for (let n = 0; n < 3; n += 1) await tab.keyboard.press('PageDown');
  const top = () => list(tab).evaluate((ul) => ul.parentElement?.scrollTop);
  const before = await top();
  expect(before).toBeGreaterThan(0);
  await tab.keyboard.press('Enter');
  await tab.getByRole('region', { name: 'Messages' }).waitFor();
  expect(await rows(tab).count()).toBe(0);
  expect(await fits()).toBe(true);
  expect(await seriousViolations(tab)).toEqual([]);
  await tab.getByRole('link', { name: 'Back to the list' }).click();
  await rows(tab).first().waitFor();
  expect(new URL(tab.url()).search).toBe('?platform=messenger');
  expect(await top()).toBe(before);
  expect(faults).toEqual([]);
});

test('nothing serious is wrong with the list, the filters and a thread, light and dark', async () => {
  const { id } = await personCalled('Person 2');
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page: tab, faults } = await dashboard.person({ colorScheme });
    await tab.goto('/inbox?unread=true&q=person');
    await rows(tab).first().waitFor();
    await tab.getByRole('button', { name: /^Filters/ }).click();
    await tab.getByLabel('Tag').waitFor();
    expect(await seriousViolations(tab)).toEqual([]);
    await tab.goto(`/inbox/${id}`);
    await tab.getByRole('region', { name: 'Messages' }).waitFor();
    expect(await seriousViolations(tab)).toEqual([]);
    await tab.goto('/inbox/00000000-0000-4000-8000-000000000000');
    await tab.getByText('There is no such conversation').waitFor();
    expect(faults).toEqual([]);
  }
});

test('the server goes and comes back: what is shown stays, what is opened says why it is not there, and comes by itself', async () => {
  const server = await startStoppableApi(stack);
  try {
    const { page: tab, faults } = await dashboard.person();
    await tab.goto(`${server.url}/inbox`);
    await row(tab, 'Person 1').waitFor();
    await server.stop();
    await tab.getByText('No connection to the server.').waitFor();
    await row(tab, 'Person 1').click();
    const away = (place: string) =>
      tab.getByRole('region', { name: place, exact: true }).getByText(/The server does not answer/);
    await away('Conversation').waitFor();
    expect(await row(tab, 'Person 1').isVisible()).toBe(true);
    await tab.getByRole('searchbox', { name: 'Search names and messages' }).fill('person 12');
    await away('List of conversations').waitFor();
    expect(await seriousViolations(tab)).toEqual([]);

    await server.start();
    await tab.getByRole('heading', { level: 2, name: 'Person 1', exact: true }).waitFor();
    await tab.getByRole('region', { name: 'Messages' }).locator('li').first().waitFor();
    await list(tab).locator('mark', { hasText: 'Person 12' }).first().waitFor();
    await tab.getByText('No connection to the server.').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  } finally {
    await server.close();
  }
});
