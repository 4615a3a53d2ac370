import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { healthReportResource } from '../../src/contract/health-report.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { StoredHealth } from '../../src/store/index.ts';
import { conversation } from '../support/batches.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';

const file = storeUnderTest();

let under: TestStore;
beforeAll(() => {
  under = file.it;
});

/** Turns a job's silence back: nothing was heard of it for so long. */
const silentFor = (jobId: string, ago: string) =>
  under.sql`UPDATE sync_jobs SET changed_at = now() - ${ago}::interval WHERE id = ${jobId}`;
const jobIds = async (view: string) =>
  (await under.sql<{ job_id: string }[]>`SELECT job_id FROM ${under.sql(view)}`).map((row) => row.job_id);
const blocked = (asset: string, until: string) => under.sql`
  INSERT INTO graph_budget (asset, next_call_at, blocked_until, blocked_why)
  VALUES (${asset}, now(), now() + ${until}::interval, 'Meta wants no calls')
  ON CONFLICT (asset) DO UPDATE SET blocked_until = excluded.blocked_until, blocked_why = excluded.blocked_why`;
const free = (asset: string) =>
  under.sql`UPDATE graph_budget SET blocked_until = NULL, blocked_why = NULL WHERE asset = ${asset}`;

test('with nothing amiss the report is empty', async () => {
  const report = await under.store.health.report();
  const nothing = { count: 0, data: [] };
  expect(report).toMatchObject({
    stuck: nothing,
    longRunning: nothing,
    failed: nothing,
    tokens: nothing,
    webhooks: nothing,
    // the app's own pool is there from the beginning
    rateLimits: {
      count: 1,
      data: [{ asset: '(app)', pool: 'app', usagePercent: null, headroomPercent: null }],
    },
  });
  expect(Object.values(report.pages).every((count) => count === 0)).toBe(true);
});

test('the report costs as much however many conversations there are: it reads none', async () => {
  await under.newPage();
  await under.sql.begin(async (tx) => {
    await tx`LOCK TABLE messenger_conversations, contact_interaction_events, sync_failures IN ACCESS EXCLUSIVE MODE`;
    // whoever reads one of them waits
    await under.store.health.report();
    const counting = under.sql.begin(async (other) => {
      await other`SET LOCAL lock_timeout = '50ms'`;
      await other`SELECT health FROM page_health`;
    });
    await expect(counting).rejects.toThrow(/lock timeout/);
  });
  await under.sql`DELETE FROM facebook_pages`;
});

test('a sync is stuck when nothing was heard of it for five minutes and Meta keeps nobody waiting', async () => {
  const page = await under.newPage();
  const jobId = await under.runningJob(page, 'the-run');
  expect(await jobIds('stuck_syncs')).toEqual([]);
  await silentFor(jobId, '4 minutes 50 seconds');
  expect(await jobIds('stuck_syncs')).toEqual([]);
  await silentFor(jobId, '6 minutes');
  expect(await under.sql`SELECT * FROM stuck_syncs`).toMatchObject([
    {
      job_id: jobId,
      page_name: page.name,
      status: 'IN_PROGRESS',
      workflow_id: page.facebookPageId,
      workflow_run_id: 'the-run',
      silent_for: expect.stringMatching(/^00:06:0/),
    },
  ]);
  // Meta made it wait: a throttled sync has nothing to say, and a moment after the wait neither
  for (const [asset, until] of [
    [page.facebookPageId, '1 hour'],
    [page.facebookPageId, '-1 minute'],
    ['(app)', '1 hour'],
  ] as const) {
    await blocked(asset, until);
    expect(await jobIds('stuck_syncs')).toEqual([]);
    await free(asset);
  }
  expect(await jobIds('stuck_syncs')).toEqual([jobId]);
  const stored = (await under.store.health.report()).stuck;
  expect(stored).toMatchObject({ count: 1, data: [{ jobId, pageId: page.id, workflowRunId: 'the-run' }] });
  // whatever the worker does with it is a sign of life
  await under.batches.store(under.batch(page, jobId, 1, [conversation('a')]));
  expect(await jobIds('stuck_syncs')).toEqual([]);
  await silentFor(jobId, '6 minutes');
  await under.lifecycle.noteError(jobId, { kind: 'transient', message: 'Meta is down', detail: null }, 1);
  expect(await jobIds('stuck_syncs')).toEqual([]);
  // who is paused stands still on purpose
  await under.lifecycle.pause(jobId, false, null);
  await silentFor(jobId, '6 minutes');
  expect(await jobIds('stuck_syncs')).toEqual([]);
  await under.close(jobId, 'CANCELLED');
});

