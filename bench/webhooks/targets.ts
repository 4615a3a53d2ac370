import path from 'node:path';
import { poll } from '../../src/embedded/poll.ts';
import type { Closers } from '../../src/local/closers.ts';
import type { Installation } from '../stack/installation.ts';
import { startProgram } from '../stack/program.ts';
import { type Arrivals, arrivalsOf, countBodies } from './arrivals.ts';
import type { Plan, Posts } from './posts.ts';

/** Time that what is stored gets to be applied, after more was posted than can be applied meanwhile. */
const DRAIN_TIMEOUT_MS = 20 * 60_000;

/** Something that takes webhooks. */
export interface Target {
  name: string;
  url: string;
  /** By the name under which their CPU is reported. */
  pids: Record<string, number>;
  /** Waits until all that was taken is worked off, and looks for it. */
  settle(plan: Plan, posts: Posts): Promise<Arrivals>;
}

/** The product: stored is answered, and applied a moment later. */
export function productTarget({ api, apiPid, worker, sql }: Installation): Target {
  return {
    name: 'pagesync',
    url: `${api.url}/webhooks/facebook`,
    pids: { api: apiPid, worker: worker.pid },
    async settle(plan, posts) {
      const isPending = async () => {
        const [row] = await sql<
          { pending: boolean }[]
        >`SELECT EXISTS (SELECT FROM webhook_deliveries WHERE processed_at IS NULL) AS pending`;
        return row?.pending ?? false;
      };
      await poll(async () => !(await isPending()), {
        what: 'the deliveries to be applied',
        timeoutMs: DRAIN_TIMEOUT_MS,
        everyMs: 100,
      });
      return arrivalsOf(sql, plan, posts);
    },
  };
}

/** The handler that verifies and inserts, and no more: there is nothing to wait for. */
export async function referenceTarget(
  folder: string,
  { databaseUrl, sql }: Installation,
  appSecret: string,
  closers: Closers,
): Promise<Target> {
  await sql`CREATE TABLE bench_bodies (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now())`;
  const program = await startProgram(
    'bench/references/webhook-handler.ts',
    [],
    { DATABASE_URL: databaseUrl, FACEBOOK_APP_SECRET: appSecret },
    path.join(folder, 'webhook-handler.log'),
    /"port":(\d+)/,
  );
  closers.add('handler', () => program.stop());
  program.onExit((lines) => closers.broken(`The handler ended by itself:\n${lines}`));
  return {
    name: 'handler',
    url: `http://127.0.0.1:${program.ready[1]}/webhooks/facebook`,
    pids: { handler: program.pid },
    settle: (_plan, posts) => countBodies(sql, posts),
  };
}
