import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageHistoryResource } from '../../src/contract/message-history.ts';
import type { SyncHistoryResource } from '../../src/contract/sync-history.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { call } from '../support/login-under-test.ts';
import { expectUsable } from '../support/looks.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { startStoppableApi } from '../support/stoppable-api.ts';

/** What the analytics show is what the API says, in the time zone of whoever looks. */
const TOKYO = 'Asia/Tokyo';

let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
let bakery: TestPage;

const analytics = async <T>(what: string, query: string) =>
  (await stack.api.get<T>(`/api/analytics/${what}?timeZone=${TOKYO}&${query}`)).body;
/** A figure of a part of the page. */
const figure = (part: string, name: string) =>
  person.page
    .getByRole('region', { name: part, exact: true })
    .locator('dl > div')
    .filter({ has: person.page.getByText(name, { exact: true }) })
    .locator('dd')
    .first()
    .innerText();
const number = (value: number) => value.toLocaleString('en');

beforeAll(async () => {
  stack = await startStack();
  for (const name of ['Bakery', 'Cinema']) {
    const page = await stack.addPage({ conversations: 60, messages: 3, seed: name.length });
    await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    await stack.ended(page);
    if (name === 'Bakery') bakery = page;
  }
  // nothing new: a second sync of one page, which counts as a success
  await stack.api.post(`/api/pages/${bakery.id}/sync`, { mode: 'incremental' });
  await stack.ended(bakery);
  // of one of its syncs that was cancelled, so that there are two outcomes
  await stack.sql`
    INSERT INTO sync_jobs (id, page_id, status, mode, trigger, fetched, inserted, elapsed_ms, created_at, started_at, completed_at)
    SELECT gen_random_uuid(), ${bakery.id}, 'CANCELLED', 'full', 'manual', 7, 7, 3000, t, t, t
    FROM (SELECT now() - interval '2 days' AS t) times`;
  dashboard = await startDashboard(stack);
  person = await dashboard.person({ timezoneId: TOKYO });
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

test('the figures of syncs are those of the API, of all pages and of one, and their days are a table too', async () => {
  const { page, faults } = person;
  await page.goto('/analytics?range=7');
  for (const pageId of ['', bakery.id]) {
    await page.getByLabel('Page', { exact: true }).selectOption(pageId);
    const from = new Date(Date.now() - 6 * 86_400_000).toLocaleDateString('sv', { timeZone: TOKYO });
    const history = await analytics<SyncHistoryResource>(
      'syncs',
      `from=${from}${pageId === '' ? '' : `&pageId=${pageId}`}`,
    );
    const { totals } = history;
    const ended = page.getByRole('region', { name: 'How syncs ended' });
    await ended.getByText(`${totals.syncs} syncs`, { exact: true }).waitFor();
    expect({
      syncs: await figure('Syncs', 'Syncs'),
      rate: await figure('Syncs', 'Success rate'),
      failed: await figure('Syncs', 'Failed'),
      conversations: await figure('Syncs', 'Conversations'),
      events: await figure('Syncs', 'Events stored'),
    }).toEqual({
      syncs: number(totals.syncs),
      rate: `${number(Math.round((totals.successRate ?? 0) * 10) / 10)}%`,
      failed: number(totals.failed),
      conversations: number(totals.conversations),
      events: number(totals.eventsCreated),
    });
    await ended.getByText('As a table').click();
    const rows = ended.getByRole('table').getByRole('row');
    await rows.first().waitFor();
    expect(await rows.first().getByRole('columnheader').allInnerTexts()).toEqual([
      'Day',
      'Complete',
      'Stopped early',
      'Cancelled',
      'Failed',
    ]);
    const cells = await Promise.all(
      (await rows.all()).slice(1).map((row) => row.getByRole('cell').allInnerTexts()),
    );
    expect(cells).toEqual(
      history.days
        .map((day) => [day.succeeded, day.partial, day.cancelled, day.failed].map(number))
        .reverse(),
    );
    await ended.getByText('As a table').click();
  }
  for (const chart of [
    'How syncs ended',
    'Conversations read',
    'Success rate',
    'Average duration',
    'Speed',
  ]) {
    await page.getByRole('img', { name: new RegExp(`^${chart}, day by day`) }).waitFor();
  }
  expect(faults).toEqual([]);
});

test('messages: their days, the hour of one that is known, and how soon it was answered', async () => {
  const { page, faults } = person;
  const query = `from=2026-01-01&to=2026-01-31&pageId=${bakery.id}`;
  const [known] = await stack.sql<{ occurred_at: Date }[]>`
    SELECT occurred_at FROM contact_interaction_events
    WHERE page_id = ${bakery.id} AND direction = 'inbound' AND occurred_at >= '2026-01-02'
    ORDER BY occurred_at LIMIT 1`;
  const at = known?.occurred_at ?? new Date(Number.NaN);
  const weekday = at.toLocaleDateString('en', { weekday: 'long', timeZone: TOKYO });
  const hour = Number(at.toLocaleTimeString('en', { hour: 'numeric', hourCycle: 'h23', timeZone: TOKYO }));
  const history = await analytics<MessageHistoryResource>('messages', query);
  const { totals, responses } = history;

  await page.goto(`/analytics?range=custom&from=2026-01-01&to=2026-01-31&page=${bakery.id}`);
  await page.getByText(`Days are those of ${TOKYO}.`).waitFor();
  const map = page.getByRole('table', { name: 'Messages by hour and weekday' });
  await map.waitFor();
  expect([
    await figure('Messages', 'Messages'),
    await figure('Messages', 'From customers'),
    await figure('Messages', 'From us'),
    await figure('Messages', 'In conversations'),
  ]).toEqual(
    [totals.inbound + totals.outbound, totals.inbound, totals.outbound, totals.conversations].map(number),
  );

  await page.getByRole('button', { name: 'From customers' }).click();
  const row = map.getByRole('row', { name: new RegExp(`^${weekday}`) });
  const cell = row.getByRole('cell').nth(hour);
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
  const ofHour = history.hours.find((one) => one.hour === hour && days[one.weekday - 1] === weekday);
  expect(ofHour?.inbound).toBeGreaterThan(0);
  expect(await cell.innerText()).toBe(number(ofHour?.inbound ?? 0));
  const sums = await Promise.all(
    days.map(async (day) => {
      const cells = await map
        .getByRole('row', { name: new RegExp(`^${day}`) })
        .getByRole('cell')
        .allInnerTexts();
      expect(cells).toHaveLength(24);
      return cells.reduce((sum, text) => sum + Number(text), 0);
    }),
  );
  expect(sums.reduce((sum, one) => sum + one, 0)).toBe(totals.inbound);

  expect(await figure('Response times', 'Answered')).toBe(number(responses.answered));
  expect(await figure('Response times', 'Not answered yet')).toBe(number(responses.unanswered));
  const within = page.getByRole('region', { name: 'Response times' }).getByRole('row', { name: /^24 hours/ });
  expect(await within.getByRole('cell').last().innerText()).toBe(
    number(responses.within.find(({ seconds }) => seconds === 86_400)?.answered ?? Number.NaN),
  );
  await expectUsable(page);
  expect(faults).toEqual([]);
});

test('ranges are in the address; what is empty and what cannot be says so', async () => {
  const { page, faults } = person;
  await page.goto('/analytics');
  await page.getByRole('button', { name: '90 days' }).click();
  await page.waitForURL('/analytics?range=90');
  await page.getByRole('button', { name: '90 days', pressed: true }).waitFor();
  await page.getByRole('button', { name: 'Other days' }).click();
  await page.getByLabel('From').fill('2020-01-01');
  await page.getByText('At most 366 days at a time.').waitFor();
  await page.getByLabel('To', { exact: true }).fill('2020-01-31');
  await page.waitForURL('/analytics?range=custom&from=2020-01-01&to=2020-01-31');
  await page.getByText('No sync ended in these days').waitFor();
  await page.getByText('Nobody wrote in these days').waitFor();
  await expectUsable(page);
  await page.reload();
  await page.getByText('No sync ended in these days').waitFor();
  expect(faults).toEqual([]);
});

test('a sync that ends while somebody looks is in the figures by itself', async () => {
  const { page } = person;
  await page.goto(`/analytics?range=7&page=${bakery.id}`);
  await page.getByRole('region', { name: 'How syncs ended' }).waitFor();
  const before = Number(await figure('Syncs', 'Syncs'));
  await stack.api.post(`/api/pages/${bakery.id}/sync`, { mode: 'incremental' });
  await page
    .getByRole('region', { name: 'How syncs ended' })
    .getByText(`${before + 1} syncs`, { exact: true })
    .waitFor();
});

test('the server goes and comes back: figures stay, other ones say why they are not there, and come by themselves', async () => {
  const server = await startStoppableApi(stack);
  try {
    const { page, faults } = await dashboard.person();
    await page.goto(`${server.url}/analytics?range=7`);
    const chart = page.getByRole('img', { name: /^How syncs ended, day by day/ });
    await chart.waitFor();
    await server.stop();
    await page.getByText('No connection to the server.').waitFor();
    expect(await chart.isVisible()).toBe(true);
    await page.getByRole('button', { name: '90 days' }).click();
    await page.getByText('The server does not answer. Check the connection and try again.').first().waitFor();
    await server.start();
    await chart.waitFor();
    await page.getByText('Nobody wrote in these days').waitFor();
    await page.getByText('No connection to the server.').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  } finally {
    await server.close();
  }
});
