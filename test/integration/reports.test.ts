/* Reports of jobs, syncs by day, the health report and maintenance, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HealthReportResource } from '../../src/contract/health-report.ts';
import { FAILURE_COLUMNS, type JobReportResource, REPORT_COLUMNS } from '../../src/contract/job-report.ts';
import type { MaintenanceSchedule } from '../../src/contract/maintenance-resources.ts';
import { cancelSignal, pauseSignal } from '../../src/contract/messages.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import type { SyncHistoryResource } from '../../src/contract/sync-history.ts';
import { eventually } from '../support/eventually.ts';
import { deleteSchedules } from '../support/maintenance.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

const CONVERSATIONS = 120;

let stack: Stack;
let page: TestPage;
let job: JobResource;
beforeAll(async () => {
  stack = await startStack({
    env: {
      SYNC_SLICE_SECONDS: '0.2',
      MAINTENANCE: 'on',
      RECONCILE_EVERY_SECONDS: '3600',
      RECONCILE_GRACE_SECONDS: '0',
    },
  });
  page = await stack.addPage({
    conversations: CONVERSATIONS,
    messages: 2,
    exactMessages: true,
    instagramShare: 0.25,
  });
  await stack.api.post(`/api/pages/${page.id}/sync`);
  job = await stack.ended(page);
});
afterAll(async () => {
  await deleteSchedules(stack);
  await stack.close();
});

const get = async <T>(path: string) => {
  const { status, body } = await stack.api.get<T>(path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const csv = async (path: string) => {
  const response = await stack.api.fetch(path);
  const text = await response.text();
  expect(text.endsWith('\r\n')).toBe(true);
  return { headers: response.headers, lines: text.slice(0, -2).split('\r\n') };
};

/** Sets items aside as a sync does. */
const setAside = (detail: string, count: number, resolved = false) => stack.sql`
  INSERT INTO sync_failures (job_id, page_id, platform, item_type, graph_id, conversation_graph_id, reason, detail, payload, resolved_at)
  SELECT ${job.id}, ${page.id}, 'messenger', 'message', ${detail} || n, 't_1', 'invalid', ${detail}, ${stack.sql.json({ text: 'a "secret", with comma' })},
    CASE WHEN ${resolved} THEN now() END
  FROM generate_series(1, ${count}) n`;

