import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { poll } from '../../src/embedded/poll.ts';
import { type ServerProcess, spawnServer } from '../../src/embedded/server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Time that a program gets to come up on a busy machine. */
const START_TIMEOUT_MS = 120_000;

/** One of our programs as a process of its own, ready to work. */
export interface Program {
  readonly pid: number;
  /** What the ready line matched. */
  readonly ready: RegExpMatchArray;
  /** Calls `listener` if it ends without having been asked to. */
  onExit(listener: (lastLines: string) => void): void;
  stop(): Promise<void>;
}

/**
 * Starts a program of ours and waits for the line that says it is ready. It sees none of our environment but where
 * programs and temporary files are.
 *
 * @param file such as `src/worker.ts`
 * @param logFile takes its output
 * @throws with its last lines when it ends at its start
 */
export async function startProgram(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  logFile: string,
  ready: RegExp,
): Promise<Program> {
  const { PATH, HOME, TMPDIR } = process.env;
  const server: ServerProcess = await spawnServer({
    command: process.execPath,
    args: ['--import', 'tsx', path.join(ROOT, file), ...args],
    cwd: ROOT,
    env: { PATH, HOME, TMPDIR, ...env },
    logFile,
    stopSignal: 'SIGTERM',
    stopGraceMs: 15_000,
  });
  try {
    const match = await poll(
      async () => {
        if (!server.isRunning()) throw new Error(`${file} ended at its start:\n${server.lastLines()}`);
        return (await readFile(logFile, 'utf8')).match(ready) ?? undefined;
      },
      { what: `${file} to be ready`, timeoutMs: START_TIMEOUT_MS },
    );
    return {
      pid: server.pid,
      ready: match,
      onExit: (listener) => server.onExit((exit) => listener(exit.lastLines)),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
