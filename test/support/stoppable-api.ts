import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { startApi } from '../../src/start-api.ts';
import { lastingPort } from '../faults/lasting-port.ts';
import type { Stack } from './stack.ts';

/** An API of a stack that goes and comes back at the same address, as when a server is restarted. */
export interface StoppableApi {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts another API of the stack; whoever has signed in at the first one is signed in there, too. */
export async function startStoppableApi(stack: Stack): Promise<StoppableApi> {
  const env = { ...stack.env, PORT: String(await lastingPort()) };
  const begin = () => startApi(readConfig(env), env, createLogger('fatal', 'test'));
  let running: Awaited<ReturnType<typeof begin>> | null = await begin();
  const stop = async () => {
    await running?.close();
    running = null;
  };
  return {
    url: running.url,
    stop,
    async start() {
      running ??= await begin();
    },
    close: stop,
  };
}
