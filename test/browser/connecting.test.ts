import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { seriousViolations } from '../support/accessibility.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { call, LOGIN } from '../support/login-under-test.ts';
import { freshPageId, type Stack, startStack } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

/** Connecting pages, by hand and by Facebook's dialog; the simulator plays Facebook. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
beforeAll(async () => {
  const { FACEBOOK_APP_ID, FACEBOOK_APP_SECRET } = LOGIN.env;
  stack = await startStack({
    simulator: LOGIN.simulator,
    env: { FACEBOOK_APP_ID, FACEBOOK_APP_SECRET, SYNC_SLICE_SECONDS: '0.2' },
  });
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);

/** A page in the simulator that nobody has connected. */
function pageAtMeta(name: string, conversations = 5): { id: string; name: string; token: string } {
  const id = freshPageId();
  const token = `token-of-${id}`;
  control('/pages', { id, name, token, conversations, messages: 2, instagramAccountId: `178${id}` });
  return { id, name, token };
}

const pageOf = async (id: string) => (await call<PageResource>(stack.api, 'GET', `/api/pages/${id}`)).body;

async function openDialog(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Connect a page' }).click();
  await page.getByRole('dialog', { name: 'Connect a page' }).waitFor();
}

/** Presses a button of Facebook's dialog, and waits until the dashboard has the person back. */
async function answerFacebook(page: Page, button: 'Continue' | 'Cancel'): Promise<void> {
  await page.getByRole('button', { name: 'Continue to Facebook' }).click();
  await page.getByRole('heading', { name: 'Log in with Facebook' }).waitFor();
  await page.getByRole('button', { name: button }).click();
  await page.waitForURL((url) => url.href === `${stack.api.url}/`);
}