test('a sync is long-running after a quarter of an hour at work, not of waiting in a pause', async () => {
  const page = await under.newPage();
  const jobId = await under.runningJob(page);
  const atWork = (before: string, now: string) => under.sql`UPDATE sync_jobs SET
    elapsed_ms = extract(epoch FROM ${before}::interval) * 1000, running_since = now() - ${now}::interval,
    started_at = now() - interval '3 days' WHERE id = ${jobId}`;
  await atWork('10 minutes', '4 minutes');
  expect(await jobIds('long_running_syncs')).toEqual([]);
  await atWork('10 minutes', '6 minutes');
  const half = async () =>
    (await under.sql`SELECT job_id, over_half_an_hour AS half FROM long_running_syncs`)[0];
  expect(await half()).toEqual({ job_id: jobId, half: false });
  await atWork('10 minutes', '21 minutes');
  expect(await half()).toEqual({ job_id: jobId, half: true });
  expect((await under.store.health.report()).longRunning).toMatchObject({
    count: 1,
    data: [{ jobId, pageName: page.name, overHalfAnHour: true, elapsedSeconds: 31 * 60, fetched: 0 }],
  });
  await under.lifecycle.pause(jobId, false, null);
  expect(await jobIds('long_running_syncs')).toEqual([]);
  await under.close(jobId, 'CANCELLED');
});

test('failed syncs are those of the last 24 hours, newest first, with the reason', async () => {
  const page = await under.newPage();
  const [old, early, late] = [
    await under.endedJob(page, 'FAILED'),
    await under.endedJob(page, 'FAILED'),
    await under.endedJob(page, 'FAILED'),
  ];
  await under.endedJob(page, 'PARTIAL');
  await under.sql`UPDATE sync_jobs SET completed_at = now() - interval '25 hours' WHERE id = ${old}`;
  await under.sql`UPDATE sync_jobs SET completed_at = now() - interval '23 hours', message = NULL,
    last_error = '{"kind": "auth", "message": "Connect it again", "detail": null}' WHERE id = ${early}`;
  expect(await jobIds('failed_syncs')).toEqual([late, early]);
  const { failed } = await under.store.health.report();
  expect(failed).toMatchObject({
    count: 2,
    data: [{ jobId: late }, { jobId: early, message: 'Connect it again' }],
  });
});

