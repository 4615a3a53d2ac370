import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListResource, PageResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { LOGIN } from '../support/login-under-test.ts';
import { commandLine, startPagesync } from '../support/pagesync.ts';
import { freshPageId, type Stack, startStack } from '../support/stack.ts';

/** Pages, notifications, tokens and the database by the command line, against a real installation. */
let stack: Stack;
let env: Record<string, string>;
beforeAll(async () => {
  stack = await startStack({ ...LOGIN, workers: 0 });
  env = { PAGESYNC_URL: stack.api.url, PAGESYNC_API_TOKEN: stack.config.apiToken };
});
afterAll(() => stack.close());

/** What somebody's browser does with the address that Facebook sends it to. */
type ComeBack = (address: URL, program: ChildProcess) => Promise<void>;

/** Sends a request as no browser does. @returns the status of the answer */
async function sendTarget({ hostname, port }: URL, path: string): Promise<number | undefined> {
  const sent = request({ hostname, port, path }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

const { pagesync, json, everything } = commandLine(() => env);

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
      // whoever finds the port sends anything; browsers ask for an icon as well
      for (const target of ['//', 'http://[']) expect(await sendTarget(address, target)).toBe(400);
      await fetch(new URL('/favicon.ico', address));
      await fetch(address);
    };
    const pasted: ComeBack = async ({ href }, { stdin }) => {
      stdin?.write(`${href}\n`);
    };
    const all = await signIn('--all --json', 'continue');
    expect(all.code).toBe(0);
    const { data } = JSON.parse(all.stdout) as ListResource<PageResource>;
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([page.id, other.id]));
    const [one, byHand, declined, nobody] = await Promise.all([
      signIn(`--pages ${page.facebookPageId}`, 'continue'),
      signIn('--all', 'continue', pasted),
      signIn('--all', 'cancel'),
      pagesync('pages connect --login'),
    ]);
    expect(one.stdout).toMatch(new RegExp(`^PAGE.*\\n${page.facebookPageId} .*valid`));
    expect(byHand.code).toBe(0);
    expect(declined).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Facebook says: Permissions error'),
    });
    expect(nobody.code).toBe(2);

    const gone = await json<PageResource>(`pages disconnect ${page.id}`);
    expect(gone.disconnectedAt).not.toBeNull();
    expect((await pagesync(`sync ${page.id}`)).code).toBe(6);
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
    const said = everything();
    expect(said.length).toBeGreaterThan(5000);
    expect(said).not.toContain(stack.config.apiToken);
    expect(said).not.toMatch(/token-[0-9a-f]{16}/);
  });
});
