import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { createProgram, runCommand } from '../../src/cli/program.ts';
import { localServer } from '../../src/local/local-server.ts';
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
  stderr(): string;
  ended: Promise<Said>;
}

/** Starts `pagesync` as people do, in another folder. @param input what is piped in; `null`: is written later */
export function startPagesync(
  args: string[],
  env: Record<string, string>,
  input: string | null = '',
): Running {
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
  if (input !== null) child.stdin.end(input);
  return {
    child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ended: once(child, 'close').then(([code]) => ({ ...said, code: code as number | null })),
  };
}

let before: Promise<unknown> = Promise.resolve();

/** Runs a command in this process, one at a time: a process of its own takes a second to start. */
function runPagesync(args: string[], env: Record<string, string>): Promise<Said> {
  const run = before.then(async () => {
    const said = { stdout: '', stderr: '' };
    const spies = (['stdout', 'stderr'] as const).map((name) =>
      vi.spyOn(process[name], 'write').mockImplementation((text) => {
        said[name] += text;
        return true;
      }),
    );
    const own = process.env;
    process.env = { ...cleanEnvironment(), ...env };
    try {
      return {
        code: await runCommand(
          createProgram(() => localServer(env)),
          args,
        ),
        ...said,
      };
    } finally {
      process.env = own;
      for (const spy of spies) spy.mockRestore();
    }
  });
  before = run.catch(() => undefined);
  return run;
}

/** What waits, reads or works on the database is a process of its own, as all of it is for people. */
const OWN_PROCESS = /--watch|--token-stdin|migrate|rotate-keys|--help|synk/;

/** Commands as one types them, without quotes. @param own the environment of those that have no other */
export function commandLine(own: () => Record<string, string>) {
  const everything: string[] = [];
  const pagesync = async (line: string, input = '', env = own()): Promise<Said> => {
    const args = line.split(' ');
    const said = OWN_PROCESS.test(line)
      ? await startPagesync(args, env, input).ended
      : await runPagesync(args, env);
    everything.push(said.stdout, said.stderr);
    return said;
  };
  return {
    pagesync,
    /** Runs a command for a script: it succeeds, with one JSON document and nothing else. */
    async json<T>(line: string, input = ''): Promise<T> {
      const { code, stdout, stderr } = await pagesync(`${line} --json`, input);
      expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
      expect(stdout.trim().split('\n')).toHaveLength(1);
      return JSON.parse(stdout) as T;
    },
    /** All that was ever said. */
    everything: () => everything.join('\n'),
  };
}
