import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchResource } from '../../src/contract/batch-resources.ts';
import type { JobReportResource } from '../../src/contract/job-report.ts';
import type { JobResource, ListResource, PageResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { LOGIN } from '../support/login-under-test.ts';
import { runPagesync, type Said, startPagesync } from '../support/pagesync.ts';
import { freshPageId, type Stack, startStack } from '../support/stack.ts';

/** The command line as a process of its own against a real installation. */
let stack: Stack;
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  stack = await startStack({ ...LOGIN, env: { ...LOGIN.env, SYNC_SLICE_SECONDS: '0.2' } });
  env = { PAGESYNC_URL: stack.api.url, PAGESYNC_API_TOKEN: stack.config.apiToken };
  folder = await mkdtemp(join(tmpdir(), 'pagesync-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await stack.close();
});

/** What somebody's browser does with the address that Facebook sends it to. */
type ComeBack = (address: URL, program: ChildProcess) => Promise<void>;

const everything: string[] = [];
/** What waits, reads or works on the database is a process of its own, as all of it is for people. */
const OWN_PROCESS = /--watch|--token-stdin|migrate|rotate-keys|--help|synk/;
async function pagesync(line: string, input = '', environment = env): Promise<Said> {
  const args = line.split(' ');
  const said = OWN_PROCESS.test(line)
    ? await startPagesync(args, environment, input).ended
    : await runPagesync(args, environment);
  everything.push(said.stdout, said.stderr);
  return said;
}
async function json<T>(line: string, input = ''): Promise<T> {
  const { code, stdout, stderr } = await pagesync(`${line} --json`, input);
  expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as T;
}
const slow = (ms: number) => stack.simulator.control('POST', '/latency', { ms });

describe.sequential('pagesync', () => {
  test('connects a page with a token that is piped in, and lists it', async () => {
    const facebookPageId = freshPageId();
    const secret = 'EAAB-a-token-of-a-page';
    stack.simulator.control('POST', '/pages', { id: facebookPageId, token: secret, conversations: 0 });
    const connect = `pages connect ${facebookPageId} --name Pages`;
    const page = await json<PageResource>(`${connect} --instagram 178414 --token-stdin`, `${secret}\n`);
    expect(page).toMatchObject({ facebookPageId, name: 'Pages', instagramAccountId: '178414' });
    const again = await pagesync(`${connect} --no-instagram --token-stdin`, secret);
    expect(again.stdout).toContain('Instagram account none');

    const refused = await Promise.all([
      pagesync(`${connect} --token ${secret}`),
      pagesync(connect),
      pagesync(`${connect} --token-stdin`, ' \n'),
      pagesync(`${connect} --token-stdin`, 'two words'),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    expect(refused[0]?.stderr).toContain("unknown option '--token'");
    expect(refused[1]?.stderr).toContain('--token-stdin');
    expect(refused[3]?.stderr).toMatch(/\n {2}accessToken: must be printable ASCII/);
    expect([...refused, again].map(({ stderr, stdout }) => stderr + stdout).join()).not.toMatch(
      /EAAB-a-token(?!.*unknown)/,
    );

    await stack.addPage({ conversations: 0 });
    const [all, first] = await Promise.all([
      json<ListResource<PageResource>>('pages list'),
      json<ListResource<PageResource>>('pages list --limit 1'),
    ]);
    expect(all.data).toHaveLength(2);
    expect(all.nextCursor).toBeNull();
    expect(first.data).toEqual(all.data.slice(0, 1));
    const [rest, table] = await Promise.all([
      json<ListResource<PageResource>>(`pages list --cursor ${first.nextCursor}`),
      pagesync('pages list --limit 1'),
    ]);
    expect(rest.data).toEqual(all.data.slice(1));
    expect(table.stdout).toMatch(/^PAGE +NAME +TOKEN +LAST SYNCED/);
    expect(table.stdout).toContain('There is more: --cursor ');
  });

  test('starts a sync, joins it, steers it, and watches it to its end', async () => {
    const page = await stack.addPage({ conversations: 900, instagram: false });
    const until = (wanted: string) =>
      eventually(async () => {
        const { body } = await stack.api.get<{ job: JobResource }>(`/api/pages/${page.id}/sync`);
        return body.job.status === wanted;
      }, wanted);
    slow(1000);
    const job = await json<JobResource>(`sync ${page.facebookPageId} --mode full --depth 5`);
    expect(job).toMatchObject({ pageId: page.id, mode: 'full', messageDepth: 5 });

    const watching = startPagesync(['sync', page.facebookPageId, '--watch'], env);
    await eventually(() => watching.stdout().includes('conversations'), 'the first line of the watcher');
    watching.child.kill('SIGINT');
    const [left, second, pause] = await Promise.all([
      watching.ended,
      pagesync(`sync ${page.id} --json`),
      json<JobResource>(`pause ${page.id}`),
    ]);
    expect(left.code).toBe(7);
    expect(left.stderr).toContain('being synced already');
    expect(left.stderr).toContain(`The sync goes on. "pagesync status ${page.facebookPageId}" shows it`);
    expect(second.code).toBe(6);
    expect(JSON.parse(second.stderr)).toMatchObject({
      type: 'urn:pagesync:problem:sync-in-progress',
      jobId: job.id,
    });
    expect(pause.id).toBe(job.id);
    await until('PAUSED');
    expect((await pagesync(`status ${page.id}`)).stdout).toMatch(/PAUSED\n(.*\n)*.*phase: walk/);
    await json<JobResource>(`resume ${page.id}`);
    await until('IN_PROGRESS');

    const watcher = startPagesync(['sync', page.id, '--watch', '--json'], env);
    await eventually(() => watcher.stdout().includes('snapshot'), 'the first event of the watcher');
    await json<JobResource>(`cancel ${page.id}`);
    const cancelled = await watcher.ended;
    expect(cancelled.code).toBe(1);
    expect(JSON.parse(cancelled.stderr)).toEqual({
      detail: expect.stringContaining('Full sync cancelled after'),
    });
    const events = cancelled.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(events[0]).toMatchObject({ event: 'snapshot', status: 'processing' });
    expect(events.at(-1)).toMatchObject({ event: 'final', status: 'cancelled', job: { id: job.id } });

    slow(0);
    const resumed = await pagesync(`sync ${page.id} --resume --watch`);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/^ {2}\d.*conversations ·/);
    expect(resumed.stdout).not.toContain('{');
    expect(resumed.stdout).toContain(`Job ${job.id}: COMPLETED`);
    expect(resumed.stdout).toContain('900 of 900 conversations: 900 new');

    const selective = `sync ${page.id} --mode selective`;
    const [wrong, odd, day, nothing, none, jobs] = await Promise.all([
      pagesync(`sync ${page.id} --unread`),
      pagesync(`${selective} --since yesterday`),
      pagesync(`${selective} --since 2026-02-02 --until 2026-01-01 --platform messenger --max 3`),
      pagesync(`sync ${page.id} --resume`),
      pagesync(`cancel ${page.id}`),
      json<ListResource<JobResource>>(`jobs --page ${page.facebookPageId} --status COMPLETED`),
    ]);
    expect([wrong, odd, day, nothing, none].map(({ code }) => code)).toEqual([2, 2, 2, 6, 5]);
    expect(wrong.stderr).toContain('  unreadOnly: belongs to mode "selective"');
    expect(odd.stderr).toContain('2026-01-31');
    expect(day.stderr).toContain('  until: must not be before since');
    expect(jobs.data.map(({ id }) => id)).toEqual([job.id]);
  });

  test('a watcher of a sync that needs a new token leaves; jobs are shown and retried', async () => {
    const page = await stack.addPage({ conversations: 60 });
    const match = { page: page.facebookPageId };
    const fault = { kind: 'error', name: 'token-expired' };
    stack.simulator.control('POST', '/faults', { match, fault, times: 'always' });
    const parked = await pagesync(`sync ${page.id} --watch`);
    expect(parked.code).toBe(1);
    expect(parked.stderr).toContain('waits for a new token');
    stack.simulator.control('DELETE', '/faults');
    await pagesync(`pages connect ${page.facebookPageId} --name Anew --token-stdin`, page.accessToken);
    const { id } = await stack.ended(page);
    const [one, table, retried] = await Promise.all([
      pagesync(`job ${id}`),
      pagesync('jobs'),
      pagesync(`retry ${id}`),
    ]);
    expect(one.stdout).toMatch(/60 of 60 conversations: 60 new/);
    for (const line of table.stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(table.stdout).toMatch(/^CREATED +PAGE +STATUS +JOB\n/);
    expect(retried).toMatchObject({ code: 6, stderr: expect.stringContaining('nothing aside') });
  });

  test('connects the pages of somebody who signs in with Facebook, and disconnects one', async () => {
    const [page, other] = await Promise.all([stack.addPage({ conversations: 1 }), stack.addPage()]);
    stack.simulator.control('POST', '/users', {
      pages: [{ id: page.facebookPageId }, { id: other.facebookPageId }],
    });
    const signIn = async (options: string, answer: string, comeBack: ComeBack = browser) => {
      const program = startPagesync(['pages', 'connect', '--login', ...options.split(' ')], env, null);
      const dialog = await eventually(() => /http\S+dialog\S+/.exec(program.stderr())?.[0], 'the address');
      const { headers } = await fetch(`${dialog}&simulator_answer=${answer}`, { redirect: 'manual' });
      await comeBack(new URL(headers.get('location') ?? ''), program.child);
      return program.ended;
    };
    const browser: ComeBack = async (address) => {
      // browsers ask for an icon as well
      await fetch(new URL('/favicon.ico', address));
      await fetch(address);
    };
    const toServer: ComeBack = async ({ pathname, search }) => {
      await stack.api.fetch(pathname + search, { redirect: 'manual' });
    };
    const pasted: ComeBack = async ({ href }, { stdin }) => {
      stdin?.write(`${href}\n`);
    };
    const all = await signIn('--all --json', 'continue');
    expect(all.code).toBe(0);
    const { data } = JSON.parse(all.stdout) as ListResource<PageResource>;
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([page.id, other.id]));
    const [one, viaServer, byHand, declined, nobody] = await Promise.all([
      signIn(`--pages ${page.facebookPageId}`, 'continue'),
      signIn('--all --via-server', 'continue', toServer),
      signIn('--all --via-server', 'continue', pasted),
      signIn('--all', 'cancel'),
      pagesync('pages connect --login'),
    ]);
    expect(one.stdout).toMatch(new RegExp(`^PAGE.*\\n${page.facebookPageId} .*valid`));
    expect([viaServer.code, byHand.code]).toEqual([0, 0]);
    expect(declined).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Facebook says: Permissions error'),
    });
    expect(nobody.code).toBe(2);

    const gone = await json<PageResource>(`pages disconnect ${page.id}`);
    expect(gone.disconnectedAt).not.toBeNull();
    expect((await pagesync(`sync ${page.id}`)).code).toBe(6);
  });

  test('reports what a job has come to', async () => {
    const page = await stack.addPage({ conversations: 30, instagram: false });
    const match = { page: page.facebookPageId };
    stack.simulator.control('POST', '/oddities', {
      ...match,
      platform: 'messenger',
      index: 3,
      kind: 'poison-bad-updated-time',
    });
    await pagesync(`sync ${page.id} --watch`);
    const { id } = await stack.ended(page);
    const [report, text, csv, aside, both, empty] = await Promise.all([
      json<JobReportResource>(`report ${id}`),
      pagesync(`report ${id}`),
      pagesync(`report ${id} --csv`),
      pagesync(`report ${id} --failures-csv`),
      pagesync(`report ${id} --csv --failures-csv`),
      pagesync(`report ${page.id}`),
    ]);
    expect(report).toMatchObject({ job: { id }, failures: { total: 1 } });
    expect(text.stdout).toMatch(/Set aside: 1, .*\n\nPLATFORM +ITEM +REASON/);
    expect(csv.stdout.split('\n')[0]).toContain('job_id,facebook_page_id,status');
    expect(csv.stdout).toContain(`${id},${page.facebookPageId}`);
    expect(aside.stdout.trim().split('\n')).toHaveLength(2);
    expect([both.code, empty.code]).toEqual([2, 5]);
  });

  test('syncs pages by themselves, and tells what people are told', async () => {
    const page = await stack.addPage({ conversations: 5 });
    const [set, wrong, nothing] = await Promise.all([
      json<PageResource>(`pages set ${page.facebookPageId} --auto-sync on --interval 15m`),
      pagesync(`pages set ${page.id} --interval soon`),
      pagesync(`pages set ${page.id}`),
    ]);
    expect(set).toMatchObject({ autoSync: true, syncIntervalSeconds: 900 });
    expect([wrong.code, nothing.code]).toEqual([2, 2]);
    expect((await pagesync(`pages show ${page.id}`)).stdout).toContain('automatic syncs every 15m');
    await json<PageResource>(`pages set ${page.id} --auto-sync off`);

    await stack.sql`INSERT INTO notifications (page_id, kind, severity, title, text, dedupe_key)
      SELECT ${page.id}, 'sync-finished', 'info', 'News ' || n, '', n FROM generate_series(1, 3) n`;
    const news = await json<ListResource<{ id: number }>>(`notifications --unread --page ${page.id}`);
    expect(news.data).toHaveLength(3);
    const [table, read, neither] = await Promise.all([
      pagesync(`notifications list --page ${page.id}`),
      json<{ readAt: string }>(`notifications read ${news.data[0]?.id}`),
      pagesync('notifications read'),
    ]);
    expect(table.stdout).toMatch(/ID +TIME +TITLE/);
    expect(read.readAt).not.toBeNull();
    expect(neither.code).toBe(2);
    expect((await json<{ read: number }>('notifications read --all')).read).toBeGreaterThanOrEqual(2);
    expect((await json<ListResource<object>>('notifications --unread')).data).toEqual([]);
  });

  test('syncs many pages in a batch, watches it, cancels and resumes it', async () => {
    const pages = await Promise.all([1, 2, 3].map(() => stack.addPage({ conversations: 300 })));
    const ids = pages.map((page) => page.facebookPageId).join(' ');
    slow(1000);
    const batch = await json<BatchResource>(`batch start ${ids} --mode full --concurrency 2`);
    expect(batch).toMatchObject({ pages: 3, mode: 'full', concurrency: 2 });
    const watching = startPagesync(['batch', 'status', batch.id, '--watch'], env);
    await eventually(() => / [123] waiting|being/.test(watching.stdout()), 'the first line of the watcher');
    watching.child.kill('SIGINT');
    const [left, status, list, cancelled, ...refused] = await Promise.all([
      watching.ended,
      pagesync(`batch status ${batch.id}`),
      json<ListResource<BatchResource>>('batch list'),
      json<BatchResource>(`batch cancel ${batch.id}`),
      pagesync('batch start'),
      pagesync(`batch start ${ids} --all`),
      pagesync('batch start 4711'),
    ]);
    expect(left.code).toBe(7);
    expect(left.stderr).toContain(`The batch goes on. "pagesync batch status ${batch.id}" shows it`);
    expect(status.stdout).toContain('full, 3 pages, 2 at a time: ');
    expect(list.data.map(({ id }) => id)).toEqual([batch.id]);
    expect(cancelled.cancelRequested).toBe(true);
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2]);

    const ended = await pagesync(`batch status ${batch.id} --watch --json`);
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'final',
      status: 'CANCELLED',
    });
    slow(0);
    const resumed = await pagesync(`batch resume ${batch.id} --watch`);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/Batch of 3 pages: 3 complete in/);
    const [of, again] = await Promise.all([
      json<ListResource<object>>(`batch pages ${batch.id} --state COMPLETED`),
      pagesync(`batch resume ${batch.id}`),
    ]);
    expect(of.data).toHaveLength(3);
    expect(again.code).toBe(6);
  });

  test('makes tokens that may do what their scope says, and revokes them', async () => {
    const made = await startPagesync(['token', 'create', 'a script', '--scope', 'read'], env).ended;
    expect(made.stdout).toMatch(/^ps_\S+\n$/);
    const weak = { ...env, PAGESYNC_API_TOKEN: made.stdout.trim() };
    const [reads, writes, list, table, wrong, link] = await Promise.all([
      pagesync('pages list', '', weak),
      pagesync('sync 4711', '', weak),
      json<ListResource<{ id: string; name: string }>>('token list'),
      pagesync('token list'),
      pagesync('token create other --scope all'),
      startPagesync(['sign-in-link'], env).ended,
    ]);
    expect([reads.code, writes.code, wrong.code]).toEqual([0, 4, 2]);
    expect(writes.stderr).toContain('scope');
    const [token] = list.data.filter(({ name }) => name === 'a script');
    expect(table.stdout).toContain('a script');
    expect(link.stdout).toMatch(/^http\S+\/sign-in\?code=\S+\n$/);
    await json<object>(`token revoke ${token?.id}`);
    expect((await pagesync('pages list', '', weak)).code).toBe(4);
  });

  test('says what is wrong, and ends with the code of the table', async () => {
    const somewhere = { PAGESYNC_DATA_DIR: folder };
    const [unknown, wrongToken, noToken, nobody, stranger, noPage, noJob, help, faulty] = await Promise.all([
      pagesync('synk'),
      pagesync('jobs', '', { ...env, PAGESYNC_API_TOKEN: 'not-the-right-token' }),
      pagesync('jobs', '', { ...somewhere, PAGESYNC_URL: stack.api.url }),
      pagesync('jobs --url http://127.0.0.1:9', '', { ...somewhere, PAGESYNC_API_TOKEN: 'any' }),
      pagesync(`jobs --json --url ${stack.simulator.url}`),
      pagesync('status 4711'),
      pagesync('job ../pages'),
      pagesync('--help'),
      pagesync('jobs --url ftp://x'),
    ]);
    const codes = [unknown, wrongToken, noToken, nobody, stranger, noPage, noJob, help, faulty];
    expect(codes.map(({ code }) => code)).toEqual([2, 4, 4, 3, 3, 5, 5, 0, 2]);
    expect(nobody.stderr).toContain('http://127.0.0.1:9 does not answer');
    expect(JSON.parse(stranger.stderr)).toMatchObject({ title: 'No answer' });
    expect(help.stdout).toMatch(/Exit codes:\n {2}0 +done/);
    for (const { stdout } of codes.filter((said) => said !== help)) expect(stdout).toBe('');
  });

  test('finds the installation of this machine, and gives its token to nobody else', async () => {
    const token = stack.config.apiToken;
    const here = { PAGESYNC_DATA_DIR: folder };
    await Promise.all([
      writeFile(join(folder, 'api-url'), `${stack.api.url}\n`),
      writeFile(
        join(folder, 'secrets.json'),
        JSON.stringify({ PAGESYNC_API_TOKEN: token, TOKEN_ENCRYPTION_KEYS: 'k' }),
      ),
      writeFile(join(folder, 'token'), `${token}\n`),
    ]);
    const [found, elsewhere, byFile, noFile] = await Promise.all([
      pagesync('pages list --json', '', here),
      pagesync('pages list --url http://192.0.2.1', '', here),
      pagesync(`pages list --token-file ${join(folder, 'token')} --url ${stack.api.url}`, '', {
        PAGESYNC_DATA_DIR: '/nowhere',
      }),
      pagesync(`pages list --token-file ${folder}/none`, '', here),
    ]);
    expect([found.code, elsewhere.code, byFile.code, noFile.code]).toEqual([0, 4, 0, 2]);
    expect((JSON.parse(found.stdout) as ListResource<PageResource>).data.length).toBeGreaterThan(1);
  });

  test('migrates the database that the environment names', async () => {
    const { code, stderr } = await pagesync('migrate', '', { ...stack.env, LOG_LEVEL: 'info' });
    expect(code).toBe(0);
    expect(stderr).toContain('Database is up to date');
    const incomplete = await pagesync('migrate', '', {});
    expect(incomplete.code).toBe(1);
    expect(incomplete.stderr).toContain('DATABASE_URL: is not set');
  });

  test('encrypts the page tokens with the newest key', async () => {
    const key = randomBytes(32).toString('base64');
    const keys = `${key},${stack.env.TOKEN_ENCRYPTION_KEYS}`;
    const tokens = () => stack.sql`SELECT access_token FROM facebook_pages WHERE access_token IS NOT NULL`;
    const before = await tokens();
    const rotated = await pagesync('token rotate-keys', '', { ...stack.env, TOKEN_ENCRYPTION_KEYS: keys });
    expect(rotated.code).toBe(0);
    const after = await tokens();
    expect(after).toHaveLength(before.length);
    expect(new Set(after.map((row) => row.access_token.split('.')[1])).size).toBe(1);
    const lost = await pagesync('token rotate-keys', '', { ...stack.env, LOG_LEVEL: 'fatal' });
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(/\d+ tokens fit no key of TOKEN_ENCRYPTION_KEYS/);
    expect(rotated.stderr + lost.stderr).not.toContain(key);
  });

  test('never says a token', () => {
    const said = everything.join('\n');
    expect(said.length).toBeGreaterThan(5000);
    expect(said).not.toContain(stack.config.apiToken);
    expect(said).not.toMatch(/token-[0-9a-f]{16}/);
  });
});
