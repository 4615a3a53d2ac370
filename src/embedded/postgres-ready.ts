import { realpath } from 'node:fs/promises';
import postgres from 'postgres';
import { poll } from './poll.ts';
import { type Cluster, POSTGRES_DATABASE, POSTGRES_USER } from './postgres-cluster.ts';
import { type PostmasterPid, readPostmasterPid } from './postgres-pid-file.ts';
import type { ServerProcess } from './server-process.ts';

/** Crash recovery of a large database comes before the first answer. */
const READY_TIMEOUT_MS = 120_000;

/** With the password: not for a log. */
export function urlOf(port: number, password: string): string {
  return `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;
}

/**
 * Waits until the server answers queries on the cluster and returns its note; null when it ends before that.
 * Throws when it turns the connection down for good (a wrong password), and after two minutes.
 */
export async function waitUntilReady(
  server: ServerProcess,
  cluster: Cluster,
): Promise<{ port: number; socketDir: string | null } | null> {
  const outcome = await poll(
    async () => {
      if (!server.isRunning()) return 'ended';
      const note = await readPostmasterPid(cluster.dir);
      // A note of another pid is one that a killed server left; it is replaced in a moment.
      if (note === null || note.pid !== server.pid || !note.ready || note.port === null) return undefined;
      return (await answers(note, cluster)) ? { port: note.port, socketDir: note.socketDir } : undefined;
    },
    { what: `PostgreSQL (process ${server.pid}) to answer`, timeoutMs: READY_TIMEOUT_MS },
  );
  return outcome === 'ended' ? null : outcome;
}

/** False when it is only a matter of time: coming up, going down, or gone between two looks. */
async function answers(note: PostmasterPid, cluster: Cluster): Promise<boolean> {
  const sql = postgres(urlOf(note.port ?? 0, cluster.password), {
    max: 1,
    connect_timeout: 5,
    onnotice: () => undefined,
  });
  try {
    const [row] = await sql<[{ dir: string }]>`select current_setting('data_directory') as dir`;
    return (await realpath(row.dir)) === (await realpath(cluster.dir));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === '57P03' || code === '57P01' || code.startsWith('ECONN') || code.startsWith('CONNECT'))
      return false;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
