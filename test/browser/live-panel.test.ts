import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { SyncStatusResource } from '../../src/contract/resources.ts';
import { createLogger } from '../../src/log.ts';
import { startApi } from '../../src/start-api.ts';
import { lastingPort } from '../faults/lasting-port.ts';
import { seriousViolations } from '../support/accessibility.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { componentsOf, pathOf } from './components-page.ts';

const CONVERSATIONS = 800;

let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterEach(async () => {
  stack.simulator.control('DELETE', '/faults');
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

async function show(page: TestPage, tab?: Page) {
  const shown = componentsOf(tab ?? (await person.tab(pathOf(page))), page);
  await shown.panel.waitFor();
  return shown;
}

const newPage = () => stack.addPage({ conversations: CONVERSATIONS, messages: 2, exactMessages: true });
const start = (page: TestPage) => stack.api.post(`/api/pages/${page.id}/sync`);

test('a sync that was started elsewhere appears by itself, is paused and goes on', async () => {
  latency(2000);
  const page = await newPage();
  const { button, panel, progress, counted, countedAtLeast } = await show(page);
  await panel.getByText('Never synced').waitFor();
  await start(page);
  await countedAtLeast(50);
  // no total: under way, nobody knows how far
  expect(await progress.getAttribute('aria-valuenow')).toBeNull();
  expect(await progress.getAttribute('aria-valuetext')).toMatch(/^[\d,]+ conversations$/);
  await panel.getByText('Time left').waitFor();
  await panel.getByRole('list', { name: 'Platforms' }).getByText('Instagram').waitFor();

  await panel.getByRole('button', { name: 'Pause' }).click();
  await panel.getByText('Paused', { exact: true }).waitFor();
  const paused = await counted();
  const { body } = await stack.api.get<{ job: { totals: { fetched: number } } }>(
    `/api/pages/${page.id}/sync`,
  );
  expect(paused).toBe(body.job.totals.fetched);
  await button.getByText('Continue').waitFor();
  const resume = panel.getByRole('button', { name: 'Resume' });
  await resume.waitFor();
  // who has paused it by keyboard lets it go on with the next key
  expect(await resume.evaluate((element) => element === document.activeElement)).toBe(true);
  await resume.press('Enter');
  await countedAtLeast(paused + 1);
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await panel.getByText('What is stored stays').waitFor();
  latency(0);
  await panel.getByText('Last sync complete').waitFor();
  await panel.getByText(`+${CONVERSATIONS}`).waitFor();
  await panel.getByRole('button', { name: 'Sync again' }).waitFor();

  // whether to cancel was asked about that sync, not about this one
  latency(2000);
  await start(page);
  await panel.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
  expect(await panel.getByText('What is stored stays').count()).toBe(0);
  latency(0);
  await panel.getByText('Last sync complete').waitFor();
});

test('it says until when Meta makes the sync wait, and that a token is gone', async () => {
  latency(0);
  const page = await newPage();
  const { panel, button } = await show(page);
  stack.simulator.control('POST', '/faults', {
    match: { page: page.facebookPageId, edge: 'conversations' },
    times: 1,
    fault: { kind: 'error', name: 'throttle-613', regainMinutes: 5 },
  });
  await button.click();
  await panel.getByText(/waiting for Meta until \d\d:\d\d$/).waitFor();
  await panel.getByText(/^waiting until \d\d:\d\d$/).waitFor();
  await panel.getByRole('button', { name: 'Cancel' }).press('Enter');
  await panel.getByRole('button', { name: 'Cancel the sync' }).press('Enter');
  await panel.getByText('Last sync cancelled').waitFor();
  // the button that was pressed is gone: the focus is on what can be done now
  const next = panel.getByRole('button', { name: 'Continue' });
  await next.waitFor();
  expect(await next.evaluate((element) => element === document.activeElement)).toBe(true);

  const other = await newPage();
  const parked = await show(other);
  stack.simulator.control('POST', '/token', { page: other.facebookPageId, state: 'expired' });
  await parked.button.click();
  await parked.panel.getByText('Waits for a new connection to Meta').waitFor();
  await parked.button.getByText('Reconnect page').waitFor();
  expect(await parked.button.isDisabled()).toBe(true);
  stack.simulator.control('POST', '/token', { page: other.facebookPageId, state: 'valid' });
  await stack.api.post('/api/pages', {
    facebookPageId: other.facebookPageId,
    name: other.name,
    accessToken: other.accessToken,
  });
  await parked.panel.getByText('Last sync complete').waitFor();
});

test('the server goes and comes back under an open page: it says so, and the numbers are right again', async () => {
  latency(2000);
  const env = { ...stack.env, PORT: String(await lastingPort()) };
  const startServer = () => startApi(readConfig(env), env, createLogger('fatal', 'test'));
  let server = await startServer();
  try {
    const page = await newPage();
    const { panel, countedAtLeast } = await show(page, await person.tab(server.url + pathOf(page)));
    await start(page);
    const before = await countedAtLeast(50);
    await server.close();
    await panel.getByText('Reconnecting …').waitFor();
    expect(await panel.getByText('Syncing', { exact: true }).isVisible()).toBe(true);
    // the sync does not need the server
    await eventually(async () => {
      const { body } = await stack.api.get<SyncStatusResource>(`/api/pages/${page.id}/sync`);
      return body.job.totals.fetched > before;
    }, 'more conversations while the server is away');
    server = await startServer();
    await countedAtLeast(before + 1);
    await panel.getByText('Reconnecting …').waitFor({ state: 'hidden' });
    latency(0);
    await panel.getByText('Last sync complete').waitFor();
    await panel.getByText(`+${CONVERSATIONS}`).waitFor();
  } finally {
    await server.close();
  }
});

test('while the stream is away the numbers come by looking', async () => {
  latency(1500);
  const page = await newPage();
  const tab = await person.tab('/history');
  await tab.route('**/sync/stream', (route) => route.abort());
  await tab.goto(pathOf(page));
  const { panel, countedAtLeast } = await show(page, tab);
  await start(page);
  const first = await countedAtLeast(50);
  await panel.getByText('Reconnecting …').waitFor();
  await countedAtLeast(first + 1);
  latency(0);
  await panel.getByText('Last sync complete').waitFor();
});

test('every state of button and panel is there to be looked at, light and dark, on a phone too', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const viewport = colorScheme === 'light' ? { width: 1280, height: 900 } : { width: 360, height: 800 };
    const { page, faults } = await dashboard.person({ colorScheme, viewport });
    await page.goto('/components');
    await page
      .getByRole('region', { name: 'LivePanel' })
      .getByText('older messages: 12 conversations left')
      .waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(faults).toEqual([]);
    await page.close();
  }
});
