import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { onProcessExit } from './exit-hooks.ts';
import { endProcess, isAlive, signal } from './process-info.ts';

export interface ServerExit {
  /** Null when a signal ended it, or when it was not our child and nobody knows. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote, for the error message. */
  lastLines: string;
}

/** A running server program: one we started, or one an earlier process of ours left behind. */
export interface ServerProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** The end of its output, at most some 4,000 characters. */
  lastLines(): string;
  /** Calls `listener` once if the server ends without `stop()` having been called. */
  onExit(listener: (exit: ServerExit) => void): void;
  /** Asks it to end, ends it by force when it does not, and returns when it is gone. A second call waits for the same. */
  stop(): Promise<void>;
}

export interface SpawnServerOptions {
  command: string;
  args: readonly string[];
  cwd?: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Numeric user and group to run as; only root may set it. */
  user?: { uid: number; gid: number } | undefined;
  /** Output is appended here. Absent: its end is kept in memory. */
  logFile?: string | undefined;
  stopSignal: NodeJS.Signals;
  /** How long it may take to end after `stopSignal` before SIGKILL. */
  stopGraceMs: number;
}

const TAIL_CHARS = 4_000;
const LOG_FILE_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * Starts a server in its own process group, so that Ctrl+C reaches us alone and we end it in order. It does not keep our
 * event loop alive and is told to end when we exit by ourselves. A log file, not a pipe, takes its output where it shall survive
 * our being killed: a program whose pipe has lost its reader dies of the next line it writes.
 * Rejects when the program cannot be executed.
 */
export async function spawnServer(options: SpawnServerOptions): Promise<ServerProcess> {
  const { command, args, cwd, env, user, logFile } = options;
  const log = logFile === undefined ? null : openLog(logFile);
  const logStart = log === null ? 0 : fstatSync(log).size;
  const stdio: StdioOptions = log === null ? ['ignore', 'pipe', 'pipe'] : ['ignore', log, log];
  let child: ChildProcess;
  try {
    child = spawn(command, args, { cwd, env, ...user, stdio, detached: true, windowsHide: true });
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  } finally {
    if (log !== null) closeSync(log);
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has started without a pid`);
  const lastLines = logFile === undefined ? keepTail(child) : () => tailOf(logFile, logStart);
  child.unref();
  // Not "exit": that may come before the last of its output has been read.
  return manage(pid, options, lastLines, (ended) => child.once('close', ended));
}

/** Takes charge of a server that is no child of ours. Its end is noticed by looking once a second. */
export function adoptServer(
  pid: number,
  options: Pick<SpawnServerOptions, 'logFile' | 'stopSignal' | 'stopGraceMs'>,
): ServerProcess {
  const { logFile } = options;
  return manage(
    pid,
    options,
    () => (logFile === undefined ? '' : tailOf(logFile, 0)),
    (ended) => {
      const timer = setInterval(() => {
        if (isAlive(pid)) return;
        clearInterval(timer);
        ended(null, null);
      }, 1_000);
      timer.unref();
    },
  );
}

function manage(
  pid: number,
  { stopSignal, stopGraceMs }: Pick<SpawnServerOptions, 'stopSignal' | 'stopGraceMs'>,
  lastLines: () => string,
  whenEnded: (ended: (code: number | null, by: NodeJS.Signals | null) => void) => void,
): ServerProcess {
  let exit: ServerExit | undefined;
  let stopping: Promise<void> | undefined;
  let listeners: ((exit: ServerExit) => void)[] = [];
  const forget = onProcessExit(() => signal(pid, stopSignal));
  whenEnded((code, by) => {
    exit = { code, signal: by, lastLines: lastLines() };
    forget();
    if (stopping === undefined) for (const listener of listeners) listener(exit);
    listeners = [];
  });
  return {
    pid,
    lastLines,
    isRunning: () => exit === undefined,
    onExit(listener) {
      if (exit === undefined) listeners.push(listener);
      else if (stopping === undefined) listener(exit);
    },
    stop() {
      stopping ??=
        exit === undefined ? endProcess(pid, stopSignal, stopGraceMs).finally(forget) : Promise.resolve();
      return stopping;
    },
  };
}

/** One older file is kept, so that a log cannot fill the disk. */
function openLog(file: string): number {
  try {
    if (statSync(file).size > LOG_FILE_LIMIT_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(file, 'a', 0o600);
}

/** The end of what was written since the file had `start` bytes. */
function tailOf(file: string, start: number): string {
  try {
    return readFileSync(file).subarray(start).toString('utf8').slice(-TAIL_CHARS).trim();
  } catch {
    return '';
  }
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_CHARS);
    });
    // A pipe of a child is a socket: it must not keep our event loop alive either.
    if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  return () => tail.trim();
}
