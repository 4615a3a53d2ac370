import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { defaultCacheDir } from './cache-dir.ts';
import type { EmbeddedLog } from './log.ts';
import { fetchTemporal } from './temporal-fetch.ts';
import { TEMPORAL_CLI_VERSION, whyNotTemporal } from './temporal-version.ts';

export interface TemporalBinary {
  path: string;
  source: 'TEMPORAL_CLI_PATH' | 'cache' | 'PATH' | 'download' | 'go install';
}

export interface ResolveTemporalOptions {
  env: NodeJS.ProcessEnv;
  /** Where a fetched binary is kept; `defaultCacheDir(env)` if absent. */
  cacheDir?: string | undefined;
  log: EmbeddedLog;
  /** Ends a download or build that is under way. */
  signal?: AbortSignal | undefined;
  /** Used instead of the global fetch for the official download. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** No way led to a binary; the message names all of them, and why each failed. */
export class NoTemporalBinaryError extends Error {
  override readonly name = 'NoTemporalBinaryError';
}

const EXE = process.platform === 'win32' ? '.exe' : '';

/**
 * Finds Temporal's CLI, or fetches it once and keeps it: TEMPORAL_CLI_PATH, our cache folder, `temporal` on the PATH,
 * the official download, `go install`. Each candidate must run before it is taken. TEMPORAL_CLI_PATH is an order: if
 * that one does not run, nothing else is tried. Throws NoTemporalBinaryError.
 */
export async function resolveTemporalBinary(options: ResolveTemporalOptions): Promise<TemporalBinary> {
  const { env, log, signal, fetch, cacheDir = defaultCacheDir(env) } = options;
  if (env.TEMPORAL_CLI_PATH) {
    const chosen = path.resolve(env.TEMPORAL_CLI_PATH);
    const fault = await whyUnusable(chosen);
    if (fault !== null)
      throw new NoTemporalBinaryError(`TEMPORAL_CLI_PATH is ${chosen}, which is of no use: ${fault}`);
    return { path: chosen, source: 'TEMPORAL_CLI_PATH' };
  }

  const cached = path.join(cacheDir, `temporal-${TEMPORAL_CLI_VERSION}${EXE}`);
  const cacheFault = await whyUnusable(cached);
  if (cacheFault === null) return { path: cached, source: 'cache' };

  const onPath = await findOnPath(env);
  const pathFault = onPath === null ? 'not there' : await whyUnusable(onPath);
  if (onPath !== null && pathFault === null) return { path: onPath, source: 'PATH' };

  const fetched = await fetchTemporal({ env, destination: cached, log, signal, fetch });
  if (fetched.source !== null) return { path: cached, source: fetched.source };
  throw new NoTemporalBinaryError(
    howToHelp([
      'TEMPORAL_CLI_PATH: not set',
      `our cache folder (${cached}): ${cacheFault}`,
      `temporal on the PATH${onPath ? ` (${onPath})` : ''}: ${pathFault}`,
      ...fetched.failures,
    ]),
  );
}

function can(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

async function whyUnusable(file: string): Promise<string | null> {
  if (!(await can(file, constants.F_OK))) return 'not there';
  return whyNotTemporal(file);
}

async function findOnPath(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env.PATH ?? env.Path ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, `temporal${EXE}`);
    if (folder !== '' && (await can(candidate, constants.X_OK))) return candidate;
  }
  return null;
}

function howToHelp(tried: string[]): string {
  return [
    'There is no Temporal server to start on this machine. Tried:',
    ...tried.map((line) => `  - ${line}`),
    'Any one of these helps: set TEMPORAL_ADDRESS to a server that runs already · set TEMPORAL_CLI_PATH to the Temporal ' +
      'CLI · install the Temporal CLI so that `temporal` is on the PATH · let this machine reach the official download · ' +
      'install Go 1.25 or later, and it is built.',
  ].join('\n');
}
