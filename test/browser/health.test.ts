import { afterAll, beforeAll, expect, test } from 'vitest';
import { maintenanceId } from '../../src/contract/names.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { call } from '../support/login-under-test.ts';
import { expectUsable } from '../support/looks.ts';
import { deleteSchedules } from '../support/maintenance.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { startStoppableApi } from '../support/stoppable-api.ts';

/** What needs attention, as somebody sees it who looks; and maintenance. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;

const story = (title: string | RegExp) =>
  person.page
    .getByRole('region', { name: 'What needs attention' })
    .getByRole('listitem')
    .filter({ has: person.page.getByText(title, { exact: true }) });
const task = (name: string) =>
  person.page
    .getByRole('list', { name: 'Maintenance tasks' })
    .getByRole('listitem')
    .filter({ has: person.page.getByText(name, { exact: true }) });

async function named(name: string): Promise<TestPage> {
  const page = await stack.addPage({ conversations: 10, messages: 2, instagram: false });
  await call(stack.api, 'PATCH', `/api/pages/${page.id}`, { name });
  return { ...page, name };
}

/** Starts a sync and leaves it without its workflow, as when Temporal has lost it. */
async function lostSync(page: TestPage): Promise<string> {
  stack.simulator.control('POST', '/latency', { ms: 60_000 });
  const { body: job } = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  await eventually(
    async () => (await stack.api.get<JobResource>(`/api/jobs/${job.id}`)).body.status === 'IN_PROGRESS',
    'its beginning',
  );
  await stack.temporal.workflow.getHandle(page.facebookPageId).terminate('a test');
  stack.simulator.control('POST', '/latency', { ms: 0 });
  return job.id;
}

beforeAll(async () => {
  stack = await startStack({
    env: {
      SYNC_SLICE_SECONDS: '0.2',
      MAINTENANCE: 'on',
      // not by itself while the test looks
      RECONCILE_EVERY_SECONDS: '86400',
      RECONCILE_GRACE_SECONDS: '0',
    },
  });
  const well = await named('Well');
  await stack.api.post(`/api/pages/${well.id}/sync`);
  await stack.ended(well);
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
});
afterAll(async () => {
  await dashboard?.close();
  await deleteSchedules(stack);
  await stack?.close();
});

test('all is well when nothing is amiss', async () => {
  const { page, faults } = person;
  await page.goto('/health');
  await page.getByText('All is well', { exact: true }).waitFor();
  await page.getByRole('row', { name: 'Up to date 1' }).waitFor();
  await page.getByRole('meter', { name: 'Used of The app, all pages together' }).waitFor();
  await expectUsable(page);
  expect(faults).toEqual([]);
});

test('the server goes and comes back: what was said stays, and who opens the page anew learns why nothing is there', async () => {
  const server = await startStoppableApi(stack);
  try {
    const { page, tab, faults } = await dashboard.person();
    await page.goto(`${server.url}/health`);
    const counts = page.getByRole('row', { name: 'Up to date 1' });
    await counts.waitFor();
    const other = await tab(`${server.url}/settings`);
    await other.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await server.stop();
    await other.getByRole('link', { name: 'Health', exact: true }).click();
    await other
      .getByText('The server does not answer. Check the connection and try again.')
      .first()
      .waitFor();
    await page.getByText('No connection to the server.').waitFor();
    expect(await counts.isVisible()).toBe(true);
    await server.start();
    await other.getByRole('heading', { level: 1, name: 'Health' }).waitFor();
    await other.getByRole('row', { name: 'Up to date 1' }).waitFor();
    await page.getByText('No connection to the server.').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  } finally {
    await server.close();
  }
});

