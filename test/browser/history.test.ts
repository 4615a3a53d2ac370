import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobResource, ListResource } from '../../src/contract/resources.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { call } from '../support/login-under-test.ts';
import { expectUsable } from '../support/looks.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { startStoppableApi } from '../support/stoppable-api.ts';

/** Jobs of all pages: found by filters, and watched while they run. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
let bakery: TestPage;
let cinema: TestPage;

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
const start = (page: TestPage, body = {}) => stack.api.post<JobResource>(`/api/pages/${page.id}/sync`, body);
const synced = async (page: TestPage, body = {}) => {
  expect((await start(page, body)).status).toBe(202);
  return stack.ended(page);
};
const rows = (page: Page) => page.getByRole('list', { name: 'Jobs' }).getByRole('listitem');
/** Addresses of the jobs that are shown, in their order. */
const shown = (page: Page) =>
  rows(page)
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
const known = async (query: string) =>
  (await stack.api.get<ListResource<JobResource>>(`/api/jobs?${query}`)).body.data.map(
    ({ id }) => `/history/${id}`,
  );
const showsThose = (page: Page, query: string) =>
  eventually(async () => {
    const wanted = await known(query);
    return wanted.length > 0 && JSON.stringify(await shown(page)) === JSON.stringify(wanted);
  }, `the jobs of ${query}`);

beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  const named = async (name: string) => {
    const page = await stack.addPage({ conversations: 30, messages: 2 });
    await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
    return { ...page, name };
  };
  bakery = await named('Bakery');
  cinema = await named('Cinema');
  expect((await synced(bakery)).status).toBe('COMPLETED');
  expect((await synced(bakery, { mode: 'incremental' })).status).toBe('UP_TO_DATE');
  const fault = { kind: 'error', name: 'permission-200' };
  control('/faults', { match: { page: cinema.facebookPageId }, times: 'always', fault });
  expect((await synced(cinema)).status).toBe('FAILED');
  stack.simulator.control('DELETE', '/faults');
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

test('jobs are listed newest first, each with how it ended and what it has read', async () => {
  const { page, faults } = person;
  await page.goto('/history');
  await showsThose(page, '');
  const full = rows(page).filter({ hasText: 'Full sync of Bakery' });
  await full.getByText('Complete').waitFor();
  await full.getByText(/^Full sync: 30 conversations with \d+ events/).waitFor();
  expect(await full.locator('dl').textContent()).toBe('new30updated0unchanged0set aside0');
  await rows(page).filter({ hasText: 'Incremental sync of Bakery' }).getByText('Up to date').waitFor();
  await rows(page).filter({ hasText: 'Full sync of Cinema' }).getByText('Failed', { exact: true }).waitFor();
  await page.getByRole('img', { name: /Syncs of the last 30 days.* 3 syncs/ }).waitFor();
  await expectUsable(page);
  expect(faults).toEqual([]);
});

