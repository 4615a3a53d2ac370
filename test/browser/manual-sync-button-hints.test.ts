import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { startRelay } from '../support/relay.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { componentsOf, pathOf, recordTexts, showComponents, shownMs } from './components-page.ts';

let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
beforeAll(async () => {
  stack = await startStack();
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterEach(async () => {
  for (const tab of person.context.pages()) await tab.close();
});
afterAll(async () => {
  expect(person.faults).toEqual([]);
  await dashboard?.close();
  await stack?.close();
});

test('the tooltip says when the page was last synced: as this browser has seen it, or as the page has it, whichever is later', async () => {
  const page = await stack.addPage({ conversations: 5 });
  const { tab, button } = await showComponents(person, page);
  const tooltip = tab.getByRole('tooltip');
  await button.hover();
  await tooltip.getByText('Never synced').waitFor();
  await stack.sql`UPDATE facebook_pages SET last_synced_at = now() - interval '3 hours' WHERE id = ${page.id}`;
  await tab.reload();
  await button.hover();
  await tooltip.getByText('Last synced 3 hours ago').waitFor();

  const seen = async (minutesAgo: number) => {
    const iso = new Date(Date.now() - minutesAgo * 60_000 - 1000).toISOString();
    await tab.evaluate(
      ([key, value]) => localStorage.setItem(key as string, value as string),
      [`last_sync_${page.id}`, iso],
    );
    await tab.reload();
    await button.hover();
  };
  await seen(5);
  await tooltip.getByText('Last synced 5 minutes ago').waitFor();
  // another browser has synced it since
  await seen(24 * 60);
  await tooltip.getByText('Last synced 3 hours ago').waitFor();
});

test('a start that fails says why, and can be tried again after five seconds', async () => {
  const page = await stack.addPage({ conversations: 10 });
  const { tab, button } = await showComponents(person, page);
  const texts = await recordTexts(button);
  await stack.api.fetch(`/api/pages/${page.id}`, { method: 'DELETE' });
  await button.click();
  await button.getByText('Failed').waitFor();
  await tab
    .getByRole('tooltip')
    .getByText(/^The page is disconnected\. Connect it again/)
    .waitFor();
  await button.getByText('Sync', { exact: true }).waitFor();
  const error = shownMs(await texts(), /^Failed/);
  expect(error).toBeGreaterThan(4900);
  expect(error).toBeLessThan(6900);
  await stack.api.post('/api/pages', {
    facebookPageId: page.facebookPageId,
    name: page.name,
    accessToken: page.accessToken,
  });
  await button.click();
  await button.getByText('+10 ↻0').waitFor();
});

test('a start while Temporal is away says that it is, and goes through when it is back', async () => {
  const relay = await startRelay(stack.env.TEMPORAL_ADDRESS ?? '');
  try {
    const api = await stack.addApi({ TEMPORAL_ADDRESS: relay.address });
    const page = await stack.addPage({ conversations: 10 });
    const { tab, button, panel } = componentsOf(await person.tab(api.url + pathOf(page)), page);
    await panel.getByText('Never synced').waitFor();
    relay.cut();
    const answer = tab.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/sync'),
    );
    await button.click();
    expect((await answer).status()).toBe(503);
    await tab
      .getByRole('tooltip')
      .getByText(/Temporal/)
      .waitFor();
    relay.mend();
    await button.getByText('Sync', { exact: true }).waitFor();
    await button.click();
    await button.getByText('+10 ↻0').waitFor();
  } finally {
    await relay.close();
  }
});

test('who may only look cannot press it', async () => {
  const page = await stack.addPage({ conversations: 5 });
  const reader = await dashboard.person({ scope: 'read' });
  const { button, panel } = componentsOf(await reader.tab(pathOf(page)), page);
  await panel.getByText('You may look, but not start syncs.').waitFor();
  expect(await button.isDisabled()).toBe(true);
  expect(await panel.getByRole('button').count()).toBe(0);
});