test('every kind of trouble says what it is, what to do, and where', async () => {
  const { page, faults } = person;
  const { sql } = stack;
  const [refused, ending, long, denied, deaf, silent, limited, nearly] = await Promise.all(
    ['Refused', 'Ending', 'Long', 'Denied', 'Deaf', 'Silent', 'Limited', 'Nearly'].map(named),
  );
  const idOf = (one: TestPage | undefined) => one?.id ?? '';
  const lost = await named('Lost');
  const lostJob = await lostSync(lost);
  await sql`UPDATE sync_jobs SET changed_at = now() - interval '6 minutes' WHERE id = ${lostJob}`;
  const longJob = await lostSync(long as TestPage);
  await sql`UPDATE sync_jobs SET elapsed_ms = 1200000, changed_at = now() WHERE id = ${longJob}`;
  stack.simulator.control('POST', '/faults', {
    match: { page: denied?.facebookPageId },
    times: 'always',
    fault: { kind: 'error', name: 'permission-200' },
  });
  await stack.api.post(`/api/pages/${idOf(denied)}/sync`);
  const failed = await stack.ended(denied as TestPage);
  expect(failed.status).toBe('FAILED');
  await sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${idOf(refused)}`;
  await sql`UPDATE facebook_pages SET token_expires_at = now() + interval '3 days 1 hour' WHERE id = ${idOf(ending)}`;
  await sql`UPDATE facebook_pages SET subscription_state = 'failed', subscription_error = 'No permission for webhooks',
    last_synced_at = now() WHERE id = ${idOf(deaf)}`;
  await sql`UPDATE facebook_pages SET subscription_state = 'subscribed', subscribed_at = now() - interval '1 hour',
    last_synced_at = now() WHERE id = ${idOf(silent)}`;
  await sql`INSERT INTO sync_jobs (id, page_id, status, mode, trigger, events_created, created_at, started_at, completed_at)
    SELECT gen_random_uuid(), ${idOf(silent)}, 'COMPLETED', 'incremental', 'manual', 3, began, began, began + interval '5 minutes'
    FROM unnest(ARRAY[now() - interval '50 minutes', now() - interval '40 minutes']) began`;
  await sql`INSERT INTO graph_budget (asset, next_call_at, usage_percent, observed_at, blocked_until, blocked_why) VALUES
    (${limited?.facebookPageId ?? ''}, now(), 100, now(), now() + interval '25 minutes', 'The page was called too often.'),
    (${nearly?.facebookPageId ?? ''}, now(), 85, now(), NULL, NULL)`;

  await page.reload();
  const expected: [string | RegExp, string | RegExp, string][] = [
    ['Refused must be connected again', 'Meta no longer accepts its token.', `/pages/${idOf(refused)}`],
    ['The sync of Lost is stuck', /its workflow is gone/, `/history/${lostJob}`],
    ['A sync of Denied failed', /permission/i, `/history/${failed.id}`],
    ['Ending must be connected again soon', /in 3 days/, `/pages/${idOf(ending)}`],
    ['Meta delivers no webhooks of Deaf', 'No permission for webhooks', `/pages/${idOf(deaf)}`],
    ['Webhooks of Silent do not come', /syncs find messages/, `/pages/${idOf(silent)}`],
    [
      /^Meta wants no calls for Limited until \d\d:\d\d$/,
      'The page was called too often.',
      `/pages/${idOf(limited)}`,
    ],
    ['The sync of Long takes long', /^At work for 20m/, `/history/${longJob}`],
    [
      'Meta’s limit for Nearly is nearly used up',
      '85% of what Meta allows is used.',
      `/pages/${idOf(nearly)}`,
    ],
  ];
  for (const [title, text, place] of expected) {
    const item = story(title);
    await item.getByText(text).first().waitFor();
    expect(await item.getByRole('link').first().getAttribute('href')).toBe(place);
  }
  const urgencies = await page
    .getByRole('region', { name: 'What needs attention' })
    .getByText(/^(Now|Soon|Keep an eye on it)$/)
    .allInnerTexts();
  const order = ['Now', 'Soon', 'Keep an eye on it'];
  expect(urgencies).toEqual(urgencies.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
  const meter = page.getByRole('meter', { name: 'Used of Limited, Messenger' });
  expect(await meter.getAttribute('value')).toBe('100');
  await page
    .getByRole('listitem')
    .filter({ has: meter })
    .getByText(/^No calls until \d\d:\d\d/)
    .waitFor();
  await page.getByRole('row', { name: 'Needs reconnecting 1' }).waitFor();
  await expectUsable(page);
  expect(faults).toEqual([]);
});

test('a task is run now by an admin, and what it has done is shown; a pause is said', async () => {
  const { page, faults } = person;
  const schedule = stack.temporal.schedule.getHandle(maintenanceId(stack.config.queuePrefix, 'retention'));
  await schedule.pause('not this week');
  await page.reload();
  await task('Clean up').getByText('not this week').waitFor();
  await task('Subscriptions').getByText('Not scheduled').waitFor();
  expect(await task('Subscriptions').getByRole('button').count()).toBe(0);

  await page.getByRole('button', { name: 'Run now: Reconcile' }).click();
  await task('Reconcile')
    .getByText(/2 looked at, 2 closed/)
    .waitFor();
  // what it has mended is no story any more
  await story('The sync of Lost is stuck').waitFor({ state: 'detached' });
  expect(faults).toEqual([]);

  const reader = await dashboard.person({ scope: 'sync' });
  await reader.page.goto('/health');
  await reader.page.getByRole('list', { name: 'Maintenance tasks' }).waitFor();
  expect(await reader.page.getByRole('button', { name: /^Run now/ }).count()).toBe(0);
});