test('tokens that Meta refused, pages without webhooks, and what is left of the limits', async () => {
  const { sql } = under;
  const [dead, refused, silent] = [await under.newPage(), await under.newPage(), await under.newPage()];
  await sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${dead.id}`;
  await sql`UPDATE facebook_pages SET subscription_state = 'failed', subscription_error = 'No permission',
    last_synced_at = now() WHERE id = ${refused.id}`;
  const [over, soon, late] = [await under.newPage(), await under.newPage(), await under.newPage()];
  const ends = (page: PageResource, token: string, access: string | null) => sql`UPDATE facebook_pages SET
    token_expires_at = now() + ${token}::interval, token_data_access_expires_at = now() + ${access}::interval WHERE id = ${page.id}`;
  await ends(over, '-1 minute', null);
  await ends(soon, '59 days', '9 days 23 hours');
  await ends(late, '59 days', '10 days 1 hour');
  // nobody waits for the token of a page that was disconnected
  const gone = await under.newPage();
  await sql`UPDATE facebook_pages SET access_token = NULL, disconnected_at = now(), token_state = 'needs_reconnect',
    subscription_state = 'failed'
    WHERE id = ${gone.id}`;
  await missWebhooks(silent);
  await sql`UPDATE facebook_pages SET instagram_account_id = ${`178${silent.facebookPageId}`} WHERE id = ${silent.id}`;
  await sql`INSERT INTO graph_budget (asset, next_call_at, usage_percent, observed_at) VALUES
    (${silent.facebookPageId}, now(), 80, now() - interval '59 minutes'),
    (${`178${silent.facebookPageId}`}, now(), 30, now()),
    (${dead.facebookPageId}, now(), 99, now() - interval '61 minutes')`;
  await blocked(refused.facebookPageId, '10 minutes');

  const report = await under.store.health.report();
  const named = (one: PageResource) => ({
    pageId: one.id,
    facebookPageId: one.facebookPageId,
    pageName: one.name,
  });
  const at = expect.stringMatching(/Z$/);
  expect(report.tokens).toEqual({
    count: 3,
    data: [
      { ...named(dead), state: 'needs_reconnect', expiresAt: null, dataAccessExpiresAt: null },
      { ...named(over), state: 'expired', expiresAt: at, dataAccessExpiresAt: null },
      // what ends first counts
      { ...named(soon), state: 'expiring', expiresAt: at, dataAccessExpiresAt: at },
    ],
  });
  expect(report.pages).toMatchObject({ disconnected: 1, token_expired: 1, unsubscribed: 1, silent: 1 });
  expect(report.webhooks.count).toBe(2);
  const quiet = new Map(report.webhooks.data.map((row) => [row.pageId, row]));
  expect(quiet.get(refused.id)).toMatchObject({ health: 'unsubscribed', subscriptionError: 'No permission' });
  expect(quiet.get(silent.id)).toMatchObject({ health: 'silent', silentSince: expect.stringMatching(/Z$/) });

  const limits = report.rateLimits.data;
  expect(limits.slice(0, 2)).toMatchObject([
    {
      asset: silent.facebookPageId,
      pool: 'messenger',
      pageId: silent.id,
      usagePercent: 80,
      headroomPercent: 20,
    },
    { pool: 'instagram', pageId: silent.id, usagePercent: 30, headroomPercent: 70 },
  ]);
  const of = (page: PageResource) => limits.find((row) => row.asset === page.facebookPageId);
  // a reading of more than an hour ago says nothing
  expect(of(dead)).toMatchObject({ usagePercent: null, headroomPercent: null });
  expect(of(refused)).toMatchObject({
    blockedUntil: expect.stringMatching(/Z$/),
    blockedWhy: 'Meta wants no calls',
  });
  describes(report);
});

test('a list holds a hundred, its count says how many there are', async () => {
  await under.sql`UPDATE facebook_pages SET token_state = 'valid', token_expires_at = NULL, token_data_access_expires_at = NULL
    WHERE disconnected_at IS NULL`;
  await under.sql`INSERT INTO facebook_pages (facebook_page_id, name, access_token, token_state)
    SELECT 'many-' || n, 'Many', 'v1.x', 'needs_reconnect' FROM generate_series(1, 120) n`;
  const { tokens } = await under.store.health.report();
  expect([tokens.count, tokens.data.length]).toEqual([120, 100]);
});

test('the queries of docs/seeds-endpoints.md and docs/maintenance.md run', async () => {
  const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
  const blocks = [...read('seeds-endpoints.md').matchAll(/^```sql\n(.*?)^```/gms)].map(
    ([, sql]) => sql ?? '',
  );
  const prompts = [...read('maintenance.md').matchAll(/^=> (.*?;)$/gms)].map(([, sql]) => sql ?? '');
  const queries = [...blocks.flatMap((block) => block.split(';')), ...prompts].filter(
    (query) => query.trim() !== '',
  );
  expect(queries.length).toBeGreaterThan(12);
  for (const query of queries) await under.sql.unsafe(query);
});

/** Two syncs after the page was subscribed, of which the later has found messages that no webhook brought. */
async function missWebhooks(page: PageResource): Promise<void> {
  const [before, later] = [await under.endedJob(page, 'COMPLETED'), await under.endedJob(page, 'COMPLETED')];
  const at = (jobId: string, from: string, to: string) => under.sql`UPDATE sync_jobs SET
    started_at = now() - ${from}::interval, completed_at = now() - ${to}::interval WHERE id = ${jobId}`;
  await at(before, '50 minutes', '45 minutes');
  await at(later, '40 minutes', '30 minutes');
  await under.sql`UPDATE sync_jobs SET mode = 'incremental', events_created = 3 WHERE id = ${later}`;
  await under.sql`UPDATE facebook_pages SET subscription_state = 'subscribed', subscribed_at = now() - interval '1 hour',
    last_synced_at = now() WHERE id = ${page.id}`;
}

/** What the database knows of the report is as the API describes it. */
function describes(report: StoredHealth): void {
  const stuck = report.stuck.data.map((sync) => ({ ...sync, workflow: 'running' }));
  expect(
    healthReportResource.safeParse({ ...report, stuck: { ...report.stuck, data: stuck } }).error,
  ).toBeUndefined();
}
