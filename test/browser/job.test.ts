import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILURE_COLUMNS, type JobReportResource, REPORT_COLUMNS } from '../../src/contract/job-report.ts';
import type { FailureResource, JobResource, ListResource } from '../../src/contract/resources.ts';
import { type DashboardUnderTest, type Person, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { expectUsable } from '../support/looks.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** One job closely: what it has set aside and how that is read again, its timeline, its workflow, its files. */
const TEMPORAL_UI = 'http://temporal.example:8233';

let stack: Stack;
let dashboard: DashboardUnderTest;
let person: Person;
let facebookPage: TestPage;
let job: JobResource;

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
const failures = async () =>
  (await stack.api.get<ListResource<FailureResource>>(`/api/jobs/${job.id}/failures`)).body.data;

beforeAll(async () => {
  stack = await startStack({
    env: { SYNC_SLICE_SECONDS: '0.2', GRAPH_THROTTLE_WAIT_SECONDS: '1.2', TEMPORAL_UI_URL: TEMPORAL_UI },
  });
  facebookPage = await stack.addPage({
    conversations: 8,
    messages: 40,
    exactMessages: true,
    instagram: false,
  });
  const { facebookPageId: page, id } = facebookPage;
  control('/oddities', { page, platform: 'messenger', index: 0, kind: 'poison-no-id' });
  const { conversationId } = control('/oddities', { page, index: 1, kind: 'emoji' }) as {
    conversationId: string;
  };
  control('/faults', {
    match: { page, edge: 'messages', conversationId },
    times: 'always',
    fault: { kind: 'error', name: 'gone-100-33' },
  });
  // Meta wants no calls for a moment
  control('/faults', {
    match: { page, edge: 'conversations' },
    fault: { kind: 'error', name: 'throttle-613', regainMinutes: 0 },
  });
  await stack.api.post(`/api/pages/${id}/sync`);
  job = await stack.ended(facebookPage);
  expect(job).toMatchObject({ status: 'COMPLETED', totals: { failed: 1, historiesFailed: 1 } });
  dashboard = await startDashboard(stack);
  person = await dashboard.person();
  await person.page.goto(`/history/${job.id}`);
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

const items = (page: Page) => page.getByRole('list', { name: 'Set-aside items' }).getByRole('listitem');
const figure = async (page: Page, name: string) =>
  page
    .getByRole('region', { name: 'Statistics' })
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .first()
    .innerText();

test('a job is told in figures, in a timeline and in batches', async () => {
  const { page, faults } = person;
  await page
    .getByText(job.message ?? '', { exact: true })
    .first()
    .waitFor();
  const { totals } = job;
  expect({
    read: await figure(page, 'Conversations read'),
    new: await figure(page, 'New'),
    'set aside': await figure(page, 'Set aside'),
    'success rate': await figure(page, 'Success rate'),
    events: await figure(page, 'Events stored'),
    calls: await figure(page, 'Calls of Meta’s API'),
    'older messages': await figure(page, 'Older messages fetched'),
  }).toEqual({
    read: '8',
    new: '7',
    'set aside': '1',
    'success rate': '87.5%',
    events: String(totals.eventsCreated),
    calls: String(totals.apiCalls),
    'older messages': String(totals.histories),
  });
  expect(await figure(page, 'Waited for Meta')).toMatch(/^[1-9]\d*(\.\d)?s$/);

  const timeline = page.getByRole('region', { name: 'What has happened, oldest first' });
  await timeline.getByText('Asked for').waitFor();
  const wait = timeline.getByRole('listitem').filter({ hasText: 'Meta wants no calls' });
  await wait.getByText(/^for \d+s$/).waitFor();
  await timeline.getByText('Ended: complete').waitFor();

  const batches = page.getByRole('region', { name: 'Batches, newest first' });
  expect(await batches.getByRole('row', { name: 'Messenger 1' }).getByRole('cell').allInnerTexts()).toEqual([
    expect.stringMatching(/^Conversations\s+last$/),
    ...['8', '7', '0', '0', '1'],
    expect.stringMatching(/^\d+$/),
    expect.any(String),
  ]);
  await page.getByRole('button', { name: 'Instagram', exact: true }).click();
  await page.getByText('No batch').waitFor();
  await expectUsable(page);
  expect(faults).toEqual([]);
});

test('it leads to its page and to its workflow', async () => {
  const { page } = person;
  const workflow = page.getByRole('link', { name: 'Its workflow in Temporal' });
  const address = (await workflow.getAttribute('href')) ?? '';
  expect(
    address.startsWith(`${TEMPORAL_UI}/namespaces/default/workflows/${facebookPage.facebookPageId}/`),
  ).toBe(true);
  expect(await workflow.getAttribute('target')).toBe('_blank');
  await page.getByRole('main').getByRole('link', { name: facebookPage.name, exact: true }).click();
  await page.waitForURL(`/pages/${job.pageId}`);
  await page.goBack();
});

/** Rows of a CSV file, as RFC 4180 has them. */
function parseCsv(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true);
  return text
    .slice(0, -2)
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}

test('its report and its set-aside items are files to take along', async () => {
  const { page } = person;
  const download = async (name: string) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name, exact: true }).click(),
    ]);
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
  };
  const json = await download('Report as JSON');
  expect(json.name).toBe(`sync-${job.id}.json`);
  const report = JSON.parse(json.text) as JobReportResource;
  expect(report).toMatchObject({
    job: { id: job.id, totals: job.totals },
    failures: { total: 2, resolved: 0 },
  });

  const csv = await download('Report as CSV');
  expect(csv.name).toBe(`sync-${job.id}.csv`);
  const [columns, row, ...more] = parseCsv(csv.text);
  expect(columns).toEqual([...REPORT_COLUMNS]);
  expect(row?.[REPORT_COLUMNS.indexOf('message')]).toBe(job.message);
  expect(more).toEqual([]);

  const aside = await download('Set-aside items as CSV');
  expect(aside.name).toBe(`failures-${job.id}.csv`);
  const [header, ...lines] = parseCsv(aside.text);
  expect(header).toEqual([...FAILURE_COLUMNS]);
  const reason = FAILURE_COLUMNS.indexOf('reason');
  expect(lines.map((line) => line[reason]).sort()).toEqual(['gone', 'unreadable_conversation']);
});

