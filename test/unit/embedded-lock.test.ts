import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onProcessExit } from '../../src/embedded/exit-hooks.ts';
import { DataDirInUseError, lockDataDir, tryLock } from '../../src/embedded/lock.ts';
import { describeProcess, findLeftBehind, writePidFile } from '../../src/embedded/pid-file.ts';
import { freePort, preferPort } from '../../src/embedded/ports.ts';
import { endProcess, isAlive } from '../../src/embedded/process-info.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'embedded-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A live process that is not ours in name: it waits for its end. */
async function sleeper(): Promise<{ pid: number; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  return { pid, end: () => endProcess(pid, 'SIGKILL', 5_000) };
}

function holderFile(holder: object): string {
  const file = path.join(dir, 'lock.json');
  writeFileSync(file, JSON.stringify({ ...holder, nonce: 'theirs' }));
  return file;
}

describe('lockDataDir', () => {
  test('a second holder is told who has it; after the release it gets it', () => {
    const first = lockDataDir(dir);
    expect(() => lockDataDir(dir)).toThrow(DataDirInUseError);
    expect(() => lockDataDir(dir)).toThrow(String(process.pid));
    first.release();
    first.release();
    lockDataDir(dir).release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('another live process holds it by its identity', async () => {
    const other = await sleeper();
    try {
      holderFile(describeProcess(other.pid));
      expect(() => lockDataDir(dir)).toThrow(`process ${other.pid}`);
    } finally {
      await other.end();
    }
    lockDataDir(dir).release();
  });

  test('a pid that was given to another program is no obstacle', async () => {
    const other = await sleeper();
    try {
      holderFile({ ...describeProcess(other.pid), birth: 'another life' });
      lockDataDir(dir).release();
      holderFile({ ...describeProcess(other.pid), command: 'another program' });
      lockDataDir(dir).release();
    } finally {
      await other.end();
    }
  });

  test('our own pid of an earlier life, and a file cut short, are no obstacle', () => {
    holderFile(describeProcess(process.pid));
    lockDataDir(dir).release();
    writeFileSync(path.join(dir, 'lock.json'), '{"pid":');
    const lock = lockDataDir(dir);
    expect(existsSync(path.join(dir, 'lock.json'))).toBe(true);
    lock.release();
  });

  test('a release does not take away what has become the lock of another', () => {
    const file = path.join(dir, 'lock.json');
    const lock = tryLock(file);
    holderFile(describeProcess(process.pid));
    if ('release' in lock) lock.release();
    expect(existsSync(file)).toBe(true);
  });
});

describe('left-behind servers', () => {
  test('a live one is recognised, a dead one and another program are not', async () => {
    const file = path.join(dir, 'pid.json');
    expect(findLeftBehind(file)).toBeNull();
    const other = await sleeper();
    writePidFile(file, other.pid);
    expect(findLeftBehind(file)?.pid).toBe(other.pid);
    writeFileSync(file, JSON.stringify({ ...describeProcess(other.pid), command: 'postgres' }));
    expect(findLeftBehind(file)).toBeNull();
    writePidFile(file, other.pid);
    await other.end();
    expect(isAlive(other.pid)).toBe(false);
    expect(findLeftBehind(file)).toBeNull();
  });
});

describe('ports and exit hooks', () => {
  test('the preferred port if it is free, else another', async () => {
    const port = await freePort();
    expect(await preferPort(port)).toBe(port);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const next = await preferPort(port);
    expect(next).not.toBe(port);
    server.close();
    await once(server, 'close');
  });

  test('all hooks share one listener, which goes with the last', () => {
    const before = process.listenerCount('exit');
    const forget = [onProcessExit(() => undefined), onProcessExit(() => undefined)];
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const off of forget) off();
    expect(process.listenerCount('exit')).toBe(before);
  });
});