test('filters are in the address: a link to them shows the same', async () => {
  const { page, faults } = person;
  await page.goto('/history');
  await page.getByRole('button', { name: 'Status: Every status' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Up to date' }).click();
  await page.keyboard.press('Escape');
  await showsThose(page, 'status=FAILED,UP_TO_DATE');
  await page.getByLabel('Page', { exact: true }).selectOption('Bakery');
  await showsThose(page, `status=UP_TO_DATE&pageId=${bakery.id}`);
  await page.getByLabel('Mode').selectOption('Incremental');
  await page.getByLabel('Started').selectOption('By hand');
  const today = new Date().toISOString().slice(0, 10);
  await page.getByLabel('From').fill('2026-01-01');
  await page.getByLabel('To', { exact: true }).fill('2099-01-01');
  await page.waitForURL(
    `/history?page=${bakery.id}&status=UP_TO_DATE%2CFAILED&mode=incremental&trigger=manual&since=2026-01-01&until=2099-01-01`,
  );
  await page.reload();
  await showsThose(page, `status=UP_TO_DATE&pageId=${bakery.id}`);
  await page.getByRole('button', { name: 'Status: 2 statuses' }).waitFor();
  await page.getByLabel('From').fill('2098-12-31');
  await page.getByText('No job fits').waitFor();
  await page.getByLabel('To', { exact: true }).fill(today);
  await page.getByText('No such days').waitFor();
  await expectUsable(page);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.waitForURL('/history');
  await showsThose(page, '');
  expect(faults).toEqual([]);
});

test('a running sync is seen live, and cancelled from its page', async () => {
  const { page, faults } = person;
  const kiosk = await stack.addPage({ conversations: 6000, messages: 2 });
  await page.goto('/history');
  await showsThose(page, '');
  control('/latency', { ms: 500 });
  const { body: job } = await start(kiosk);

  // it appears by itself, and moves
  const row = rows(page).filter({ has: page.locator(`[href="/history/${job.id}"]`) });
  await row.getByText('Running').waitFor();
  const bar = row.getByRole('progressbar', { name: 'Conversations read' });
  const first = await eventually(async () => {
    const words = await bar.getAttribute('aria-valuetext');
    return words !== '0 conversations' && words;
  }, 'the first conversations');
  await eventually(async () => (await bar.getAttribute('aria-valuetext')) !== first, 'more of them');

  await row.getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: `Full sync of ${kiosk.name}` }).waitFor();
  const timeline = page.getByRole('region', { name: 'What has happened, oldest first' });
  await timeline.getByText('Started').waitFor();
  const batches = page.getByRole('region', { name: 'Batches, newest first' }).getByRole('row');
  const before = await eventually(() => batches.count(), 'the first batches');
  await eventually(async () => (await batches.count()) > before, 'more batches');
  control('/latency', { ms: 8000 });
  await expectUsable(page);

  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the sync' }).click();
  await page.getByText('Cancelling …').waitFor();
  control('/latency', { ms: 0 });
  await timeline.getByText('Ended: cancelled').waitFor();
  await page
    .getByText(/^Full sync cancelled after/)
    .first()
    .waitFor();
  const ended = await stack.ended(kiosk);
  expect(ended).toMatchObject({ id: job.id, status: 'CANCELLED' });
  expect(await page.getByRole('button', { name: /^Cancel/ }).count()).toBe(0);
  expect(faults).toEqual([]);
});

test('who may only look cannot cancel', async () => {
  const { page } = await dashboard.person({ scope: 'read' });
  control('/latency', { ms: 5000 });
  const { body: job } = await start(cinema);
  await page.goto(`/history/${job.id}`);
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await cancel.waitFor();
  expect(await cancel.isDisabled()).toBe(true);
  control('/latency', { ms: 0 });
  await stack.ended(cinema);
  await cancel.waitFor({ state: 'detached' });
});

test('the server goes and comes back: the list stays, a job that is opened says why it is not there, and comes by itself', async () => {
  const server = await startStoppableApi(stack);
  try {
    const { page, faults } = await dashboard.person();
    await page.goto(`${server.url}/history?page=${cinema.id}`);
    await rows(page).first().waitFor();
    const before = await shown(page);
    await server.stop();
    await page.getByText('No connection to the server.').waitFor();
    expect(await shown(page)).toEqual(before);
    // neither the job nor the page that shows it was there before
    await rows(page).first().getByRole('link').click();
    await page.getByText('The server does not answer. Check the connection and try again.').waitFor();
    await server.start();
    await page.getByRole('heading', { level: 1, name: `Full sync of ${cinema.name}` }).waitFor();
    await page.getByText('No connection to the server.').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  } finally {
    await server.close();
  }
});

test('a long history is read as it is scrolled', async () => {
  const { page, faults } = person;
  await stack.sql`
    INSERT INTO sync_jobs (id, page_id, status, mode, trigger, message, created_at, started_at, completed_at)
    SELECT gen_random_uuid(), ${bakery.id}, 'UP_TO_DATE', 'incremental', 'schedule', 'Old sync ' || n, t, t, t
    FROM generate_series(1, 130) n, LATERAL (SELECT timestamptz '2020-01-01' - n * interval '1 hour' AS t) times`;
  await page.goto(`/history?page=${bakery.id}`);
  await eventually(async () => (await rows(page).count()) >= 50, 'the first of them');
  await eventually(async () => {
    await page.keyboard.press('End');
    return page.getByText('Old sync 130', { exact: true }).isVisible();
  }, 'the oldest one');
  expect(await rows(page).count()).toBe(132);
  expect(faults).toEqual([]);
});
