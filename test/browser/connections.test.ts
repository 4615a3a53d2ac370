import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageResource } from '../../src/contract/resources.ts';
import { type DashboardUnderTest, startDashboard } from '../support/dashboard.ts';
import { call } from '../support/login-under-test.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** A browser has six connections to a server, and each stream of events keeps one. */
let stack: Stack;
let dashboard: DashboardUnderTest;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  dashboard = await startDashboard(stack);
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
const pageOf = async (id: string) => (await call<PageResource>(stack.api, 'GET', `/api/pages/${id}`)).body;

async function addPage(name: string): Promise<TestPage> {
  const page = await stack.addPage({ conversations: 1000, messages: 1 });
  await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
  return { ...page, name };
}

test('more syncs at once than a browser has connections leave the overview at work', async () => {
  const pages: TestPage[] = [];
  const gone = await addPage('Gone');
  await call(stack.api, 'DELETE', `/api/pages/${gone.id}`);
  for (let number = 1; number <= 8; number++) {
    pages.push(await addPage(`Branch ${number}`));
  }
  control('/latency', { ms: 3000 });
  for (const { id } of pages) await stack.api.post(`/api/pages/${id}/sync`);
  const { page, faults } = await dashboard.person();
  const row = ({ facebookPageId }: TestPage) =>
    page.getByRole('listitem').filter({ hasText: facebookPageId });
  for (const one of pages) await row(one).getByText('Syncing', { exact: true }).waitFor();
  // each button follows its sync, by a stream or by asking
  for (const one of pages)
    await row(one)
      .getByRole('button', { name: /^\d+ conversations/ })
      .waitFor();
  // what is asked for now is answered now, and not when a sync has ended
  await page.getByLabel('Show disconnected').check();
  await page.getByText('Disconnected', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: 'Branch 1' }).click();
  await page.getByRole('region', { name: 'Details' }).getByLabel('Name').fill('The first branch');
  await page.getByRole('button', { name: 'Save details' }).click();
  await page.getByRole('heading', { level: 1, name: 'The first branch' }).waitFor();
  for (const { id } of pages) expect((await pageOf(id)).health).toBe('syncing');
  control('/latency', { ms: 0 });
  await page.getByRole('link', { name: 'Pages', exact: true }).click();
  for (const one of pages) await row(one).getByText('Up to date').waitFor();
  expect(faults).toEqual([]);
});
