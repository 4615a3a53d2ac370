import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored, storedOf } from '../support/truth.ts';
import { recordTexts, showComponents, shownMs } from './components-page.ts';

const CONVERSATIONS = 1000;
/** So slow that a sync can be met half-way: a call brings a hundred conversations. */
const LATENCY_MS = 1500;

let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
beforeEach(() => latency(LATENCY_MS));
afterEach(async () => {
  // a browser has six connections to a server, for all tabs that can be seen
  for (const tab of person.context.pages()) await tab.close();
});
afterAll(async () => {
  expect(person.faults).toEqual([]);
  await dashboard?.close();
  await stack?.close();
});

function latency(ms: number) {
  stack.simulator.control('POST', '/latency', { ms });
}

const show = (page: TestPage) => showComponents(person, page);
const lastSync = (tab: Page, page: TestPage) =>
  tab.evaluate((key) => localStorage.getItem(key), `last_sync_${page.id}`);

test('a sync is started by the button, watched, found again after a reload, and remembered', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS, messages: 2 });
  const { tab, button, panel, counted, countedAtLeast } = await show(page);
  const asked: Request[] = [];
  tab.on('request', (request) => asked.push(request));
  expect(await lastSync(tab, page)).toBeNull();
  await panel.getByText('Never synced').waitFor();

  await button.click();
  const early = await countedAtLeast(1);
  expect(await button.isDisabled()).toBe(true);
  // it keeps the focus, and takes no presses
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  await tab.keyboard.press('Enter');
  // nobody knows the size of an inbox that was never walked
  await button.getByText(/^[\d,]+ conversations?$/).waitFor();
  expect(await panel.getByRole('progressbar').getAttribute('aria-valuenow')).toBeNull();
  await panel.getByText(/^Now: .+/).waitFor();
  await countedAtLeast(early + 50);

  await tab.reload();
  const again = await countedAtLeast(early + 50);
  await countedAtLeast(again + 50);
  expect(await button.isDisabled()).toBe(true);
  const texts = await recordTexts(button);

  latency(0);
  const job = await stack.ended(page);
  await panel.getByText('Last sync complete').waitFor();
  expect(await counted()).toBe(0);
  await button.getByText('Sync', { exact: true }).waitFor();
  const success = shownMs(await texts(), /\+1,000 ↻0/);
  expect(success).toBeGreaterThan(2900);
  expect(success).toBeLessThan(4900);
  expect(await lastSync(tab, page)).toBe(job.completedAt);

  const outcome = tab.getByText(/"jobId"/);
  expect(JSON.parse((await outcome.textContent()) ?? '')).toEqual({
    pageId: page.id,
    jobId: job.id,
    status: 'complete',
    inserted: CONVERSATIONS,
    updated: 0,
    unchanged: 0,
    failed: 0,
    eventsCreated: job.totals.eventsCreated,
    message: job.message,
    endedAt: job.completedAt,
  });
  await expectInboxStored(stack, page);
  const starts = asked.filter((request) => request.method() === 'POST' && request.url().endsWith('/sync'));
  expect(starts).toHaveLength(1);
});

test('another tab shows the same sync, and whoever starts a second one is told that there is one', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS, messages: 2 });
  latency(0);
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.ended(page);
  latency(LATENCY_MS);
  const first = await show(page);
  const second = await show(page);

  // somebody else is a moment faster
  await first.tab.route('**/sync', async (route) => {
    if (route.request().method() === 'POST') await stack.api.post(`/api/pages/${page.id}/sync`);
    await route.continue();
  });
  await first.button.click();
  await first.tab.getByText('Sync already in progress').waitFor();
  for (const { button, countedAtLeast, progress } of [first, second]) {
    await countedAtLeast(100);
    await button.getByText(/^[\d,]+ of 1,000$/).waitFor();
    expect(Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    expect(await button.isDisabled()).toBe(true);
  }
  latency(0);
  const { completedAt } = await stack.ended(page);
  for (const { tab, button } of [first, second]) {
    await button.getByText('Up to date').waitFor();
    expect(await lastSync(tab, page)).toBe(completedAt);
  }
  const jobs = await stack.api.get<{ data: JobResource[] }>(`/api/jobs?pageId=${page.id}`);
  expect(jobs.body.data).toHaveLength(2);
});

test('what was cancelled half-way is continued, and ends as if nothing had happened', async () => {
  const [page, twin] = await Promise.all(
    [1, 2].map(() => stack.addPage({ conversations: CONVERSATIONS, messages: 2, exactMessages: true })),
  );
  if (page === undefined || twin === undefined) throw new Error('No pages');
  const { button, panel, countedAtLeast } = await show(page);
  await button.click();
  await countedAtLeast(0.4 * CONVERSATIONS);
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await panel.getByRole('button', { name: 'Let it go on' }).click();
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await panel.getByRole('button', { name: 'Cancel the sync' }).click();
  await panel.getByText('Last sync cancelled').waitFor();
  const cancelled = await stack.ended(page);
  expect(cancelled.totals.fetched).toBeLessThan(CONVERSATIONS);

  await button.getByText('Continue').click();
  await countedAtLeast(cancelled.totals.fetched + 1);
  latency(0);
  await panel.getByText('Last sync complete').waitFor();
  const job = await stack.ended(page);
  expect(job).toMatchObject({ id: cancelled.id, status: 'COMPLETED' });

  await stack.api.post(`/api/pages/${twin.id}/sync`);
  const undisturbed = await stack.ended(twin);
  const { fetched, inserted, updated, unchanged, failed, eventsCreated } = undisturbed.totals;
  expect(job.totals).toMatchObject({ fetched, inserted, updated, unchanged, failed, eventsCreated });
  await expectInboxStored(stack, page);
  expect(await storedOf(stack, page)).toHaveLength(CONVERSATIONS);
});
