import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** Stands for npm: two at once would be seen in `npm-calls`. Like npm, it writes its own lock file last. */
const FAKE_NPM = `
const fs = require('node:fs');
fs.appendFileSync('npm-calls', 'begin ' + process.argv.slice(2).join(' ') + '\\n');
if (fs.existsSync('npm-fails')) process.exit(3);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
fs.mkdirSync('node_modules', { recursive: true });
const { packages } = JSON.parse(fs.readFileSync('package-lock.json'));
delete packages[''];
delete packages['node_modules/for-a-mac'];
fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
fs.appendFileSync('npm-calls', 'end\\n');
`;

let clone: string;
beforeEach(() => {
  clone = mkdtempSync(path.join(os.tmpdir(), 'embedded-bootstrap-'));
  mkdirSync(path.join(clone, 'scripts'));
  cpSync(
    fileURLToPath(new URL('../../scripts/bootstrap.mjs', import.meta.url)),
    path.join(clone, 'scripts', 'bootstrap.mjs'),
  );
  writeFileSync(path.join(clone, 'npm-cli.js'), FAKE_NPM);
  writeLock('1.0.0');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function writeLock(version: string): void {
  const packages = {
    '': { name: 'clone' },
    'node_modules/a': { version, integrity: `sha512-${version}` },
    'node_modules/tool': { version: '2.0.0', integrity: 'sha512-t', dev: true },
    'node_modules/for-a-mac': { version: '3.0.0', integrity: 'sha512-m', optional: true },
  };
  writeFileSync(path.join(clone, 'package-lock.json'), JSON.stringify({ packages }));
}

async function bootstrap(env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [path.join(clone, 'scripts', 'bootstrap.mjs')], {
    cwd: os.tmpdir(),
    env: { PATH: process.env.PATH, npm_execpath: path.join(clone, 'npm-cli.js'), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const [code] = await once(child, 'close');
  return { code: Number(code), output };
}

function npmCalls(): string[] {
  const file = path.join(clone, 'npm-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

describe('scripts/bootstrap.mjs', () => {
  test('a fresh clone is installed once, with one line about it; then nothing is done or said', async () => {
    const first = await bootstrap();
    expect(first.code).toBe(0);
    expect(first.output.trim().split('\n')).toHaveLength(1);
    expect(await bootstrap()).toEqual({ code: 0, output: '' });
    expect(npmCalls()).toEqual(['begin ci --no-audit --no-fund --include=dev', 'end']);
  });

  test('a lock file with new times but the same content is nothing new; other content is, whatever its times', async () => {
    await bootstrap();
    writeLock('1.0.0');
    expect(await bootstrap()).toEqual({ code: 0, output: '' });
    writeLock('1.0.1');
    expect((await bootstrap()).output).toContain('node_modules/a has changed');
    expect(npmCalls()).toHaveLength(4);
  });

  test('an interrupted install is done again', async () => {
    await bootstrap();
    rmSync(path.join(clone, 'node_modules', '.package-lock.json'));
    expect((await bootstrap()).output).toContain('missing or incomplete');
  });

  test('npm start does without the packages for development, npm test does not', async () => {
    await bootstrap();
    const file = path.join(clone, 'node_modules', '.package-lock.json');
    const { packages } = JSON.parse(readFileSync(file, 'utf8'));
    delete packages['node_modules/tool'];
    writeFileSync(file, JSON.stringify({ packages }));
    expect(await bootstrap({ npm_lifecycle_event: 'prestart' })).toEqual({ code: 0, output: '' });
    expect((await bootstrap({ npm_lifecycle_event: 'pretest' })).output).toContain(
      'node_modules/tool is not installed',
    );
  });

  test('several at once: one installs, the others wait', async () => {
    const all = await Promise.all([bootstrap(), bootstrap(), bootstrap(), bootstrap()]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(npmCalls()).toEqual(['begin ci --no-audit --no-fund --include=dev', 'end']);
  });

  test('the lock of a dead process is broken', async () => {
    const dead = spawn(process.execPath, ['-e', '0']);
    await once(dead, 'exit');
    mkdirSync(path.join(clone, '.pagesync'));
    writeFileSync(path.join(clone, '.pagesync', 'bootstrap.lock'), String(dead.pid));
    expect((await bootstrap()).code).toBe(0);
    expect(existsSync(path.join(clone, '.pagesync', 'bootstrap.lock'))).toBe(false);
  });

  test("npm's failure is passed on with its code, and the lock is given back", async () => {
    writeFileSync(path.join(clone, 'npm-fails'), '');
    const failed = await bootstrap();
    expect(failed.code).toBe(3);
    expect(failed.output).toContain('npm ci failed');
    expect(existsSync(path.join(clone, '.pagesync', 'bootstrap.lock'))).toBe(false);
  });
});
