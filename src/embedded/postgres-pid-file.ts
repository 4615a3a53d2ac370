import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { commandOf, isAlive } from './process-info.ts';

/** PostgreSQL's own note about the server that runs on a cluster. */
export interface PostmasterPid {
  pid: number;
  /** Null until the server listens. */
  port: number | null;
  /** Folder of its Unix socket, null when it has none. */
  socketDir: string | null;
  ready: boolean;
}

/** Reads `postmaster.pid`: one value a line, written bit by bit as the server comes up. Null when there is no pid in it. */
export function parsePostmasterPid(text: string): PostmasterPid | null {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3]) || null, socketDir: lines[4] || null, ready: lines[7] === 'ready' };
}

export async function readPostmasterPid(clusterDir: string): Promise<PostmasterPid | null> {
  try {
    return parsePostmasterPid(await readFile(path.join(clusterDir, 'postmaster.pid'), 'utf8'));
  } catch {
    return null;
  }
}

/** True when the pid is a PostgreSQL server of this very cluster, as far as the system tells. */
function isServerOf(pid: number, clusterDir: string): boolean {
  if (!isAlive(pid)) return false;
  const command = commandOf(pid);
  return command === null || (command.includes('postgres') && command.includes(clusterDir));
}

/**
 * The live server of the cluster, or null. A note about a dead server is left to PostgreSQL; one whose pid has gone to
 * some other program is removed, because PostgreSQL would take that program for a server and refuse to start.
 */
export async function findLiveServer(clusterDir: string): Promise<PostmasterPid | null> {
  const note = await readPostmasterPid(clusterDir);
  if (note === null) return null;
  if (isServerOf(note.pid, clusterDir)) return note;
  if (isAlive(note.pid)) await rm(path.join(clusterDir, 'postmaster.pid'), { force: true });
  return null;
}
