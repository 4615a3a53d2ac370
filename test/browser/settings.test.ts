import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { callAs } from '../support/api-tokens.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { expectUsable, isDark } from '../support/looks.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Who may do what, and how the dashboard looks. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});
beforeEach(async () => {
  await person.page.goto('/settings');
  await person.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
});

test('an API token is shown once, is good, and is not when it was revoked', async () => {
  const { page, faults } = person;
  const card = page.getByRole('region', { name: 'API tokens' });
  await card.getByText('No token yet').waitFor();
  await card.getByRole('button', { name: 'Create a token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.locator('[aria-invalid]').waitFor();
  await dialog.getByLabel('Name').fill('reports');
  await dialog.getByLabel('It may').selectOption('read');
  await expectUsable(page);
  await dialog.getByRole('button', { name: 'Create' }).click();
  const token = await dialog.getByLabel('API token').inputValue();
  await person.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await dialog.waitFor({ state: 'detached' });

  const row = card.getByRole('listitem').filter({ hasText: 'reports' });
  await row.getByText(/good until/).waitFor();
  expect(await page.content()).not.toContain(token);
  expect((await callAs(stack.api, token, '/api/pages')).status).toBe(200);
  expect((await callAs(stack.api, token, '/api/tokens')).status).toBe(403);
  await row.getByRole('button', { name: 'Revoke reports' }).click();
  await page.getByRole('dialog', { name: 'Revoke reports?' }).getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('Revoked').waitFor();
  expect((await callAs(stack.api, token, '/api/pages')).status).toBe(401);
  expect(faults).toEqual([]);
});

test('a sign-in link lets somebody else in, who is seen and can be sent out', async () => {
  const { page, faults } = person;
  await page.getByLabel('They may').selectOption('sync');
  await page.getByRole('button', { name: 'Make a sign-in link' }).click();
  const url = await page.getByLabel(/^Sign-in link, good until/).inputValue();
  const guest = await dashboard.person({ scope: 'read' });
  await guest.page.goto(url);
  await guest.page.getByRole('button', { name: 'Sign in' }).click();
  await guest.page.goto('/settings');
  const about = guest.page.getByRole('region', { name: 'This browser' });
  await about.getByText('Look, and start and steer syncs').waitFor();
  expect(await guest.page.getByRole('region', { name: 'API tokens' }).count()).toBe(0);
  await expectUsable(guest.page);

  await page.reload();
  const card = page.getByRole('region', { name: 'Browsers signed in' });
  const own = card.getByRole('listitem').filter({ hasText: 'This browser' });
  await own.waitFor();
  expect(await own.getByRole('button').count()).toBe(0);
  const theirs = card
    .getByRole('listitem')
    .filter({ hasText: 'sync' })
    .filter({ hasText: 'another browser' });
  await theirs.getByRole('button', { name: 'Sign it out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign it out' }).click();
  await theirs.waitFor({ state: 'detached' });
  await guest.page.reload();
  await guest.page.getByRole('heading', { name: 'Sign in to Pagesync' }).waitFor();
  await expectUsable(page);
  expect([...faults, ...guest.faults]).toEqual([]);
});

test('light, dark, or as the system is, also after a reload', async () => {
  const { page } = person;
  expect(await isDark(page)).toBe(false);
  await page.getByLabel('Dark').check();
  expect(await isDark(page)).toBe(true);
  await page.reload();
  await page.getByLabel('Dark').waitFor();
  expect(await isDark(page)).toBe(true);
  expect(await page.getByLabel('Dark').isChecked()).toBe(true);
  await page.getByLabel('System').check();
  expect(await isDark(page)).toBe(false);
  await page.emulateMedia({ colorScheme: 'dark' });
  await eventually(() => isDark(page), 'the page to follow the system');
  await page.emulateMedia({ colorScheme: 'light' });
});

test('whoever signs out is out, in all tabs', async () => {
  const leaver = await dashboard.person();
  const other = await leaver.tab('/batches');
  await leaver.page.goto('/settings');
  await leaver.page.getByRole('button', { name: 'Sign out' }).click();
  await leaver.page.getByRole('heading', { name: 'Sign in to Pagesync' }).waitFor();
  await other.reload();
  await other.getByRole('heading', { name: 'Sign in to Pagesync' }).waitFor();
  expect(leaver.faults).toEqual([]);
});
