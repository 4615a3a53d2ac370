import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { startApi } from '../../src/start-api.ts';
import { startWorker } from '../../src/start-worker.ts';
import { apiClient } from './api-client.ts';
import { connectPages, type Graph, type InboxPage, startGraph } from './graph.ts';
import { House, type Sql } from './house.ts';
import { faultsOfJob, jobEnded, storedBatches } from './jobs.ts';
import { seededRandom } from './random.ts';
import { storedRows } from './rows.ts';
import type { Servers } from './servers.ts';
import { untruths } from './truth.ts';

const BOUND_MS = 180_000;

/** An inbox, and what a sync makes of it that nothing disturbs. */
export interface Undisturbed {
  graph: Graph;
  temporal: Client;
  /** Where the rows are. */
  sql: Sql;
  /** The environment of the programs that made them. */
  env: Record<string, string>;
  /** Batches that it stored. */
  batches: number;
  /** The cursors of each stream (`<page> <platform>`) in the order of the walk, the first being `null`. */
  walks: Map<string, (string | null)[]>;
  /** Calls of a page for the messages of one conversation, by Facebook page ID. */
  messageCalls: Map<string, number>;
  /** @returns what is left behind */
  close(): Promise<string[]>;
}

/**
 * Makes pages of these sizes and syncs them all in this process, into a database of their own. What comes out is
 * proved against the inbox itself.
 *
 * @param name pages of another name are other pages
 */
export async function syncUndisturbed(
  servers: Servers,
  name: string,
  sizes: readonly number[],
): Promise<Undisturbed> {
  const graph = await startGraph(seededRandom(inject('faultsSeed'), `pages of ${name}`), sizes);
  const connection = await Connection.connect({ address: servers.temporalAddress });
  const temporal = new Client({ connection });
  const house = await House.prepare(servers, {
    workers: 0,
    apis: 0,
    graphUrl: graph.url,
    // schedules outlive their workers
    env: { MAINTENANCE: 'off' },
  });
  const config = { ...readConfig(house.env), sliceMs: 2000 };
  const logger = createLogger('fatal', 'undisturbed');
  const api = await startApi(config, house.env, logger);
  const worker = await startWorker(config, house.env, logger, { codePath: inject('workflowBundle') });
  const client = apiClient(api.url, config.apiToken);
  for (const page of await connectPages(client, graph.pages)) {
    const { status, body } = await client.post(`/api/pages/${page.id}/sync`);
    if (status !== 202) throw new Error(`Starting a sync: ${status} ${JSON.stringify(body)}`);
  }
  const wrong: string[] = [];
  for (const page of graph.pages) {
    await jobEnded(house.sql, page, BOUND_MS);
    wrong.push(...(await wrongWith(house.sql, graph, page, temporal)));
  }
  const batches = await storedBatches(house.sql);
  const [walks, messageCalls] = [walksOf(graph), messageCallsOf(graph)];
  graph.forgive();
  await worker.close();
  await api.close();
  if (wrong.length > 0) throw new Error(`The undisturbed run is wrong: ${wrong.slice(0, 20).join('\n')}`);
  return {
    graph,
    temporal,
    sql: house.sql,
    env: house.env,
    batches,
    walks,
    messageCalls,
    async close() {
      await connection.close();
      return [...(await house.drop()), ...(await graph.close())];
    },
  };
}

async function wrongWith(sql: Sql, graph: Graph, page: InboxPage, temporal: Client): Promise<string[]> {
  const { rows, twice } = await storedRows(sql, page.facebookPageId);
  return [...twice, ...untruths(graph, page, rows), ...(await faultsOfJob(sql, temporal, page))];
}

function walksOf(graph: Graph): Undisturbed['walks'] {
  const walks: Undisturbed['walks'] = new Map();
  for (const { page, platform, after } of graph.listCalls()) {
    const name = `${page} ${platform}`;
    walks.set(name, [...(walks.get(name) ?? []), after]);
  }
  return walks;
}

function messageCallsOf(graph: Graph): Undisturbed['messageCalls'] {
  return new Map(
    graph.pages.map(({ facebookPageId }) => {
      const path = `/calls?page=${facebookPageId}`;
      const { byEdge } = graph.control('GET', path) as { byEdge: Record<string, number> };
      return [facebookPageId, byEdge.messages ?? 0];
    }),
  );
}
