import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { poll } from './poll.ts';

/**
 * Which process a pid stood for. Pids are used again, and in a container soon, so a pid alone proves nothing:
 * `birth` (opaque, from the operating system; null where it does not tell) and `command` must be the same too.
 */
export interface ProcessIdentity {
  pid: number;
  birth: string | null;
  command: string | null;
}

/** Throws when no such process can be seen, so that every caller has one way to say "gone". */
function ps(pid: number, field: string): string {
  return execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
  }).trim();
}

/** The fields of /proc/<pid>/stat after the name, which may hold blanks and brackets itself. [0] is the state. */
function linuxStat(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function orNull(read: () => string | undefined): string | null {
  try {
    return read() || null;
  } catch {
    return null;
  }
}

/** The command line with single blanks between the arguments, or null when it cannot be known (gone, or Windows). */
export function commandOf(pid: number): string | null {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') return orNull(() => ps(pid, 'command'));
  return orNull(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
}

/** When the process was born, only good for comparing; ticks since boot alone would repeat after a reboot. */
function birthOf(pid: number): string | null {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') return orNull(() => ps(pid, 'lstart'));
  const boot = orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  return orNull(() => `${boot}/${linuxStat(pid)[19]}`);
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, birth: birthOf(pid), command: commandOf(pid) };
}

/**
 * True while the process exists, whoever owns it. A zombie counts as gone: it holds no file or port any more, and
 * in a container whose first process does not reap it would stay for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  if (process.platform === 'win32') return true;
  const state =
    process.platform === 'linux' ? orNull(() => linuxStat(pid)[0]) : orNull(() => ps(pid, 'stat'));
  return state === null || !/^[ZX]/.test(state);
}

/** True when the pid is alive and still the process that was written down. What the system does not tell is not held against it. */
export function isSameProcess(known: ProcessIdentity): boolean {
  if (!isAlive(known.pid)) return false;
  const now = identityOf(known.pid);
  const same = (a: string | null, b: string | null) => a === null || b === null || a === b;
  return same(known.birth, now.birth) && same(known.command, now.command);
}

/** Signals a process; one that has gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * Asks a process to end with `name` and, when it has not after `graceMs`, ends it with SIGKILL.
 * Returns when it is gone. Throws if even that has no effect within five seconds.
 */
export async function endProcess(pid: number, name: NodeJS.Signals, graceMs: number): Promise<void> {
  signal(pid, name);
  const gone = () => !isAlive(pid);
  try {
    await poll(gone, { what: `process ${pid} to end`, timeoutMs: graceMs });
  } catch {
    signal(pid, 'SIGKILL');
    await poll(gone, { what: `process ${pid} to end after SIGKILL`, timeoutMs: 5_000 });
  }
}
