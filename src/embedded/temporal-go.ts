import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { onProcessExit } from './exit-hooks.ts';
import type { EmbeddedLog } from './log.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

const OLDEST_GO = [1, 25] as const;
/** What `go install -v` prints in an empty cache: downloads and packages. Only good for saying how far it is. */
const EXPECTED_LINES = 1_500;
/** Four minutes on two cores; this bound is for machines that are ten times slower. */
const BUILD_TIMEOUT_MS = 40 * 60_000;
const PROGRESS_EVERY_MS = 15_000;

/** Null when `go` is there and new enough, else why not. `output` is that of `go version`: "go version go1.26.8 linux/amd64". */
export function whyNotGo(output: string): string | null {
  const match = /go version go(\d+)\.(\d+)/.exec(output);
  if (!match) return `it does not say its version: ${output.trim().slice(0, 80)}`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const enough = major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]);
  return enough ? null : `it is ${major}.${minor}, ${OLDEST_GO.join('.')} or later is needed`;
}

/**
 * The environment of the build. GOOS and GOARCH go, since a cross-compiled binary would be of no use (and Go refuses
 * GOBIN then). The caches are our own, thrown away with `workDir`, unless the user has named theirs: three gigabytes
 * for one binary are not to stay behind on somebody's disk. GOFLAGS, GOPROXY and the rest are left as they are.
 */
export function goEnv(env: NodeJS.ProcessEnv, workDir: string): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _arch, ...rest } = env;
  return {
    ...rest,
    GOBIN: path.join(workDir, 'bin'),
    GOMODCACHE: env.GOMODCACHE ?? path.join(workDir, 'mod'),
    GOCACHE: env.GOCACHE ?? path.join(workDir, 'cache'),
    GOTMPDIR: workDir,
  };
}

/**
 * Builds the CLI with the user's Go below `workDir` (some 3 GB while it lasts; the caller throws it away) and returns
 * the binary's path there. Throws when Go is absent or too old, when it fails (with its last lines), or after 40 minutes.
 */
export async function goInstallTemporal(options: {
  env: NodeJS.ProcessEnv;
  workDir: string;
  log: EmbeddedLog;
  signal?: AbortSignal | undefined;
}): Promise<string> {
  const { env, workDir, log } = options;
  // cwd: a go.mod or go.work above the current folder would have a say otherwise.
  const where = { cwd: workDir, env: goEnv(env, workDir) };
  const { stdout } = await promisify(execFile)('go', ['version'], {
    ...where,
    timeout: 20_000,
    encoding: 'utf8',
  });
  const fault = whyNotGo(stdout);
  if (fault !== null) throw new Error(fault);

  // -modcacherw: else the module cache is read-only and could not be thrown away.
  const args = ['install', '-v', '-modcacherw', '-trimpath', '-ldflags', '-s -w'];
  const target = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;
  log.info({ target }, 'building Temporal with go install: three to five minutes, once; the binary is kept');
  await runGo([...args, target], where, log, options.signal);
  return path.join(workDir, 'bin', process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}

function runGo(
  args: string[],
  where: { cwd: string; env: NodeJS.ProcessEnv },
  log: EmbeddedLog,
  signal: AbortSignal | undefined,
): Promise<void> {
  const started = performance.now();
  const go = spawn('go', args, {
    ...where,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    timeout: BUILD_TIMEOUT_MS,
  });
  const forget = onProcessExit(() => go.kill());
  let lines = 0;
  let tail = '';
  go.stderr.setEncoding('utf8').on('data', (text: string) => {
    lines += text.split('\n').length - 1;
    tail = (tail + text).slice(-2_000);
  });
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    const percent = Math.min(99, Math.round((100 * lines) / EXPECTED_LINES));
    log.info({ seconds, percent }, `building Temporal: ${seconds} s, about ${percent} % of the packages`);
  }, PROGRESS_EVERY_MS);
  return new Promise<void>((resolve, reject) => {
    go.once('error', reject);
    go.once('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new Error(`go install ended with ${killedBy ?? `code ${code}`}: ${tail.trim()}`));
    });
  }).finally(() => {
    clearInterval(progress);
    forget();
  });
}
