import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { type DashboardUnderTest, startDashboard } from '../support/dashboard.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let dashboard: DashboardUnderTest;
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  dashboard = await startDashboard(stack);
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

test('every page of the dashboard is a link away, says its name, and is usable without a mouse', async () => {
  const { page, faults } = await dashboard.person();
  for (const name of ['Inbox', 'History', 'Batches', 'Analytics', 'Health', 'Settings', 'Pages']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    expect(await page.title()).toBe(`${name} · Pagesync`);
  }
  await page.keyboard.press('Home');
  await page.goto('/nothing-here');
  await page.getByText('There is no such page').waitFor();
  expect(faults).toEqual([]);
});

test('who is not signed in learns how to', async () => {
  const { context, page } = await dashboard.person();
  await context.clearCookies();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in to Pagesync' }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
});

test('a stream of changes that dies without a word is noticed, and what has changed meanwhile is shown', async () => {
  const { context, faults } = await dashboard.person();
  const tab = await context.newPage();
  await tab.addInitScript(() => {
    const real = window.fetch;
    let isFirst = true;
    window.fetch = async (input, init) => {
      const response = await real(input, init);
      if (!String(input).endsWith('/api/changes') || !isFirst || response.body === null) return response;
      isFirst = false;
      // what comes once it is dead never arrives, and the connection stays open
      const dying = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          if (document.documentElement.dataset.stream !== 'dead') controller.enqueue(chunk);
        },
      });
      return new Response(response.body.pipeThrough(dying), response);
    };
  });
  const streams: string[] = [];
  tab.on('request', (request) => request.url().endsWith('/api/changes') && streams.push(request.url()));
  await tab.goto('/');
  const seen = await stack.addPage({ conversations: 0 });
  await tab.getByText(seen.name).first().waitFor();
  await tab.evaluate(() => {
    document.documentElement.dataset.stream = 'dead';
  });
  const missed = await stack.addPage({ conversations: 0 });
  await tab.getByText(missed.name).first().waitFor({ timeout: 45_000 });
  expect(streams.length).toBeGreaterThan(1);
  expect(faults).toEqual([]);
});
