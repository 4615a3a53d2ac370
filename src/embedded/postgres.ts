import path from 'node:path';
import type { EmbeddedLog } from './log.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';
import { findPostgres, programsIn } from './postgres-binaries.ts';
import { type Cluster, ensureCluster } from './postgres-cluster.ts';
import { findLiveServer } from './postgres-pid-file.ts';
import { choosePlace } from './postgres-place.ts';
import { urlOf, waitUntilReady } from './postgres-ready.ts';
import { type ServerUser, serverUser } from './postgres-user.ts';
import { adoptServer, type ServerExit, type ServerProcess, spawnServer } from './server-process.ts';

export interface PostgresOptions {
  /** Folder of the cluster and its log. Hold `lockDataDir` on it: a second program would adopt our server. */
  dataDir: string;
  /** TCP port on 127.0.0.1; one the operating system gives if absent. An adopted server keeps its own. */
  port?: number | undefined;
  /** False for databases that are thrown away: faster, and lost when the machine (not merely the program) crashes. */
  fsync?: boolean | undefined;
  /** Server parameters, as in postgresql.conf. They do not reach a server that is adopted. */
  settings?: Readonly<Record<string, string | number | boolean>> | undefined;
  log: EmbeddedLog;
}

export interface PostgresServer {
  /** With the password: not for a log. */
  readonly url: string;
  readonly port: number;
  /** Folder of the Unix socket, for clients on this machine; null when there is none. */
  readonly socketDir: string | null;
  readonly passwordFile: string;
  readonly pid: number;
  /** Where the data really is: not always where it was wished. */
  readonly dataDir: string;
  /** The server was running already, left behind by a process that was killed. */
  readonly adopted: boolean;
  stop(): Promise<void>;
  /** Calls `listener` if the server ends without having been asked to. */
  onExit(listener: (exit: ServerExit) => void): void;
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are cut and what is in memory is written. */
const STOP = { stopSignal: 'SIGINT', stopGraceMs: 30_000 } as const;
const START_TRIES_TIMEOUT_MS = 20_000;
/** The shortest limit among the systems (macOS) for the path of a Unix socket, less one for its end. */
const SOCKET_PATH_LIMIT = 103;

/**
 * Starts PostgreSQL on a folder of ours, or adopts the one that a killed process left running there, and returns when
 * it answers. Throws with the server's last lines when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { log, fsync = true } = options;
  const user = await serverUser();
  const wished = { nativeDir: await findPostgres(), dataDir: path.resolve(options.dataDir) };
  const { nativeDir, dataDir } = await choosePlace(wished, user, log);
  const cluster = await ensureCluster({ dataDir, nativeDir, user, fsync });
  const logFile = path.join(dataDir, 'postgres.log');

  const adopted = await adopt(cluster, dataDir, logFile);
  if (adopted !== null) {
    log.info(
      { serverPid: adopted.pid },
      `PostgreSQL of an earlier run (process ${adopted.pid}) is still running; going on with it`,
    );
    return adopted;
  }
  return poll(() => tryStart(options, { nativeDir, dataDir, user, cluster, logFile }), {
    what: 'PostgreSQL to get its port and its memory',
    timeoutMs: START_TRIES_TIMEOUT_MS,
    everyMs: 200,
  });
}

/** Null when no live server holds the cluster, or it ends while we look (it was being stopped). */
async function adopt(cluster: Cluster, dataDir: string, logFile: string): Promise<PostgresServer | null> {
  const old = await findLiveServer(cluster.dir);
  if (old === null) return null;
  const server = adoptServer(old.pid, { ...STOP, logFile });
  const ready = await waitUntilReady(server, cluster);
  return ready && { ...describe(server, ready, cluster, dataDir), adopted: true };
}

interface Prepared {
  nativeDir: string;
  dataDir: string;
  user: ServerUser | undefined;
  cluster: Cluster;
  logFile: string;
}

/** Undefined when it is worth another try: the port was taken just now, or the sessions of a killed server still hold its memory. */
async function tryStart(options: PostgresOptions, prepared: Prepared): Promise<PostgresServer | undefined> {
  const { nativeDir, dataDir, user, cluster, logFile } = prepared;
  const port = options.port ?? (await freePort());
  const server = await spawnServer({
    command: programsIn(nativeDir).postgres,
    args: ['-D', cluster.dir, ...parameters(options, port, cluster.dir)],
    cwd: cluster.dir,
    env: { ...process.env, LC_ALL: 'C' },
    user: user && { uid: user.uid, gid: user.gid },
    logFile,
    ...STOP,
  });
  try {
    const ready = await waitUntilReady(server, cluster);
    if (ready !== null) return describe(server, ready, cluster, dataDir);
  } catch (error) {
    await server.stop();
    throw new Error(`PostgreSQL does not come up. Its last lines:\n${server.lastLines()}`, { cause: error });
  }
  const said = server.lastLines();
  const portTaken = options.port === undefined && /could not bind/.test(said);
  if (portTaken || /pre-existing shared memory block/.test(said)) return undefined;
  throw new Error(`PostgreSQL has ended at start. Its last lines:\n${said}`);
}

function parameters(
  { fsync = true, settings = {} }: PostgresOptions,
  port: number,
  clusterDir: string,
): string[] {
  const socket = process.platform !== 'win32' && `${clusterDir}/.s.PGSQL.65535`.length <= SOCKET_PATH_LIMIT;
  const all: Record<string, string | number | boolean> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: socket ? clusterDir : '',
    // A checkpoint every five minutes is no news.
    log_checkpoints: false,
    ...(fsync ? {} : { fsync: false, full_page_writes: false }),
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function describe(
  { pid, stop, onExit }: ServerProcess,
  { port, socketDir }: { port: number; socketDir: string | null },
  { password, passwordFile }: Cluster,
  dataDir: string,
): PostgresServer {
  return {
    url: urlOf(port, password),
    port,
    socketDir,
    passwordFile,
    pid,
    dataDir,
    adopted: false,
    stop,
    onExit,
  };
}
