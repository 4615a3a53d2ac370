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
