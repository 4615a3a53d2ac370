import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { inject } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { webhookWorkflowId } from '../../src/contract/names.ts';
import { createLogger } from '../../src/log.ts';
import { startApi } from '../../src/start-api.ts';
import { startWorker } from '../../src/start-worker.ts';
import { eventually } from '../support/eventually.ts';
import type { InboxPage } from './graph.ts';
import type { Sql } from './house.ts';
import { APP_SECRET } from './meta.ts';
import type { Undisturbed } from './undisturbed.ts';
import type { Post } from './witness.ts';

/** Far above what is ever needed. */
const BOUND_MS = 300_000;

/** Waits until every stored delivery is applied and nobody works on the pages' deliveries any more. */
export async function drained(sql: Sql, temporal: Client, pages: readonly InboxPage[]): Promise<void> {
  let last = 'nothing is known of it';
  const isDrained = async () => {
    const [left] = await sql<{ left: number }[]>`
      SELECT count(*)::int AS left FROM webhook_deliveries WHERE processed_at IS NULL`;
    const states = await Promise.all(
      pages.map(async ({ facebookPageId }) => {
        const { status } = await temporal.workflow.getHandle(webhookWorkflowId(facebookPageId)).describe();
        return status.name;
      }),
    );
    last = `${left?.left} left, workflows ${states}`;
    return left?.left === 0 && !states.includes('RUNNING');
  };
  await eventually(
    async () => {
      await setTimeout(100);
      return isDrained().catch((error: unknown) => {
        last = String(error);
        return false;
      });
    },
    () => `the deliveries to be applied: ${last}`,
    BOUND_MS,
  );
}

/** Delivers the same once, in this order, to programs that nothing disturbs, next to what they have synced. */
export async function deliverUndisturbed(
  { env: itsEnv, sql, temporal, graph }: Undisturbed,
  posts: readonly Post[],
): Promise<void> {
  const env = { ...itsEnv, FACEBOOK_APP_SECRET: APP_SECRET };
  const config = readConfig(env);
  const logger = createLogger('fatal', 'undisturbed');
  const api = await startApi(config, env, logger);
  const worker = await startWorker(config, env, logger, { codePath: inject('workflowBundle') });
  try {
    for (const { body, headers } of posts) {
      const answer = await fetch(`${api.url}/webhooks/facebook`, { method: 'POST', body, headers });
      if (answer.status !== 200) throw new Error(`Delivering: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
    await drained(sql, temporal, graph.pages);
  } finally {
    await worker.close();
    await api.close();
  }
}