describe('by a pasted token', () => {
  test('what is wrong is said at its field, and a page that Meta knows is connected', async () => {
    const { page, faults } = person;
    const shop = pageAtMeta('Corner Shop');
    await openDialog(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('tab', { name: 'Paste a page token' }).click();
    expect(await seriousViolations(page)).toEqual([]);
    await dialog.getByLabel('Facebook page ID').fill('no id/');
    await dialog.getByLabel('Page access token').fill('wrong');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await dialog.getByText('must be an id of Meta').waitFor();
    expect(await dialog.getByLabel('Facebook page ID').getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await eventually(
      () => dialog.getByLabel('Facebook page ID').evaluate((field) => field === document.activeElement),
      'the focus in the first wrong field',
    );

    await dialog.getByLabel('Facebook page ID').fill(shop.id);
    await dialog.getByLabel('Name', { exact: true }).fill(shop.name);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    // Meta was asked
    await eventually(
      async () => (await dialog.getByLabel('Page access token').getAttribute('aria-invalid')) === 'true',
      'the token to be refused',
    );
    const token = dialog.getByLabel('Page access token');
    expect(await token.getAttribute('type')).toBe('password');
    await token.fill(shop.token);
    await dialog.getByLabel('Instagram account ID').fill(`178${shop.id}`);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Corner Shop is connected').waitFor();
    const row = page.getByRole('listitem').filter({ hasText: shop.id });
    await row.getByRole('link', { name: 'Corner Shop' }).waitFor();
    await row.getByText('Instagram', { exact: true }).waitFor();
    await row.getByText('Never synced').waitFor();
    expect(await pageOf(shop.id)).toMatchObject({ token: { state: 'valid' } });
    // the token is nowhere that the browser keeps
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(kept + (await page.content())).not.toContain(shop.token);
    expect(faults).toEqual([]);
  });
});

describe('by Facebook Login', () => {
  test('in its dialog, and then by choosing of the person’s pages', async () => {
    const { page, faults } = person;
    const [bakery, friend] = [pageAtMeta('Bakery'), pageAtMeta('A Friend’s Page')];
    control('/users', {
      pages: [{ id: bakery.id }, { id: friend.id, tasks: ['ANALYZE'] }],
    });
    await openDialog(page);
    await answerFacebook(page, 'Continue');
    const dialog = page.getByRole('dialog', { name: 'Choose pages' });
    const choice = dialog.getByRole('checkbox', { name: 'Bakery' });
    await choice.waitFor();
    expect(await choice.isChecked()).toBe(true);
    expect(await dialog.getByRole('checkbox', { name: 'A Friend’s Page' }).isDisabled()).toBe(true);
    await dialog.getByText('You lack the task “Messages” on this page').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(page.url()).toBe(`${stack.api.url}/`);
    await dialog.getByRole('button', { name: 'Connect 1 page' }).click();
    await page.getByText('Bakery is connected').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('listitem').filter({ hasText: bakery.id }).waitFor();
    expect(await pageOf(bakery.id)).toMatchObject({ name: 'Bakery', token: { state: 'valid' } });
    expect((await call(stack.api, 'GET', `/api/pages/${friend.id}`)).status).toBe(404);
    expect(faults).toEqual([]);
  });

  test('a person who refuses is told so, and may begin again', async () => {
    const { page } = person;
    await openDialog(page);
    await answerFacebook(page, 'Cancel');
    const dialog = page.getByRole('dialog', { name: 'No page was connected' });
    await dialog.getByText(/Permissions error/).waitFor();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog', { name: 'Connect a page' }).waitFor();
    await page.keyboard.press('Escape');
    // said once
    await page.reload();
    await page.getByRole('heading', { name: 'Pages', level: 1 }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('an answer that nobody waits for is said in words', async () => {
    const { page } = person;
    await page.goto('/?facebookLoginError=login-not-found');
    await page.getByRole('dialog', { name: 'No page was connected' }).getByText('Begin again here').waitFor();
    await page.getByRole('button', { name: 'Leave it' }).click();
    expect(new URL(page.url()).search).toBe('');
  });
});

test('a token that ends during a sync: the page says so, and with a new one the sync goes on to its end', async () => {
  const { page, faults } = person;
  const cafe = pageAtMeta('Café', 300);
  const connected = await call<PageResource>(stack.api, 'POST', '/api/pages', {
    facebookPageId: cafe.id,
    name: cafe.name,
    accessToken: cafe.token,
    instagramAccountId: `178${cafe.id}`,
  });
  control('/users', { pages: [{ id: cafe.id }] });
  control('/latency', { ms: 300 });
  await page.goto(`/pages/${connected.body.id}`);
  await page.getByRole('heading', { name: 'Café', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Sync with options' }).click();
  await page.getByLabel('What to read').selectOption('full');
  await page.getByRole('button', { name: 'Start sync' }).click();
  const jobOf = async () => {
    const { body } = await call<{ data: JobResource[] }>(
      stack.api,
      'GET',
      `/api/jobs?pageId=${cafe.id}&limit=1`,
    );
    return body.data[0];
  };
  const begun = await eventually(async () => {
    const job = await jobOf();
    return (job?.totals.fetched ?? 0) > 0 ? job : null;
  }, 'the first conversations');
  control('/token', { page: cafe.id, state: 'expired' });
  await page
    .getByText('Needs reconnecting')
    .first()
    .waitFor()
    .catch(async (e) => {
      await page.screenshot({ path: '/tmp/shots/u3-fail.png' });
      console.log(JSON.stringify(await jobOf()), await pageOf(cafe.id));
      throw e;
    });
  await page.getByText('Refused by Meta').waitFor();
  expect(await jobOf()).toMatchObject({ id: begun.id, status: 'PAUSED', tokenExpired: true });
  expect(await seriousViolations(page)).toEqual([]);

  control('/latency', { ms: 0 });
  await page.getByRole('button', { name: 'Reconnect', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect Café again' });
  await dialog.waitFor();
  await answerFacebook(page, 'Continue');
  await page
    .getByRole('dialog', { name: 'Choose pages' })
    .getByRole('button', { name: 'Connect 1 page' })
    .click();
  // back where it was begun
  await page.waitForURL(`**/pages/${connected.body.id}`);
  await page.getByText('Up to date').first().waitFor();
  await page.getByText('Accepted').waitFor();
  const job = await eventually(async () => {
    const now = await jobOf();
    return now?.completedAt ? now : null;
  }, 'the end of the sync');
  expect(job).toMatchObject({
    id: begun.id,
    status: 'COMPLETED',
    totals: { fetched: 300, inserted: 300, failed: 0 },
  });
  await page.getByText('300 conversations: 300 new').waitFor();
  await expectInboxStored(stack, { ...connected.body, accessToken: cafe.token });
  expect(faults).toEqual([]);
});

test('without an app at Meta the dialog says what to set', async () => {
  const bare = await startStack({ workers: 0 });
  const other = await startDashboard(bare);
  try {
    const { page } = await other.person();
    await page.getByText('No page is connected').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Connect the first page' }).click();
    await page.getByRole('button', { name: 'Continue to Facebook' }).click();
    await page.getByText('FACEBOOK_APP_ID').waitFor();
  } finally {
    await other.close();
    await bare.close();
  }
});
