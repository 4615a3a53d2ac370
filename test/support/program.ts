import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One of our programs as a process of its own. */
export interface Program {
  readonly pid: number;
  /** Everything it has printed, standard output and error. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code; `null` when a signal ended it. */
  exited: Promise<number | null>;
}

/** @param file such as `src/worker.ts` */
export function startProgram(file: string, args: string[], env: Record<string, string>): Program {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = once(child, 'close').then(([code]) => code as number | null);
  if (child.pid === undefined) throw new Error(`${file} did not start`);
  return { pid: child.pid, output: () => output, kill: (signal) => child.kill(signal), exited };
}

/** The environment without what would point our programs anywhere. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const names =
    /^(TEMPORAL_(?!CLI_PATH)|GRAPH_|FACEBOOK_|PAGESYNC_(?!CACHE_DIR)|DATABASE_URL$|PORT$|LOG_LEVEL$|VITEST|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.test(name)));
}
