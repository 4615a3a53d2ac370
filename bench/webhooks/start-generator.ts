import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Closers } from '../../src/local/closers.ts';
import type { Plan, Posts } from './posts.ts';

/** What posts the load, in a process of its own: nobody else's work is in its event loop. */
export interface Generator {
  readonly pid: number;
  /** One plan at a time. */
  run(plan: Plan): Promise<Posts>;
}

export async function startGenerator(closers: Closers): Promise<Generator> {
  const child = fork(fileURLToPath(new URL('generator.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  const exited = once(child, 'exit');
  closers.add('generator', async () => {
    child.kill();
    await exited;
  });
  const ended = exited.then(() => {
    closers.broken('The load generator ended by itself');
    throw new Error('The load generator ended by itself');
  });
  ended.catch(() => {});
  await Promise.race([once(child, 'spawn'), ended]);
  return {
    pid: child.pid ?? 0,
    async run(plan) {
      const answer = once(child, 'message');
      child.send(plan);
      const [posts] = await Promise.race([answer, ended]);
      return posts as Posts;
    },
  };
}
