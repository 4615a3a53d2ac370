import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageResource } from '../../src/contract/resources.ts';
import { deleteAutoSyncSchedules } from '../support/auto-sync.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { call } from '../support/login-under-test.ts';
import { expectUsable } from '../support/looks.ts';
import { type NewPage, type Stack, startStack, type TestPage } from '../support/stack.ts';

/** The overview of all pages, and one page with its settings. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterAll(async () => {
  if (stack !== undefined) await deleteAutoSyncSchedules(stack);
  await dashboard?.close();
  await stack?.close();
});

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
const pageOf = async (id: string) => (await call<PageResource>(stack.api, 'GET', `/api/pages/${id}`)).body;

async function addPage(name: string, options: NewPage = {}): Promise<TestPage> {
  const page = await stack.addPage({ conversations: 12, messages: 2, ...options });
  await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
  return { ...page, name };
}

async function sync(page: TestPage): Promise<void> {
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.ended(page);
}

/** The row of a page in the overview. */
const rowOf = ({ facebookPageId }: TestPage) =>
  person.page.getByRole('listitem').filter({ hasText: facebookPageId });

describe('the overview', () => {
  let well: TestPage;
  let gone: TestPage;
  beforeAll(async () => {
    well = await addPage('Well');
    await sync(well);
    await addPage('Fresh', { instagram: false });
    const dead = await addPage('Dead');
    control('/token', { page: dead.facebookPageId, state: 'expired' });
    await stack.api.post(`/api/pages/${dead.id}/sync`);
    const old = await addPage('Old');
    await sync(old);
    await stack.sql`UPDATE facebook_pages SET last_synced_at = now() - interval '3 days' WHERE id = ${old.id}`;
    const ending = await addPage('Ending');
    await sync(ending);
    await stack.sql`UPDATE facebook_pages SET token_expires_at = now() + interval '3 days', token_checked_at = now()
      WHERE id = ${ending.id}`;
    gone = await addPage('Gone');
    await call(stack.api, 'DELETE', `/api/pages/${gone.id}`);
    await eventually(async () => (await pageOf(dead.id)).health === 'token_expired', 'the dead token');
  });

  test('says of each page how it is, when it was synced, and what to do', async () => {
    const { page, faults } = person;
    await page.goto('/');
    const row = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
    await row('Well').getByText('Up to date').waitFor();
    await row('Well').getByText('just now', { exact: true }).waitFor();
    await row('Well').getByText('Instagram', { exact: true }).waitFor();
    await row('Well').getByRole('button', { name: /sync/i }).waitFor();
    await row('Fresh').getByText('Never synced').waitFor();
    await row('Fresh').getByText('Messenger', { exact: true }).waitFor();
    expect(await row('Fresh').getByText('Instagram', { exact: true }).count()).toBe(0);
    await row('Dead').getByText('Needs reconnecting').waitFor();
    await row('Dead')
      .getByText(/Connect it again: its syncs go on where they stopped/)
      .waitFor();
    await row('Dead').getByRole('button', { name: 'Connect again: Dead' }).waitFor();
    await row('Old').getByText('Out of date').waitFor();
    await row('Old').getByText('3 days ago', { exact: true }).waitFor();
    await row('Ending')
      .getByText(/The token ends on .*Connect the page again/)
      .waitFor();
    await expectUsable(page);
    expect(faults).toEqual([]);
  });

  test('is searched by name, and shows what was disconnected when asked to', async () => {
    const { page } = person;
    await page.goto('/');
    await rowOf(well).waitFor();
    expect(await rowOf(gone).count()).toBe(0);
    await page.getByLabel('Show disconnected').check();
    await rowOf(gone).getByText('Disconnected', { exact: true }).waitFor();
    await page.getByLabel('Search pages by name').fill('wEL');
    await rowOf(gone).waitFor({ state: 'detached' });
    await rowOf(well).waitFor();
    await page.getByLabel('Search pages by name').fill('nobody');
    await page.getByText('No page has such a name').waitFor();
  });

  test('follows what happens elsewhere', async () => {
    const { page } = person;
    await page.goto('/');
    await rowOf(well).waitFor();
    await call(stack.api, 'PATCH', `/api/pages/${well.id}`, { name: 'Very well' });
    await page.getByRole('link', { name: 'Very well' }).waitFor();
    await call(stack.api, 'PATCH', `/api/pages/${well.id}`, { name: 'Well' });
    await page.getByRole('link', { name: 'Well', exact: true }).waitFor();
  });
});

