import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { poll } from '../../src/embedded/poll.ts';
import { type PostgresServer, startPostgres } from '../../src/embedded/postgres.ts';
import { restoreSymlinks } from '../../src/embedded/postgres-binaries.ts';
import { choosePlace } from '../../src/embedded/postgres-place.ts';
import { endProcess, isAlive } from '../../src/embedded/process-info.ts';

const log = { info: () => undefined, warn: () => undefined };
const isRoot = process.getuid?.() === 0;

let dir: string;
let cleanUp: (() => Promise<void> | void)[];

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'embedded-pg-'));
  // The server may run as another user, and would be moved to /var/tmp from below a closed folder.
  chmodSync(dir, 0o755);
  cleanUp = [() => rmSync(dir, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
});

async function start(dataDir = path.join(dir, 'pg')): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir, fsync: false, log });
  cleanUp.push(() => server.stop());
  return server;
}

async function query(server: PostgresServer, text: string): Promise<unknown[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}

describe('startPostgres', () => {
  test('data outlive a stop; the second start has the same password, and nobody gets in without one', async () => {
    const first = await start();
    await query(first, 'create table kept as select 7 as n');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    await expect(
      query({ ...second, url: second.url.replace(/:[0-9a-f]+@/, ':wrong@') }, 'select 1'),
    ).rejects.toThrow(/password/);
    const [row] = await query(
      second,
      `select datlocale, pg_encoding_to_char(encoding) as encoding, current_user, current_setting('listen_addresses') as listen
       from pg_database where datname = current_database()`,
    );
    expect(row).toEqual({
      datlocale: 'C.UTF-8',
      encoding: 'UTF8',
      current_user: 'pagesync',
      listen: '127.0.0.1',
    });
  });

  test('settings reach the server, the Unix socket works, a taken port is an error that says so', async () => {
    const server = await startPostgres({
      dataDir: path.join(dir, 'pg'),
      fsync: false,
      settings: { work_mem: '7MB' },
      log,
    });
    cleanUp.push(() => server.stop());
    expect(await query(server, 'show work_mem')).toEqual([{ work_mem: '7MB' }]);
    expect(await query(server, 'show fsync')).toEqual([{ fsync: 'off' }]);
    if (server.socketDir !== null) {
      const sql = postgres(server.url, { host: server.socketDir, port: server.port, max: 1 });
      expect([...(await sql`select inet_client_addr() as address`)]).toEqual([{ address: null }]);
      await sql.end();
    }
    const other = startPostgres({ dataDir: path.join(dir, 'other'), port: server.port, fsync: false, log });
    await expect(other).rejects.toThrow(/could not bind/);
  });

  test('kill -9 of the server: the next start recovers', async () => {
    const first = await start();
    await query(first, 'create table kept as select 7 as n');
    const told = new Promise((resolve) => first.onExit(resolve));
    process.kill(first.pid, 'SIGKILL');
    expect(await told).toMatchObject({ signal: 'SIGKILL' });
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  test('kill -9 of the program: the next start adopts its server, and stops it', async () => {
    const dataDir = path.join(dir, 'pg');
    const left = await runAndKill(dataDir);
    cleanUp.push(() => endProcess(left.pid, 'SIGQUIT', 5_000));
    expect(isAlive(left.pid)).toBe(true);

    const server = await start(dataDir);
    expect(server).toMatchObject({ adopted: true, pid: left.pid, port: left.port });
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(isAlive(left.pid)).toBe(false);
  });

  test('a program that ends without stopping its server takes it along', async () => {
    const script = childScript(path.join(dir, 'pg'), 'process.exit(0)');
    const child = spawn(process.execPath, script, { stdio: ['ignore', 'pipe', 'inherit'] });
    const { pid } = await firstLine(child.stdout);
    await poll(() => !isAlive(pid), { what: 'the server to end', timeoutMs: 15_000 });
  });

  test('an initdb that was interrupted is started over', async () => {
    const dataDir = path.join(dir, 'pg');
    mkdirSync(path.join(dataDir, 'initdb-half', 'cluster', 'base'), { recursive: true });
    writeFileSync(path.join(dataDir, 'initdb-half', 'cluster', 'PG_VERSION'), '18\n');
    const server = await start(dataDir);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'postgres.log']);
  });

  test('a note whose pid belongs to another program is no obstacle', async () => {
    const first = await start();
    const note = path.join(first.dataDir, 'cluster', 'postmaster.pid');
    const text = readFileSync(note, 'utf8');
    const { uid, gid } = statSync(note);
    await first.stop();
    // A program of the same user, which is what PostgreSQL itself would mistake for a server.
    const other = spawn('sleep', ['600'], { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}) });
    await once(other, 'spawn');
    cleanUp.push(() => endProcess(other.pid ?? 0, 'SIGKILL', 5_000));
    writeFileSync(note, text.replace(/^\d+/, String(other.pid)));
    chmodSync(note, 0o644);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });
});

