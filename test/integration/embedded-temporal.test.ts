import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { endProcess, isAlive } from '../../src/embedded/process-info.ts';
import { resolveTemporalBinary } from '../../src/embedded/temporal-binary.ts';
import { startTemporalServer, type TemporalServerOptions } from '../../src/embedded/temporal-server.ts';

const log = { info: () => undefined, warn: () => undefined };
let binary: string;
let dir: string;
let cleanUp: (() => Promise<void> | void)[];

// Twenty minutes: on a machine without Temporal it is built here, once.
beforeAll(async () => {
  ({ path: binary } = await resolveTemporalBinary({
    env: process.env,
    log: { info: (_, text) => console.log(text), warn: (_, text) => console.warn(text) },
  }));
}, 1_200_000);
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'embedded-temporal-'));
  cleanUp = [() => rmSync(dir, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
});

async function start(options: Partial<TemporalServerOptions> = {}) {
  const server = await startTemporalServer({
    binary,
    searchAttributes: { PageId: 'Keyword' },
    log,
    ...options,
  });
  cleanUp.push(() => server.stop());
  return server;
}

/** What the server says about the namespace: its id, which a new database would not have, and its search attributes. */
async function look(address: string, namespace = 'default'): Promise<{ id: string; attributes: string[] }> {
  const connection = await Connection.connect({ address });
  try {
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return { id: namespaceInfo?.id ?? '', attributes: Object.keys(customAttributes ?? {}) };
  } finally {
    await connection.close();
  }
}

describe('startTemporalServer', () => {
  test('in memory, with UI and a namespace of its own; stop ends it and leaves no listener behind', async () => {
    const listeners = process.listenerCount('exit');
    const uiPort = await freePort();
    const server = await start({ uiPort, namespace: 'tests' });
    expect((await look(server.address, 'tests')).attributes).toContain('PageId');
    expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
    await server.stop();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  test('a second start on the same file has the same database, and gets new search attributes', async () => {
    const first = await start({ dataDir: dir });
    expect(first.uiUrl).toBeUndefined();
    const before = await look(first.address);
    await first.stop();
    expect(existsSync(path.join(dir, 'temporal.pid.json'))).toBe(false);

    const second = await start({
      dataDir: dir,
      searchAttributes: { PageId: 'Keyword', SyncStatus: 'Keyword' },
    });
    const after = await look(second.address);
    expect(after.id).toBe(before.id);
    expect(after.attributes).toEqual(expect.arrayContaining(['PageId', 'SyncStatus']));
  });

  test('a server that a killed program left behind is replaced', async () => {
    const child = spawn(process.execPath, childScript(), { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const pid = Number(line);
    cleanUp.push(() => endProcess(pid, 'SIGKILL', 5_000));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(pid)).toBe(true);

    const server = await start({ dataDir: dir });
    expect(isAlive(pid)).toBe(false);
    expect(server.pid).not.toBe(pid);
    expect((await look(server.address)).attributes).toContain('PageId');
  });

  test('one that dies is reported; one that is stopped is not', async () => {
    const server = await start();
    const told = new Promise((resolve) => server.onExit(resolve));
    process.kill(server.pid, 'SIGKILL');
    expect(await told).toMatchObject({ signal: 'SIGKILL' });

    const other = await start();
    let surprised = false;
    other.onExit(() => {
      surprised = true;
    });
    await other.stop();
    expect(surprised).toBe(false);
  });

  test('a taken port is an error, and one that dies at start is quoted', async () => {
    const taken = await start();
    const port = Number(taken.address.split(':')[1]);
    await expect(start({ port, dataDir: dir })).rejects.toThrow(
      `port ${port} for Temporal is already in use`,
    );
    const dying = path.join(dir, 'dying');
    writeFileSync(dying, '#!/bin/sh\necho out of memory >&2\nexit 1\n', { mode: 0o755 });
    await expect(start({ binary: dying })).rejects.toThrow(/ended at start[\s\S]*out of memory/);
    await expect(start({ binary: dying, dataDir: dir })).rejects.toThrow(
      /ended at start[\s\S]*out of memory/,
    );
    await expect(start({ binary: path.join(dir, 'absent') })).rejects.toThrow(/ENOENT/);
  });
});

function childScript(): string[] {
  const module = new URL('../../src/embedded/temporal-server.ts', import.meta.url).href;
  const code = `
    import { startTemporalServer } from ${JSON.stringify(module)};
    const options = ${JSON.stringify({ binary, dataDir: dir, searchAttributes: { PageId: 'Keyword' } })};
    const { pid } = await startTemporalServer({ ...options, log: { info() {}, warn() {} } });
    console.log(pid);
    setInterval(() => {}, 1000);`;
  return ['--import', 'tsx', '--input-type=module', '-e', code];
}