describe('one page', () => {
  let shop: TestPage;
  beforeAll(async () => {
    shop = await addPage('Shop');
    await sync(shop);
  });

  test('has its jobs, its token and its webhooks', async () => {
    const { page, faults } = person;
    await page.goto('/');
    await page.getByRole('link', { name: 'Shop', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
    const address = page.url();
    await page.goto(`/pages/${shop.facebookPageId}`);
    await page.waitForURL(address);
    await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
    expect(await page.title()).toBe('Shop · Pagesync');
    const jobs = page.getByRole('region', { name: 'Recent jobs' });
    await jobs.getByText('12 conversations: 12 new').waitFor();
    const { body } = await stack.api.get<{ data: { id: string }[] }>(`/api/jobs?pageId=${shop.id}`);
    const link = jobs.getByRole('link', { name: 'Full sync' });
    expect(await link.getAttribute('href')).toBe(`/history/${body.data[0]?.id}`);
    await page.getByRole('region', { name: 'Token' }).getByText('Accepted').waitFor();
    await page.getByRole('region', { name: 'Webhooks' }).getByText('Not known', { exact: true }).waitFor();
    const inbox = page.getByRole('main').getByRole('link', { name: 'Inbox' });
    expect(await inbox.getAttribute('href')).toBe(`/inbox?page=${shop.id}`);
    await expectUsable(page);
    expect(faults).toEqual([]);
  });

  test('is synced by itself from when that is turned on, as often as somebody says', async () => {
    const { page } = person;
    await page.goto(`/pages/${shop.id}`);
    const card = page.getByRole('region', { name: 'Automatic sync' });
    await card.getByText('none, it is off').waitFor();
    const save = card.getByRole('button', { name: 'Save automatic sync' });
    expect(await save.isDisabled()).toBe(true);
    await card.getByLabel('Sync this page by itself').check();
    await card.getByLabel('How often').selectOption('Another interval …');
    await card.getByLabel('Interval', { exact: true }).fill('0.5');
    await card.getByLabel('Unit').selectOption('minutes');
    await save.click();
    await card.getByText(/60/).waitFor();
    expect(await card.getByLabel('Interval', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await card.getByLabel('Interval', { exact: true }).fill('36');
    await card.getByLabel('Unit').selectOption('hours');
    await save.click();
    await card.getByText(/in \d+ (hours|minutes)|tomorrow|in less than a minute/).waitFor();
    expect(await card.getByLabel('How often').inputValue()).toBe(String(36 * 3600));
    expect(await pageOf(shop.id)).toMatchObject({ autoSync: true, syncIntervalSeconds: 36 * 3600 });
    await page.goto('/');
    await rowOf(shop)
      .getByText(/in \d+ (hours|minutes)|tomorrow|in less than a minute/)
      .waitFor();
    await page.goto(`/pages/${shop.id}`);
    await card.getByLabel('Sync this page by itself').uncheck();
    await save.click();
    await card.getByText('none, it is off').waitFor();
    expect(await pageOf(shop.id)).toMatchObject({ autoSync: false });
  });

  test('gets another name, and a wrong Instagram account is said at its field', async () => {
    const { page } = person;
    await page.goto(`/pages/${shop.id}`);
    const card = page.getByRole('region', { name: 'Details' });
    await card.getByLabel('Name').fill('The Shop');
    await card.getByLabel('Instagram account ID').fill('no id/');
    await card.getByRole('button', { name: 'Save details' }).click();
    await card.getByText('must be an id of Meta').waitFor();
    await card.getByLabel('Instagram account ID').fill('');
    await card.getByRole('button', { name: 'Save details' }).click();
    await page.getByRole('heading', { level: 1, name: 'The Shop' }).waitFor();
    expect(await pageOf(shop.id)).toMatchObject({ name: 'The Shop', instagramAccountId: null });
  });

  test('is synced with options', async () => {
    const { page } = person;
    await page.goto(`/pages/${shop.id}`);
    await page.getByRole('button', { name: 'Sync with options' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sync with options' });
    await dialog.getByLabel('What to read').selectOption('A selection');
    await dialog.getByRole('button', { name: 'Start sync' }).click();
    await dialog.getByText('Choose at least one of what is below').waitFor();
    await expectUsable(page);
    await dialog.getByLabel('Messenger').check();
    await dialog.getByLabel('Newest messages of each').fill('1');
    await dialog.getByRole('button', { name: 'Start sync' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Selective sync' }).first().waitFor();
    expect(await stack.ended(shop)).toMatchObject({
      mode: 'selective',
      messageDepth: 1,
      selection: { platforms: ['messenger'] },
    });
  });

  test('is disconnected after a question, and connected again', async () => {
    const { page, faults } = person;
    await page.goto(`/pages/${shop.id}`);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    const question = page.getByRole('dialog', { name: 'Disconnect The Shop?' });
    await question.getByText(/conversations and messages that were stored stay/).waitFor();
    await expectUsable(page);
    await question.getByRole('button', { name: 'Keep it' }).click();
    expect((await pageOf(shop.id)).disconnectedAt).toBeNull();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await question.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('button', { name: 'Connect again' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect The Shop again' });
    await dialog.getByRole('tab', { name: 'Paste a page token' }).click();
    await dialog.getByLabel('Page access token').fill(shop.accessToken);
    await dialog.getByRole('button', { name: 'Connect again' }).click();
    await page.getByRole('button', { name: 'Disconnect' }).waitFor();
    await page.getByRole('region', { name: 'Token' }).getByText('Accepted').waitFor();
    expect(await pageOf(shop.id)).toMatchObject({ disconnectedAt: null, name: 'The Shop' });
    expect(faults).toEqual([]);
  });

  test('that is none is said to be none', async () => {
    const { page } = person;
    await page.goto('/pages/123');
    await page.getByText('There is no page with this address').waitFor();
  });
});

test('who may only look, or only sync, sees what they may', async () => {
  const shop = await addPage('Kiosk');
  const reader = await dashboard.person({ scope: 'read' });
  await reader.page.getByRole('link', { name: 'Kiosk' }).waitFor();
  expect(await reader.page.getByRole('button', { name: 'Connect a page' }).count()).toBe(0);
  expect(await reader.page.getByRole('link', { name: 'Sync all' }).count()).toBe(0);
  const syncer = await dashboard.person({ scope: 'sync' });
  await syncer.page.getByRole('link', { name: 'Sync all' }).waitFor();
  expect(await syncer.page.getByRole('button', { name: 'Connect a page' }).count()).toBe(0);
  for (const { page } of [reader, syncer]) {
    await page.goto(`/pages/${shop.id}`);
    await page.getByText('Your sign-in may not change settings').first().waitFor();
    expect(await page.getByLabel('Sync this page by itself').isDisabled()).toBe(true);
    expect(await page.getByLabel('Name').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Disconnect' }).count()).toBe(0);
  }
  await syncer.page.getByRole('button', { name: 'Sync with options' }).waitFor();
  expect(await reader.page.getByRole('button', { name: 'Sync with options' }).count()).toBe(0);
  await expectUsable(reader.page);
  expect([...reader.faults, ...syncer.faults]).toEqual([]);
});
