import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConversationResource } from '../../src/contract/conversations.ts';
import type { ListResource } from '../../src/contract/resources.ts';
import { signIn } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { type Program, startProgram } from '../support/program.ts';

/** `npm start`, as a user has it: everything started, stopped, killed and started again on one data folder. */
let dataDir: string;
const startedAt = Date.now();
const programs: Program[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pagesync-local-'));
  // the user that PostgreSQL runs as must get in, or its data goes elsewhere
  await chmod(dataDir, 0o755);
});
afterAll(async () => {
  // whatever a failed test left behind is found and ended by a last orderly run
  for (const program of programs) program.kill('SIGKILL');
  await start(['--once', '--conversations', '10']).exited;
  await rm(dataDir, { recursive: true, force: true });
});

function start(args: string[], env: Record<string, string> = {}): Program {
  const program = startProgram('src/local.ts', args, { PAGESYNC_DATA_DIR: dataDir, ...env });
  programs.push(program);
  return program;
}

const says = (program: Program, words: RegExp) =>
  eventually(
    () => words.test(program.output()),
    () => `${words} in:\n${program.output()}`,
    100_000,
  );

describe.sequential('npm start', { timeout: 150_000 }, () => {
  test('--once syncs the demo page and ends with 0', async () => {
    const program = start(['--once', '--conversations', '300']);
    expect(await program.exited).toBe(0);
    const output = program.output();
    for (const step of [
      'Temporal: 127.0.0.1:',
      'PostgreSQL: port',
      'simulator at',
      'API: http',
      'Worker: polling',
    ]) {
      expect(output).toContain(step);
    }
    expect(output).toMatch(/http\S+\/namespaces\/default\/workflows\/100000000000001/);
    expect(output).toMatch(/300 of 300 conversations · 300 new/);
    expect(output).toMatch(/Full sync: 300 conversations with [\d,]+ events in/);
    expect(output).toMatch(/Stopped\.\s*$/);
  });

  test('finds its data again, shows where everything is, and stops on Ctrl+C', async () => {
    const program = start(['--conversations', '300']);
    await says(program, /Ctrl\+C stops everything/);
    const output = program.output();
    expect(output).toMatch(/300 conversations read, nothing new/);
    expect(output).toContain('psql -h 127.0.0.1');
    // the lines that are printed to be pasted work
    const token = /PAGESYNC_API_TOKEN=(\S+)/.exec(output)?.[1];
    const url = /API +(http\S+)/.exec(output)?.[1];
    const response = await fetch(`${url}/api/conversations?limit=5`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { data } = (await response.json()) as ListResource<ConversationResource>;
    expect(data).toHaveLength(5);
    // the demo's newest message came when the folder was first used
    expect(Date.parse(data[0]?.updatedTime ?? '')).toBeGreaterThan(startedAt - 60_000);
    const browser = await signIn(/Sign in +(http\S+)/.exec(output)?.[1] ?? '');
    expect((await browser.fetch('/api/pages')).status).toBe(200);
    expect((await fetch(/Temporal Web UI +(http\S+)/.exec(output)?.[1] ?? '')).ok).toBe(true);

    const second = start(['--once']);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(String(program.pid));
    program.kill('SIGINT');
    expect(await program.exited).toBe(0);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('killed in the middle of a sync is no obstacle: the next start goes on with the same job', async () => {
    const program = start(['--conversations', '3000']);
    await says(program, / ([5-9]\d\d|1,\d{3}) new/);
    program.kill('SIGKILL');
    await program.exited;
    const again = start(['--once', '--conversations', '3000']);
    expect(await again.exited).toBe(0);
    expect(again.output()).toMatch(/Full sync: 3,000 conversations with/);
  });

  test('a sync that fails ends with 1', async () => {
    const program = start(['--once'], { GRAPH_BASE_URL: 'http://127.0.0.1:9', SYNC_STANDSTILL_SECONDS: '0' });
    const code = await program.exited;
    expect(program.output()).toMatch(
      /Full sync failed\. Messenger: nothing could be stored for [\d.]+s: Meta did not answer properly/,
    );
    expect(code).toBe(1);
  });

  test('keeps secrets out of the log', async () => {
    const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as Record<
      string,
      string
    >;
    const log = await readFile(join(dataDir, 'pagesync.log'), 'utf8');
    expect(log.length).toBeGreaterThan(1000);
    for (const secret of [...Object.values(secrets), 'SIMULATOR-demo-page-token'])
      expect(log).not.toContain(secret);
  });
});
