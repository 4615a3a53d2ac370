import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchResource } from '../../src/contract/batch-resources.ts';
import type { JobReportResource } from '../../src/contract/job-report.ts';
import type { JobResource, ListResource, PageResource } from '../../src/contract/resources.ts';
import { describeProcess } from '../../src/embedded/pid-file.ts';
import { noteAddress } from '../../src/local/local-server.ts';
import { eventually } from '../support/eventually.ts';
import { commandLine, startPagesync } from '../support/pagesync.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Syncs by the command line, against a real installation. */
let stack: Stack;
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  env = { PAGESYNC_URL: stack.api.url, PAGESYNC_API_TOKEN: stack.config.apiToken };
  folder = await mkdtemp(join(tmpdir(), 'pagesync-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await stack.close();
});

const { pagesync, json, everything } = commandLine(() => env);
const slow = (ms: number) => stack.simulator.control('POST', '/latency', { ms });

describe.sequential('pagesync', () => {
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
      noteAddress(folder, stack.api.url),
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

    // it was killed, and somebody else listens where it was
    const note = join(folder, 'api.json');
    const { url } = JSON.parse(await readFile(note, 'utf8')) as { url: string };
    const gone = spawnSync(process.execPath, ['--version']);
    await writeFile(note, JSON.stringify({ ...describeProcess(gone.pid), url }));
    const stale = await pagesync('pages list', '', here);
    expect(stale).toMatchObject({ code: 4, stderr: expect.stringContaining('No token') });
  });

  test('warns when the token is sent unencrypted to another machine', async () => {
    const away = { PAGESYNC_URL: 'http://nobody.invalid', PAGESYNC_API_TOKEN: 'any' };
    const [byHttp, byHttps, here] = await Promise.all([
      pagesync('jobs', '', away),
      pagesync('jobs', '', { ...away, PAGESYNC_URL: 'https://nobody.invalid' }),
      pagesync('jobs'),
    ]);
    expect([byHttp.code, byHttps.code, here.code]).toEqual([3, 3, 0]);
    const warning = 'Warning: the token goes to http://nobody.invalid unencrypted';
    expect(byHttp.stderr).toContain(warning);
    expect(byHttps.stderr + here.stderr).not.toContain('Warning');
  });

  test('never says a token', () => {
    const said = everything();
    expect(said.length).toBeGreaterThan(5000);
    expect(said).not.toContain(stack.config.apiToken);
    expect(said).not.toMatch(/token-[0-9a-f]{16}/);
  });
});
