import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchResource } from '../../src/contract/batch-resources.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { call } from '../support/login-under-test.ts';
import { expectUsable } from '../support/looks.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** Batches: started, watched, cancelled and resumed. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
const pages: TestPage[] = [];
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  for (const name of ['Bakery', 'Florist', 'Cinema']) {
    const page = await stack.addPage({ conversations: 120, messages: 2 });
    await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
    pages.push({ ...page, name });
  }
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

const slow = (ms: number) => stack.simulator.control('POST', '/latency', { ms });

test('all pages: started from the overview, and watched to the end', async () => {
  const { page, faults } = person;
  await page.goto('/batches');
  await page.getByText('No batch yet').waitFor();
  await expectUsable(page);
  await page.goto('/');
  slow(150);
  await page.getByRole('link', { name: 'Sync all' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a batch' });
  await dialog.getByLabel('Pages at a time').fill('99');
  await dialog.getByRole('button', { name: 'Sync all pages' }).click();
  await dialog.locator('[aria-invalid]').waitFor();
  await dialog.getByLabel('Pages at a time').fill('2');
  await dialog.getByLabel('What to read').selectOption('Whole inboxes');
  await expectUsable(page);
  await dialog.getByRole('button', { name: 'Sync all pages' }).click();

  await page.getByRole('heading', { level: 1, name: '3 pages: whole inboxes' }).waitFor();
  const bar = page.getByRole('progressbar', { name: 'Pages done' });
  await bar.waitFor();
  const row = (name: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
  // live: without a reload, while it runs
  await row('Bakery')
    .getByText(/^[1-9]\d* .*conversations/)
    .waitFor();
  expect(await bar.getAttribute('aria-valuenow')).not.toBe('3');
  await expectUsable(page);
  slow(0);
  await page.getByText(/^Batch of 3 pages: 3 complete in/).waitFor();
  expect(await bar.getAttribute('aria-valuenow')).toBe('3');
  for (const { name } of pages) await row(name).getByText('Complete', { exact: true }).waitFor();
  await page.getByText('360', { exact: true }).first().waitFor();
  expect(await row('Bakery').getByRole('link', { name: 'Job of Bakery' }).getAttribute('href')).toMatch(
    /^\/history\/[0-9a-f-]{36}$/,
  );
  expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
  await expectUsable(page);
  expect(faults).toEqual([]);
});

test('chosen pages: cancelled in the middle, and resumed to the end', async () => {
  const { page, faults } = person;
  await page.goto('/batches');
  await page.getByRole('button', { name: 'Start a batch' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a batch' });
  await dialog.getByLabel('These').check();
  await dialog.getByLabel('Bakery').check();
  await dialog.getByLabel('Search pages by name').fill('flo');
  await dialog.getByLabel('Florist').check();
  await dialog.getByLabel('What to read').selectOption('Whole inboxes');
  await dialog.getByLabel('Pages at a time').fill('1');
  slow(300);
  await dialog.getByRole('button', { name: 'Sync 2 pages' }).click();
  await page.getByRole('heading', { level: 1, name: '2 pages: whole inboxes' }).waitFor();
  await page.getByText('Syncing', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  const question = page.getByRole('dialog', { name: 'Cancel this batch?' });
  await question.getByRole('button', { name: 'Cancel the batch' }).click();
  await question.waitFor({ state: 'detached' });
  slow(0);
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  const batchId = new URL(page.url()).pathname.split('/')[2];
  const batch = async () =>
    (await stack.api.get<{ batch: BatchResource }>(`/api/batches/${batchId}`)).body.batch;
  expect(await batch()).toMatchObject({ status: 'CANCELLED' });

  // the list tells them apart
  await page.getByRole('link', { name: 'All batches' }).click();
  await page.getByLabel('Status').selectOption('Cancelled');
  const one = page.getByRole('listitem').getByRole('link', { name: '2 pages: whole inboxes' });
  await page.getByRole('link', { name: '3 pages: whole inboxes' }).waitFor({ state: 'detached' });
  await one.waitFor();
  await expectUsable(page);
  await one.click();

  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/^Batch of 2 pages: 2 complete in/).waitFor();
  await page.getByRole('button', { name: 'Resume' }).waitFor({ state: 'detached' });
  expect(await batch()).toMatchObject({ status: 'COMPLETED' });
  expect(faults).toEqual([]);
});

test('one that somebody else starts appears in the list, and comes to its end there', async () => {
  const { page } = person;
  await page.goto('/batches');
  await page.getByRole('link', { name: '3 pages: whole inboxes' }).waitFor();
  await stack.api.post('/api/batches', { all: true, mode: 'incremental' });
  const row = page.getByRole('listitem').filter({ hasText: '3 pages: what has changed' });
  await row.getByText('Complete', { exact: true }).waitFor();
});

test('who may only look starts and cancels nothing', async () => {
  const { page, faults } = await dashboard.person({ scope: 'read' });
  const { body } = await stack.api.get<{ data: BatchResource[] }>('/api/batches');
  await page.goto('/batches?start=all');
  await page.getByRole('link', { name: '3 pages: whole inboxes' }).waitFor();
  expect(await page.getByRole('button', { name: 'Start a batch' }).count()).toBe(0);
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.goto(`/batches/${body.data[0]?.id}`);
  await page.getByRole('progressbar', { name: 'Pages done' }).waitFor();
  expect(await page.getByRole('button', { name: /Cancel|Resume/ }).count()).toBe(0);
  await page.goto('/batches/00000000-0000-4000-8000-000000000000');
  await page.getByText('There is no batch with this address').waitFor();
  expect(faults).toEqual([]);
});
