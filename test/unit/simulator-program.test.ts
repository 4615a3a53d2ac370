import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { help, parseFlags } from '../../simulator/flags.ts';
import { get } from '../../simulator/testing/client.ts';

const children: ChildProcessWithoutNullStreams[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});

function run(...flags: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--import', 'tsx', 'simulator/main.ts', ...flags]);
  children.push(child);
  return child;
}

/** How often the first fault was dealt out. */
async function hits(url: string): Promise<number | undefined> {
  const rules = (await (await fetch(`${url}/_control/faults`)).json()) as { hits: number }[];
  return rules[0]?.hits;
}

/** Waits for the line that says where it listens. */
async function listening(child: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line).listening;
  throw new Error('ended without a line');
}

test('the program serves what its flags say and stops on SIGTERM with connections open', async () => {
  const child = run('--port', '0', '--conversations', '12', '--instagram-share', '0.5', '--token', 'mine');
  const url = await listening(child);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await get(url, '/me/conversations', {}, 'mine')).body.data).toHaveLength(6);
  await fetch(`${url}/_control/faults`, {
    method: 'POST',
    body: JSON.stringify({ fault: { kind: 'hang' } }),
  });
  const hanging = get(url, '/me', {}, 'mine').catch((error: Error) => error.message);
  await expect.poll(() => hits(url), { timeout: 5000 }).toBe(1);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(await hanging).toBe('fetch failed');
});

test('with --exit-with-stdin it ends when its stdin does', async () => {
  const child = run('--exit-with-stdin', '--conversations', '1');
  await listening(child);
  child.stdin.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('a wrong flag ends it with a sentence', async () => {
  const child = run('--conversations', 'many');
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(said).toContain('--conversations');
});

test('every flag of the help is read', () => {
  const named = [...help.matchAll(/^ {2}--([a-z-]+)( [A-Z]+)?/gm)];
  expect(named).toHaveLength(22);
  const value = (name: string) => (name === 'newest' ? '2026-02-03T00:00:00Z' : '1');
  const argv = named.flatMap(([, name = '', takes]) => (takes ? [`--${name}`, value(name)] : [`--${name}`]));
  expect(parseFlags(argv)).toEqual({
    help: true,
    exitWithStdin: true,
    options: {
      port: 1,
      host: '1',
      pageId: '1',
      pageName: '1',
      token: '1',
      instagramAccountId: '1',
      conversations: 1,
      instagramShare: 1,
      messages: 1,
      exactMessages: true,
      latencyMs: 1,
      latencyJitterMs: 1,
      seed: 1,
      callsPerSecond: 1,
      appId: '1',
      appSecret: '1',
      redirectUris: ['1'],
      maxLimit: 1,
      maxRows: 1,
      newestSec: Date.UTC(2026, 1, 3) / 1000,
    },
  });
});

test('no flags, no options; none means no Instagram', () => {
  expect(parseFlags([]).options).toEqual({});
  expect(parseFlags(['--instagram-account', 'none']).options).toEqual({ instagramAccountId: null });
  expect(() => parseFlags(['--instagram-share', '2'])).toThrow('0 to 1');
  expect(() => parseFlags(['--colour', 'red'])).toThrow();
});
