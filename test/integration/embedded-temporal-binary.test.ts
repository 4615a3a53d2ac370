import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveTemporalBinary } from '../../src/embedded/temporal-binary.ts';
import { downloadTemporal } from '../../src/embedded/temporal-download.ts';

const log = { info: () => undefined, warn: () => undefined };
const ANSWER = 'echo "temporal version 9.9.9 (Server 1.29.1, UI 2.42.1)"';
/** What go does, as far as we use it: `go version`, and `go install`, which writes the binary into GOBIN. */
const FAKE_GO = `
if [ "$1" = version ]; then echo "go version go1.26.8 test/test"; exit 0; fi
echo "$@" >> "$GO_CALLS"
sleep 0.3
mkdir -p "$GOBIN" "$GOMODCACHE"
printf '#!/bin/sh\\n%s\\n' '${ANSWER}' > "$GOBIN/temporal"`;

let dir: string;
let cacheDir: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'embedded-binary-'));
  cacheDir = path.join(dir, 'cache');
  env = { PATH: `${path.join(dir, 'bin')}:/usr/bin:/bin`, GO_CALLS: path.join(dir, 'go-calls') };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function script(file: string, body: string): string {
  const full = path.join(dir, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n${body}\n`);
  chmodSync(full, 0o755);
  return full;
}

const offline = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('host not found') }));
const resolve = (options: Partial<Parameters<typeof resolveTemporalBinary>[0]> = {}) =>
  resolveTemporalBinary({ env, cacheDir, log, fetch: offline, ...options });

describe('resolveTemporalBinary', () => {
  test('each way is taken when those before it are not there', async () => {
    script('bin/go', FAKE_GO);
    const built = path.join(cacheDir, 'temporal-1.5.1');
    expect(await resolve()).toEqual({ path: built, source: 'go install' });
    expect(readFileSync(env.GO_CALLS ?? '', 'utf8')).toContain(
      '-trimpath -ldflags -s -w github.com/temporalio/cli/cmd/temporal@v1.5.1',
    );
    expect(readdirSync(cacheDir)).toEqual(['temporal-1.5.1']);

    rmSync(built);
    const onPath = script('bin/temporal', ANSWER);
    expect(await resolve()).toEqual({ path: onPath, source: 'PATH' });

    script('cache/temporal-1.5.1', ANSWER);
    expect(await resolve()).toEqual({ path: built, source: 'cache' });

    const chosen = script('chosen', ANSWER);
    expect(await resolve({ env: { ...env, TEMPORAL_CLI_PATH: chosen } })).toEqual({
      path: chosen,
      source: 'TEMPORAL_CLI_PATH',
    });
  });

  test('TEMPORAL_CLI_PATH is an order: nothing else is tried', async () => {
    script('cache/temporal-1.5.1', ANSWER);
    const wrong = resolve({ env: { ...env, TEMPORAL_CLI_PATH: path.join(dir, 'absent') } });
    await expect(wrong).rejects.toThrow(/TEMPORAL_CLI_PATH is .*absent.*not there/);
  });

  test('what does not run, is something else or is too old is passed over', async () => {
    script('cache/temporal-1.5.1', 'exit 1');
    script('bin/temporal', 'echo "temporal version 0.10.0 (Server 1.21.0, UI 2.0.0)"');
    script('bin/go', FAKE_GO);
    expect(await resolve()).toMatchObject({ source: 'go install' });
    expect(readFileSync(path.join(cacheDir, 'temporal-1.5.1'), 'utf8')).toContain('9.9.9');
  });

  test('when nothing works the error names every way and why it failed', async () => {
    script('bin/temporal', 'echo "a library for time"');
    script('bin/go', 'echo "go version go1.19.8 test/test"');
    const error = await resolve().catch((reason: unknown) => reason);
    const text = String(error);
    for (const part of [
      'TEMPORAL_ADDRESS',
      'TEMPORAL_CLI_PATH',
      cacheDir,
      'a library for time',
      'host not found',
      '1.19',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('https://temporal.download/cli/archive/v1.5.1');
    expect(readdirSync(cacheDir)).toEqual([]);

    rmSync(path.join(dir, 'bin', 'go'));
    await expect(resolve({ env: { ...env, PATH: path.join(dir, 'bin') } })).rejects.toThrow(
      /go is not installed/,
    );
  });

  test('leftovers of a fetch that was killed are removed', async () => {
    script('bin/go', FAKE_GO);
    mkdirSync(path.join(cacheDir, 'temporal-work-old', 'mod'), { recursive: true });
    await resolve();
    expect(existsSync(path.join(cacheDir, 'temporal-work-old'))).toBe(false);
  });

  test('two processes at once: one builds, the other waits for it', async () => {
    script('bin/go', FAKE_GO);
    const module = new URL('../../src/embedded/temporal-binary.ts', import.meta.url).href;
    const code = `
      import { resolveTemporalBinary } from ${JSON.stringify(module)};
      const { source } = await resolveTemporalBinary({
        env: process.env, cacheDir: ${JSON.stringify(cacheDir)}, log: { info() {}, warn() {} },
        fetch: () => Promise.reject(new Error('offline')),
      });
      console.log(source);`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', code];
    const run = async () => {
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += String(chunk);
      });
      await once(child, 'close');
      return text.trim();
    };
    const sources = await Promise.all([run(), run(), run()]);
    expect(sources.sort()).toEqual(['cache', 'cache', 'go install']);
    expect(
      readFileSync(env.GO_CALLS ?? '', 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });
});

describe('downloadTemporal', () => {
  function archive(): Buffer {
    script('packed/temporal', ANSWER);
    const file = path.join(dir, 'a.tar.gz');
    execFileSync('tar', ['-czf', file, '-C', path.join(dir, 'packed'), 'temporal']);
    return readFileSync(file);
  }
  const answering = (body: Buffer) => async () => new Response(new Uint8Array(body));

  test('the binary comes out of an archive with the right checksum', async () => {
    const body = archive();
    const sha256 = createHash('sha256').update(body).digest('hex');
    const file = await downloadTemporal({
      source: { url: 'http://x/', sha256 },
      workDir: dir,
      log,
      fetch: answering(body),
    });
    expect(execFileSync(file, { encoding: 'utf8' })).toContain('9.9.9');
  });

  test('an archive with another checksum is refused and not unpacked', async () => {
    const source = { url: 'http://x/', sha256: '0'.repeat(64) };
    const done = downloadTemporal({ source, workDir: dir, log, fetch: answering(archive()) });
    await expect(done).rejects.toThrow(/checksum mismatch/);
    expect(existsSync(path.join(dir, 'temporal'))).toBe(false);
  });

  test('an answer other than 200 is an error with its status', async () => {
    const source = { url: 'http://x/', sha256: '0'.repeat(64) };
    const done = downloadTemporal({
      source,
      workDir: dir,
      log,
      fetch: async () => new Response('no', { status: 404 }),
    });
    await expect(done).rejects.toThrow(/404/);
  });
});