describe('the report of a job', () => {
  test('of one that went well', async () => {
    const report = await get<JobReportResource>(`/api/jobs/${job.id}/report`);
    expect(report).toMatchObject({
      job: {
        id: job.id,
        status: 'COMPLETED',
        totals: { fetched: CONVERSATIONS, eventsCreated: 2 * CONVERSATIONS },
      },
      successRate: 100,
      durationSeconds: job.elapsedMs / 1000,
      validation: {},
      failures: { total: 0, resolved: 0, byReason: [], first: [] },
    });
    const walks = Object.fromEntries(report.batches.map((walk) => [walk.platform, walk]));
    expect(walks).toMatchObject({
      messenger: { complete: true, restarts: 0, pages: expect.any(Number) },
      instagram: { complete: true, restarts: 0 },
    });
    expect((walks.messenger?.fetched ?? 0) + (walks.instagram?.fetched ?? 0)).toBe(CONVERSATIONS);
    const { headers, lines } = await csv(`/api/jobs/${job.id}/report.csv`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`attachment; filename=sync-${job.id}.csv`);
    expect(lines[0]).toBe(REPORT_COLUMNS.join(','));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(new RegExp(`^${job.id},${page.facebookPageId},COMPLETED,full,manual,`));
    expect(lines[1]).toContain(
      `,${CONVERSATIONS},${CONVERSATIONS},${CONVERSATIONS},0,0,0,100,${2 * CONVERSATIONS},`,
    );
    // what holds commas is in quotes
    expect(lines[1]).toMatch(/,false,[^,]+,$/);
    expect((await csv(`/api/jobs/${job.id}/failures.csv`)).lines).toEqual([FAILURE_COLUMNS.join(',')]);
  });

  test('what was set aside by reason, as CSV however much it is, and never as a formula', async () => {
    const formulas = ['=HYPERLINK("http://evil")', '+1', '-1', '@SUM(A1)', '\tx'];
    for (const formula of formulas) await setAside(formula, 1);
    await setAside('late', 1200, true);
    const report = await get<JobReportResource>(`/api/jobs/${job.id}/report`);
    expect(report.failures).toMatchObject({
      total: 1205,
      resolved: 1200,
      byReason: [
        { platform: 'messenger', itemType: 'message', reason: 'invalid', count: 1205, resolved: 1200 },
      ],
    });
    expect(report.failures.first).toHaveLength(20);
    expect(report.failures.first[0]).not.toHaveProperty('payload');

    const { headers, lines } = await csv(`/api/jobs/${job.id}/failures.csv`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename=failures-${job.id}.csv`);
    expect(lines).toHaveLength(1 + 1205);
    expect(lines.join('')).not.toContain('secret');
    const details = lines.slice(1, 6);
    expect(details[0]).toContain(
      `,"'=HYPERLINK(""http://evil"")1",t_1,invalid,"'=HYPERLINK(""http://evil"")",`,
    );
    for (const [index, formula] of ['+1', '-1', '@SUM(A1)', '\tx'].entries()) {
      expect(details[index + 1]).toContain(`,'${formula}1,t_1,invalid,'${formula},`);
    }
    const ids = lines.slice(1).map((line) => Number(line.split(',')[0]));
    expect(new Set(ids).size).toBe(1205);

    const { lines: whole } = await csv(`/api/jobs/${job.id}/failures.csv?payload=true`);
    expect(whole[0]).toBe([...FAILURE_COLUMNS, 'payload'].join(','));
    expect(whole[1]).toContain(`"{""text"":""a \\""secret\\"", with comma""}"`);
    expect((await stack.api.get(`/api/jobs/${job.id}/failures.csv?payload=yes`)).status).toBe(400);
  });

  test('a client that leaves in the middle holds nothing', async () => {
    await setAside('many', 8000);
    const leaving = new AbortController();
    const response = await stack.api.fetch(`/api/jobs/${job.id}/failures.csv?payload=true`, {
      signal: leaving.signal,
    });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    leaving.abort();
    expect((await csv(`/api/jobs/${job.id}/failures.csv`)).lines).toHaveLength(1 + 9205);
  });
});

test('syncs by day, narrowed to a page and over all; what is wrong is named', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const path = '/api/analytics/syncs';
  const mine = await get<SyncHistoryResource>(
    `${path}?pageId=${page.facebookPageId}&from=${job.completedAt?.slice(0, 10)}`,
  );
  expect(mine).toMatchObject({
    pageId: page.id,
    timeZone: 'UTC',
    totals: { syncs: 1, successRate: 100, conversations: CONVERSATIONS },
  });
  expect(mine.days.at(-1)?.day).toBe(today);
  const all = await get<SyncHistoryResource>(path);
  expect(all).toMatchObject({ pageId: null, totals: { syncs: 1 } });
  expect(all.days).toHaveLength(30);
  const field = async (query: string) => {
    const { status, body } = await stack.api.get<{ errors: { field: string }[] }>(`${path}?${query}`);
    return [status, body.errors.map((error) => error.field)];
  };
  expect(await field('timeZone=Mars')).toEqual([400, ['timeZone']]);
  expect(await field('timeZone=%2B02:00')).toEqual([400, ['timeZone']]);
  expect(await field('from=yesterday')).toEqual([400, ['from']]);
  expect(await field('from=2026-02-02&to=2026-02-01')).toEqual([400, ['to']]);
  expect(await field('from=2020-01-01')).toEqual([400, ['from']]);
  expect((await stack.api.get(`${path}?pageId=unknown`)).status).toBe(404);
});

test('jobs by several states, mode, trigger and time', async () => {
  const count = async (query: string) =>
    (await get<{ data: unknown[] }>(`/api/jobs?pageId=${page.id}&${query}`)).data.length;
  expect(await count('status=FAILED,COMPLETED')).toBe(1);
  expect(await count('status=FAILED&status=PARTIAL')).toBe(0);
  expect(await count(`mode=full&trigger=manual&since=${job.createdAt}&until=${job.createdAt}`)).toBe(1);
  expect(await count('mode=incremental')).toBe(0);
  for (const [field, wrong] of [
    ['status', 'status=FAILED,DONE'],
    ['since', 'since=yesterday'],
    ['until', 'since=2026-02-02T00:00:00Z&until=2026-02-01T00:00:00Z'],
  ]) {
    const refused = await stack.api.get<{ errors: { field: string }[] }>(`/api/jobs?${wrong}`);
    const names = refused.body.errors.map(({ field }) => field);
    expect([refused.status, names]).toEqual([400, [field]]);
  }
});

test('a stuck sync whose workflow is gone, closed by maintenance that is run by hand', async () => {
  const [lost, alive] = [
    await stack.addPage({ conversations: 400 }),
    await stack.addPage({ conversations: 400 }),
  ];
  stack.simulator.control('POST', '/latency', { ms: 1500 });
  for (const one of [lost, alive]) await stack.api.post(`/api/pages/${one.id}/sync`);
  await stack.temporal.workflow.getHandle(lost.facebookPageId).terminate('a test');
  await stack.temporal.workflow.getHandle(alive.facebookPageId).signal(pauseSignal);
  await eventually(
    async () => (await get<{ job: JobResource }>(`/api/pages/${alive.id}/sync`)).job.status === 'PAUSED',
    'the pause',
  );
  // as if no worker had touched either for a while
  await stack.sql`ALTER TABLE sync_jobs DISABLE TRIGGER sync_jobs_legal_move`;
  await stack.sql`UPDATE sync_jobs SET status = 'IN_PROGRESS', running_since = now() WHERE page_id = ${alive.id}`;
  await stack.sql`ALTER TABLE sync_jobs ENABLE TRIGGER sync_jobs_legal_move`;
  await stack.sql`UPDATE sync_jobs SET changed_at = now() - interval '10 minutes' WHERE page_id = ANY(${[lost.id, alive.id]})`;
  const { stuck } = await get<HealthReportResource>('/api/health-report');
  expect(Object.fromEntries(stuck.data.map((sync) => [sync.pageId, sync.workflow]))).toEqual({
    [lost.id]: 'lost',
    [alive.id]: 'running',
  });
  stack.simulator.control('POST', '/latency', { ms: 0 });

  const { data: before } = await get<{ data: MaintenanceSchedule[] }>('/api/maintenance');
  const tasks = new Map(before.map((schedule) => [schedule.task, schedule]));
  expect(tasks.get('reconcile')).toMatchObject({
    scheduled: true,
    paused: false,
    nextRunAt: expect.any(String),
    lastRun: null,
  });
  // without an app there is nothing to subscribe
  expect(tasks.get('subscriptions')).toMatchObject({ scheduled: false, nextRunAt: null });
  const run = await stack.api.post('/api/maintenance/reconcile/run');
  expect(run).toMatchObject({ status: 202, body: { task: 'reconcile' } });
  expect(await stack.ended(lost)).toMatchObject({ status: 'PARTIAL' });
  const done = await eventually(async () => {
    // a busy Temporal may not answer in time
    const { body } = await stack.api.get<{ data?: MaintenanceSchedule[] }>('/api/maintenance');
    const { lastRun } = (body.data ?? []).find(({ task }) => task === 'reconcile') ?? { lastRun: null };
    return lastRun?.state === 'completed' ? lastRun : null;
  }, 'the end of the run');
  expect(done).toMatchObject({ result: { closed: 1 }, startedAt: expect.any(String) });
  await stack.temporal.workflow.getHandle(alive.facebookPageId).signal(cancelSignal);
});