describe('where PostgreSQL lies', () => {
  test('missing symlinks are made, those that are there are left', async () => {
    const nativeDir = path.join(dir, 'native');
    mkdirSync(path.join(nativeDir, 'lib'), { recursive: true });
    writeFileSync(path.join(nativeDir, 'lib', 'libx.so.1.2'), 'library');
    const links = ['libx.so', 'libx.so.1'].map((name) => ({
      source: 'native/lib/libx.so.1.2',
      target: `native/lib/${name}`,
    }));
    writeFileSync(path.join(nativeDir, 'pg-symlinks.json'), JSON.stringify(links));
    await restoreSymlinks(nativeDir);
    rmSync(path.join(nativeDir, 'lib', 'libx.so'));
    await restoreSymlinks(nativeDir);
    for (const name of ['libx.so', 'libx.so.1']) {
      expect(readFileSync(path.join(nativeDir, 'lib', name), 'utf8')).toBe('library');
    }
  });

  test.runIf(isRoot)(
    'below a folder that the server user cannot enter, both are moved, always to the same place',
    async () => {
      const closed = path.join(dir, 'closed');
      const common = path.join(dir, 'common');
      mkdirSync(path.join(closed, 'native', 'bin'), { recursive: true });
      mkdirSync(common);
      writeFileSync(path.join(closed, 'native', 'bin', 'postgres'), 'program');
      chmodSync(dir, 0o755);
      chmodSync(closed, 0o700);
      const user = { name: 'nobody', uid: 65_534, gid: 65_534 };
      const wished = { nativeDir: path.join(closed, 'native'), dataDir: path.join(closed, 'data') };
      const place = await choosePlace(wished, user, log, common);
      expect(path.dirname(place.dataDir)).toBe(common);
      expect(readFileSync(path.join(place.nativeDir, 'bin', 'postgres'), 'utf8')).toBe('program');
      expect(await choosePlace(wished, user, log, common)).toEqual(place);
      expect(statSync(wished.dataDir).uid).toBe(0);

      chmodSync(place.dataDir, 0o777);
      await expect(choosePlace(wished, user, log, common)).rejects.toThrow(/belongs to somebody else/);
    },
  );
});

/** Arguments for a Node that starts PostgreSQL, says where, and then does `next`. */
function childScript(dataDir: string, next: string): string[] {
  const module = new URL('../../src/embedded/postgres.ts', import.meta.url).href;
  const code = `
    import { startPostgres } from ${JSON.stringify(module)};
    const log = { info() {}, warn() {} };
    const { pid, port } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, fsync: false, log });
    process.stdout.write(JSON.stringify({ pid, port }) + '\\n', () => { ${next} });`;
  return ['--import', 'tsx', '--input-type=module', '-e', code];
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<{ pid: number; port: number }> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) return JSON.parse(text);
  }
  throw new Error(`the child ended after ${JSON.stringify(text)}`);
}

async function runAndKill(dataDir: string): Promise<{ pid: number; port: number }> {
  const child = spawn(process.execPath, childScript(dataDir, 'setInterval(() => {}, 1000)'), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const server = await firstLine(child.stdout);
  child.kill('SIGKILL');
  await poll(() => child.signalCode !== null, { what: 'the child to be dead', timeoutMs: 5_000 });
  return server;
}