test('what was set aside says why, shows itself, and is read again when it is asked for', async () => {
  const { page, faults } = person;
  const unreadable = items(page).filter({ hasText: 'Meta sent it in a form that cannot be read.' });
  await unreadable.getByText('Conversation', { exact: true }).waitFor();
  expect(await page.getByRole('region', { name: 'What Meta sent, as JSON' }).count()).toBe(0);
  await unreadable.getByText('What Meta sent').click();
  const shown = await page.getByRole('region', { name: 'What Meta sent, as JSON' }).innerText();
  const sent = (await failures()).find(({ reason }) => reason === 'unreadable_conversation')?.payload;
  expect(JSON.parse(shown)).toEqual(sent);
  const gone = items(page).filter({ hasText: 'Meta says that it is gone.' });
  await gone.getByText('Older messages of a conversation').waitFor();
  await expectUsable(page);

  // while another sync runs, nothing is retried: it says so, and leads there
  const retry = page.getByRole('button', { name: 'Retry' });
  control('/latency', { ms: 3000 });
  const { body: other } = await stack.api.post<JobResource>(`/api/pages/${job.pageId}/sync`);
  await retry.click();
  await page.getByRole('alert').getByText(/sync/i).waitFor();
  expect(await page.getByRole('link', { name: 'See that job' }).getAttribute('href')).toBe(
    `/history/${other.id}`,
  );
  await stack.api.post(`/api/jobs/${other.id}/cancel`);
  control('/latency', { ms: 0 });
  await stack.ended(facebookPage);

  stack.simulator.control('DELETE', '/faults');
  await retry.click();
  const retried = await page.getByRole('link', { name: 'see the new job' }).getAttribute('href');
  await gone.getByText(/^read/).waitFor();
  await page.getByText('2 items, 1 of them read since', { exact: false }).waitFor();
  // the other one has no id by which it could be asked for
  await retry.click();
  await page
    .getByRole('alert')
    .getByText('set nothing aside that could be read again', { exact: false })
    .waitFor();
  expect((await failures()).map(({ resolvedAt }) => resolvedAt === null).sort()).toEqual([false, true]);

  await page.goto(retried ?? '');
  await page.getByRole('heading', { level: 1, name: `Selective sync of ${facebookPage.name}` }).waitFor();
  await page.getByText('Retry of what was set aside').waitFor();
  await page.getByText('Complete', { exact: true }).waitFor();
  await page.getByText('Nothing: everything that it read is stored.').waitFor();
  expect(faults).toEqual([]);
});

test('a repair says which conversation it is about', async () => {
  const { page } = person;
  const { body } = await stack.api.get<ListResource<{ id: string }>>('/api/conversations?limit=1');
  const conversation = body.data[0]?.id;
  const repair = await stack.api.post<JobResource>(`/api/conversations/${conversation}/repair`);
  expect(repair.status).toBe(202);
  await page.goto(`/history/${repair.body.id}`);
  await page
    .getByRole('heading', { level: 1, name: `Repair of a conversation of ${facebookPage.name}` })
    .waitFor();
  const about = page.getByRole('link', { name: 'this conversation' });
  expect(await about.getAttribute('href')).toBe(`/inbox/${conversation}`);
  await page.getByText('Complete', { exact: true }).waitFor();
});

test('without a Web UI of Temporal there is the workflow’s id; a job that is not there is said', async () => {
  const { page } = person;
  const api = await stack.addApi({ TEMPORAL_UI_URL: '' });
  const link = await api.post<{ url: string }>('/api/sign-in-links', {});
  await page.goto(link.body.url);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.goto(`${api.url}/history/${job.id}`);
  const field = page.getByRole('textbox', { name: 'Workflow ID' });
  await eventually(
    async () => (await field.inputValue()) === facebookPage.facebookPageId,
    'the workflow’s id',
  );
  await page.goto(`${api.url}/history/00000000-0000-4000-8000-000000000000`);
  await page.getByRole('alert').waitFor();
  await page.getByRole('link', { name: 'All jobs' }).click();
  await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
});
