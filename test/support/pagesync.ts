import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './program.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/pagesync.mjs', import.meta.url));

/** What the command line has said, and how it ended. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line while it runs. */
export interface Running {
  child: ChildProcess;
  stdout(): string;
  ended: Promise<Said>;
}

/** Starts `pagesync` as people do, in another folder. @param input what is piped in */
export function startPagesync(args: string[], env: Record<string, string>, input = ''): Running {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: '/',
    env: { ...cleanEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  child.stdin.end(input);
  return {
    child,
    stdout: () => said.stdout,
    ended: once(child, 'close').then(([code]) => ({ ...said, code: code as number | null })),
  };
}
