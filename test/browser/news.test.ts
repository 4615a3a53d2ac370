import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { startAutoSync } from '../support/auto-sync.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { call } from '../support/login-under-test.ts';
import { expectUsable } from '../support/looks.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** What happens elsewhere is told once, in few toasts, and kept where the bell is. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
let bakery: TestPage;
let cinema: TestPage;

const toasts = (page: Page) => page.locator('[data-sonner-toast]');
const toast = (page: Page, title: string | RegExp) =>
  toasts(page).filter({ has: page.getByText(title, { exact: true }) });
const latency = (ms: number) => stack.simulator.control('POST', '/latency', { ms });
const start = (page: TestPage) => stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
/** A tab that hears of changes: with the first thing that it hears it reads everything again. */
async function listening(page: Page, path: string): Promise<Page> {
  // of this address: what was shown before has a stream too
  await page.goto(path, { waitUntil: 'commit' });
  await page.waitForResponse((response) => response.url().endsWith('/api/changes') && response.ok());
  await page.waitForResponse('**/api/session');
  return page;
}
const tell = (kind: string, severity: string, title: string) => stack.sql`
  INSERT INTO notifications (page_id, kind, severity, title, text, dedupe_key)
  VALUES (${bakery.id}, ${kind}, ${severity}, ${title}, 'What to do about it.', ${title})`;

beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  const named = async (name: string) => {
    const page = await stack.addPage({ conversations: 20, messages: 2 });
    await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
    return { ...page, name };
  };
  bakery = await named('Bakery');
  cinema = await named('Cinema');
  dashboard = await startDashboard(stack);
});
beforeEach(async () => {
  await stack.api.post('/api/notifications/read-all', {});
  person = await dashboard.person();
});
afterEach(() => person?.context.close());
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

test('news of an automatic sync is told once, leads to the sync, and is read by whoever follows it', async () => {
  const page = await listening(person.page, '/settings');
  await call(stack.api, 'PATCH', `/api/pages/${bakery.id}`, { autoSync: true });
  const { jobIds } = await (await startAutoSync(stack, bakery)).result();
  await call(stack.api, 'PATCH', `/api/pages/${bakery.id}`, { autoSync: false });

  const news = toast(page, /^Bakery: 20 new conversations/);
  await news.getByText(/^Full sync: 20 conversations with \d+ events/).waitFor();
  // pointed at, toasts stay, and lie beside each other
  await news.hover();
  await page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
  // the end of a later sync is beside it, and nothing else is
  await start(cinema);
  await toast(page, 'Sync of Cinema').waitFor();
  expect(await toasts(page).count()).toBe(2);
  await expectUsable(page);
  await news.getByRole('link', { name: 'See the sync' }).click();
  await page.waitForURL(`/history/${jobIds[0]}`);
  await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
  expect(person.faults).toEqual([]);
});

test('a sync’s end is told where it was neither started nor is shown', async () => {
  const elsewhere = await listening(person.page, '/settings');
  const own = await listening(await person.context.newPage(), `/pages/${bakery.id}`);
  latency(4000);
  const [answer] = await Promise.all([
    own.waitForResponse((response) => response.request().method() === 'POST' && response.status() === 202),
    own.getByRole('main').getByRole('button', { name: /^Sync/ }).first().click(),
  ]);
  const job = (await answer.json()) as JobResource;
  // who has started it goes somewhere else
  await own.getByRole('link', { name: 'Settings', exact: true }).click();
  await own.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  latency(0);
  const ended = toast(elsewhere, 'Sync of Bakery');
  const { message } = await stack.ended(bakery);
  await ended.getByText(`${message}`, { exact: false }).waitFor();
  expect(await ended.getByRole('link', { name: 'See the job' }).getAttribute('href')).toBe(
    `/history/${job.id}`,
  );

  // another end tells both tabs; in the one that started the first it is the only one
  await start(cinema);
  await toast(own, 'Sync of Cinema').waitFor();
  await toast(elsewhere, '2 syncs have ended').waitFor();
  expect([await toasts(own).count(), await toasts(elsewhere).count()]).toEqual([1, 1]);
  expect(person.faults).toEqual([]);
});

test('what a tab shows anyway is not told there', async () => {
  const page = await listening(person.page, `/history`);
  await page.getByRole('list', { name: 'Jobs' }).waitFor();
  const { body: shown } = await start(cinema);
  const row = page.getByRole('listitem').filter({ has: page.locator(`[href="/history/${shown.id}"]`) });
  await row.getByText('Complete').waitFor();
  await tell('sync-finished', 'info', 'Something else');
  await toast(page, 'Something else').waitFor();
  expect(await toasts(page).count()).toBe(1);
});

test('a batch of many pages is one toast', async () => {
  const page = await listening(person.page, '/settings');
  for (let n = 0; n < 10; n++) await stack.addPage({ conversations: 2, messages: 1 });
  const { body: batch } = await stack.api.post<{ id: string }>('/api/batches', {
    all: true,
    mode: 'full',
    concurrency: 2,
  });
  const seen: number[] = [];
  await eventually(async () => {
    seen.push(await toasts(page).count());
    return toast(page, 'A batch goes on: 12 syncs ended').isVisible();
  }, 'all of them');
  expect(Math.max(...seen)).toBe(1);
  await toasts(page).getByText('12 complete.', { exact: false }).waitFor();
  await toasts(page).getByRole('link', { name: 'See the batch' }).click();
  await page.waitForURL(`/batches/${batch.id}`);
  expect(person.faults).toEqual([]);
});

test('what needs somebody is an alert; the bell has the list, to be read one by one or all at once', async () => {
  const page = await listening(person.page, '/settings');
  await tell('token-expired', 'error', 'Bakery must be connected again');
  await page.getByRole('alert').filter({ hasText: 'Bakery must be connected again' }).waitFor();
  const link = toasts(page).getByRole('link', { name: 'Connect it again' });
  expect(await link.getAttribute('href')).toBe(`/pages/${bakery.id}`);
  await tell('sync-failed', 'warning', 'Bakery stopped early');
  await toast(page, '2 new notifications').getByRole('button', { name: 'Show them' }).click();

  const list = page.getByRole('dialog', { name: 'Notifications' });
  const item = (title: string) => list.getByRole('listitem').filter({ hasText: title });
  await item('Warning, unread: Bakery stopped early').waitFor();
  await expectUsable(page);
  await list.getByRole('button', { name: 'Mark as read: Bakery stopped early' }).click();
  await item('Warning: Bakery stopped early').waitFor();
  await page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
  await list.getByRole('button', { name: 'Mark all as read' }).click();
  await item('Error: Bakery must be connected again').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
  expect(person.faults).toEqual([]);

  await tell('sync-failed', 'warning', 'Cinema stopped early');
  const reader = await dashboard.person({ scope: 'read' });
  await reader.page.getByRole('button', { name: 'Notifications, 1 unread' }).click();
  await reader.page.getByText('Warning, unread: Cinema stopped early').waitFor();
  expect(await reader.page.getByRole('button', { name: /^Mark/ }).count()).toBe(0);
});
