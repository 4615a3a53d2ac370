import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { waitForLock } from './lock.ts';
import type { EmbeddedLog } from './log.ts';
import { downloadTemporal, officialArchive } from './temporal-download.ts';
import { goInstallTemporal } from './temporal-go.ts';
import { whyNotTemporal } from './temporal-version.ts';

export interface FetchTemporalOptions {
  env: NodeJS.ProcessEnv;
  /** The file that the binary becomes, in a folder of our own. */
  destination: string;
  log: EmbeddedLog;
  signal?: AbortSignal | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

/** Where the binary came from; `cache` when another process put it there while we waited; null with the reasons when no way worked. */
export interface FetchOutcome {
  source: 'cache' | 'download' | 'go install' | null;
  failures: string[];
}

type Way = { source: 'download' | 'go install'; what: string; run: (workDir: string) => Promise<string> };

const WORK_PREFIX = 'temporal-work-';

/** Longer than the Go build may take, so that the one who waits does not give up before the one who builds. */
const WAIT_FOR_OTHER_MS = 45 * 60_000;

/**
 * Fetches the binary by the first way that works and puts it in place with a rename, so that a file of that name is
 * always whole. One process at a time; the others wait and find it in place. Throws only when aborted or when the
 * folder cannot be written.
 */
export async function fetchTemporal(options: FetchTemporalOptions): Promise<FetchOutcome> {
  const { destination, log, signal } = options;
  const folder = path.dirname(destination);
  const lock = await waitForLock(`${destination}.lock`, {
    timeoutMs: WAIT_FOR_OTHER_MS,
    signal,
    onWait: ({ pid }) =>
      log.info({ holderPid: pid }, `process ${pid} is fetching Temporal already; waiting for it`),
  });
  try {
    if ((await whyNotTemporal(destination)) === null) return { source: 'cache', failures: [] };
    await removeLeftovers(folder);
    return await tryWays(options, folder);
  } finally {
    lock.release();
  }
}

async function tryWays(options: FetchTemporalOptions, folder: string): Promise<FetchOutcome> {
  const { destination, log, signal } = options;
  const failures: string[] = [];
  for (const { source, what, run } of waysOf(options)) {
    const workDir = await mkdtemp(path.join(folder, WORK_PREFIX));
    try {
      const fresh = await run(workDir);
      await chmod(fresh, 0o755);
      const fault = await whyNotTemporal(fresh);
      if (fault !== null) throw new Error(`what came does not run: ${fault}`);
      await rename(fresh, destination);
      log.info({ path: destination, source }, 'Temporal is ready, and kept for the next time');
      return { source, failures };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`${what}: ${reasonOf(error)}`);
      log.warn({ source, reason: reasonOf(error) }, `no Temporal by ${what}`);
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  }
  return { source: null, failures };
}

function waysOf({ env, log, signal, fetch }: FetchTemporalOptions): Way[] {
  const archive = officialArchive(process.platform, process.arch);
  return [
    {
      source: 'download',
      what: `the official download${archive ? ` (${archive.url})` : ''}`,
      run: async (workDir) => {
        if (archive === null)
          throw new Error(`no checksum is known for ${process.platform} on ${process.arch}`);
        return downloadTemporal({ source: archive, workDir, log, fetch, signal });
      },
    },
    {
      source: 'go install',
      what: 'go install',
      run: (workDir) => goInstallTemporal({ env, workDir, log, signal }),
    },
  ];
}

/** A fetch that was killed leaves up to 3 GB behind. Only called by the holder of the lock, so nobody is using them. */
async function removeLeftovers(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name.startsWith(WORK_PREFIX)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** fetch hides what went wrong ("fetch failed") in the cause; spawn says ENOENT when the program is not installed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT' && 'path' in error) return `${error.path} is not installed`;
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
