import type { Running } from '../../src/running.ts';
import { eventually } from './eventually.ts';
import { type Program, startProgram } from './program.ts';
import type { Stack } from './stack.ts';

/** Workers that commands end and replace. */
export type RandomWorkers = Awaited<ReturnType<typeof createWorkers>>;

/**
 * A worker in this process, and from the first wish to kill one on another in a process of its own, which shares the
 * work until it is killed.
 */
export async function createWorkers(stack: Stack) {
  const programs: Program[] = [];
  let worker: Running = await stack.addWorker();
  const victim = () => {
    const program = startProgram('src/worker.ts', [], { ...stack.env, LOG_LEVEL: 'info' });
    programs.push(program);
    return program;
  };
  return {
    /** @param gap whether there is none for a moment */
    async replace(gap: boolean) {
      const before = worker;
      if (gap) await before.close();
      worker = await stack.addWorker();
      await before.close();
    },
    /** Starts the worker that `kill` will meet, and waits until it works. */
    async prepareKill() {
      const program = victim();
      await eventually(() => program.output().includes('Worker polling'), 'a worker to kill', 60_000);
    },
    /** With SIGKILL, whatever it is doing; nothing when there is none. */
    async kill() {
      programs.at(-1)?.kill('SIGKILL');
    },
    async close() {
      for (const program of programs) program.kill('SIGKILL');
      await Promise.all(programs.map((program) => program.exited));
    },
  };
}
