import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { EmbeddedLog } from './log.ts';
import { findLeftBehind, removePidFile, writePidFile } from './pid-file.ts';
import { poll } from './poll.ts';
import { freePort, isPortFree } from './ports.ts';
import { endProcess } from './process-info.ts';
import { type ServerExit, type ServerProcess, spawnServer } from './server-process.ts';
import { isServing, type SearchAttributeKind } from './temporal-ready.ts';

export interface TemporalServerOptions {
  /** Temporal's CLI, as `resolveTemporalBinary` finds it. */
  binary: string;
  /** Folder for the database, the log and the pid file. Absent: everything in memory, gone with the server. */
  dataDir?: string | undefined;
  /** gRPC port; one the operating system gives if absent. */
  port?: number | undefined;
  /** Port of the web UI; without one, and with 'headless', there is no UI. */
  uiPort?: number | 'headless' | undefined;
  /** Port of its Prometheus metrics; one of its own choice if absent. */
  metricsPort?: number | undefined;
  /** Asked for both ports instead, after a server that was left behind has freed its own. */
  choosePorts?: (() => Promise<{ port: number; uiPort: number }>) | undefined;
  /** Registered before the server counts as started, also in a database made without them. */
  searchAttributes: Readonly<Record<string, SearchAttributeKind>>;
  namespace?: string | undefined;
  log: EmbeddedLog;
}

export interface TemporalServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly uiUrl?: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** Calls `listener` if the server ends without having been asked to. */
  onExit(listener: (exit: ServerExit) => void): void;
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;
/** A port the system gave may be gone when the server binds it; three in a row are not bad luck any more. */
const PORT_ATTEMPTS = 3;

/**
 * Starts `temporal server start-dev` on 127.0.0.1 and returns when it answers for the namespace and knows the search
 * attributes. A server that a killed process left behind on the same folder is ended first, since two cannot share
 * the database. Throws with the server's last lines when it ends at start, and when it does not serve within a minute.
 */
export async function startTemporalServer(wished: TemporalServerOptions): Promise<TemporalServer> {
  const dataDir = wished.dataDir === undefined ? undefined : path.resolve(wished.dataDir);
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const files = dataDir === undefined ? undefined : filesIn(dataDir);
  if (files !== undefined) await endLeftBehind(files.pid, wished.log);
  const options = { ...wished, ...(await wished.choosePorts?.()), dataDir };

  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    // Looked at first, or another Temporal on that port would answer for ours while ours is still failing.
    if (!(await isPortFree(port))) throw new Error(`port ${port} for Temporal is already in use on ${HOST}`);
    const server = await spawnServer({
      command: options.binary,
      args: startDevArgs(options, port),
      env: withoutTemporalSettings(process.env),
      logFile: files?.log,
      stopSignal: 'SIGTERM',
      stopGraceMs: STOP_GRACE_MS,
    });
    if (files !== undefined) writePidFile(files.pid, server.pid);
    try {
      await waitUntilServing(server, `${HOST}:${port}`, options);
      return describe(server, port, options, files?.pid);
    } catch (error) {
      await server.stop();
      if (files !== undefined) removePidFile(files.pid);
      // the dev server takes ports of its own choice as well; one lost to another program ends it with a Go trace
      const portTaken = /address already in use|\.go:\d+ \+0x/i.test(server.lastLines());
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function filesIn(dataDir: string): { pid: string; log: string } {
  return { pid: path.join(dataDir, 'temporal.pid.json'), log: path.join(dataDir, 'temporal.log') };
}

async function endLeftBehind(pidFile: string, log: EmbeddedLog): Promise<void> {
  const old = findLeftBehind(pidFile);
  if (old !== null) {
    log.warn(
      { serverPid: old.pid },
      `a Temporal server of an earlier run (process ${old.pid}) was left behind; ending it`,
    );
    await endProcess(old.pid, 'SIGTERM', STOP_GRACE_MS);
  }
  removePidFile(pidFile);
}

/** Arguments of `temporal`. Exported for its test. */
export function startDevArgs(
  {
    dataDir,
    uiPort,
    metricsPort,
    searchAttributes,
    namespace,
  }: Omit<TemporalServerOptions, 'binary' | 'log'>,
  port: number,
): string[] {
  const args = ['server', 'start-dev', '--ip', HOST, '--port', String(port), '--log-level', 'error'];
  // By default each history shard polls its queue 20 times a second, and an activity costs 95 ms instead of 11.
  args.push('--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000');
  args.push('--dynamic-config-value', 'history.timerProcessorMaxPollRPS=2000');
  if (uiPort === undefined || uiPort === 'headless') args.push('--headless');
  else args.push('--ui-port', String(uiPort));
  if (metricsPort !== undefined) args.push('--metrics-port', String(metricsPort));
  if (dataDir !== undefined) args.push('--db-filename', path.join(dataDir, 'temporal.db'));
  if (namespace !== undefined && namespace !== 'default') args.push('--namespace', namespace);
  for (const [name, kind] of Object.entries(searchAttributes))
    args.push('--search-attribute', `${name}=${kind}`);
  return args;
}

/** The CLI reads TEMPORAL_* as settings of its own: those of our user are meant for our client, not for this server. */
function withoutTemporalSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function waitUntilServing(
  server: ServerProcess,
  address: string,
  options: TemporalServerOptions,
): Promise<void> {
  const { namespace = 'default', searchAttributes } = options;
  const serving = () => {
    if (!server.isRunning())
      throw new Error(`Temporal has ended at start. Its last lines:\n${server.lastLines()}`);
    return isServing({ address, namespace, searchAttributes });
  };
  try {
    await poll(serving, { what: `Temporal to serve on ${address}`, timeoutMs: START_TIMEOUT_MS });
  } catch (error) {
    if (!server.isRunning()) throw error;
    throw new Error(`Temporal does not come up. Its last lines:\n${server.lastLines()}`, { cause: error });
  }
}

function describe(
  server: ServerProcess,
  port: number,
  { uiPort }: TemporalServerOptions,
  pidFile: string | undefined,
): TemporalServer {
  return {
    address: `${HOST}:${port}`,
    ...(typeof uiPort === 'number' ? { uiUrl: `http://${HOST}:${uiPort}` } : {}),
    pid: server.pid,
    onExit: server.onExit,
    async stop() {
      await server.stop();
      if (pidFile !== undefined) removePidFile(pidFile);
    },
  };
}
