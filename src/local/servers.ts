import { join } from 'node:path';
import { preferPort } from '../embedded/ports.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { psqlCommand } from '../embedded/psql.ts';
import { resolveTemporalBinary } from '../embedded/temporal-binary.ts';
import { startTemporalServer } from '../embedded/temporal-server.ts';
import type { Logger } from '../log.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../temporal/search-attributes.ts';
import type { Closers } from './closers.ts';
import { demoTime } from './demo-time.ts';
import { type DemoApp, demoApp } from './demo-webhooks.ts';
import { startDemoSimulator } from './simulator.ts';

/** What a local start runs beside API and worker, or uses because its address was given. */
export interface Servers {
  /** Variables for API and worker. */
  env: Record<string, string>;
  psql: string;
  /** The Temporal Web UI, when the server is ours, or its address is given. */
  temporalUi: string | null;
  /** The simulator with the demo page, and the secrets of its app; `null` when Graph is given by address. */
  demo: { url: string; app: DemoApp } | null;
}

const TEMPORAL_PORT = 7233;
const TEMPORAL_UI_PORT = 8233;

/**
 * Starts what is not given by address: Temporal, PostgreSQL, the Graph simulator.
 *
 * @param say one line about each step, for people
 */
export async function startServers(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  demoConversations: number,
  closers: Closers,
  logger: Logger,
  say: (line: string) => void,
): Promise<Servers> {
  const log = {
    info: (fields: object, message: string) => {
      logger.info(fields, message);
      say(message);
    },
    warn: (fields: object, message: string) => {
      logger.warn(fields, message);
      say(message);
    },
  };

  const startDatabase = async () => {
    if (env.DATABASE_URL) {
      say('PostgreSQL: using DATABASE_URL');
      return { url: env.DATABASE_URL, psql: 'psql "$DATABASE_URL"' };
    }
    const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), log });
    closers.add('PostgreSQL', () => postgres.stop());
    postgres.onExit((exit) => closers.broken(`PostgreSQL ended by itself (${JSON.stringify(exit)})`));
    say(`PostgreSQL: port ${postgres.port}, data in ${postgres.dataDir}`);
    return { url: postgres.url, psql: psqlCommand(postgres) };
  };

  const startTemporal = async () => {
    if (env.TEMPORAL_ADDRESS || env.TEMPORAL_PROFILE) {
      say(`Temporal: using ${env.TEMPORAL_ADDRESS ?? `the profile ${env.TEMPORAL_PROFILE}`}`);
      return { address: env.TEMPORAL_ADDRESS ?? null, ui: env.TEMPORAL_UI_URL || null };
    }
    const binary = await resolveTemporalBinary({ env, log });
    const temporal = await startTemporalServer({
      binary: binary.path,
      dataDir: join(dataDir, 'temporal'),
      choosePorts: async () => ({
        port: await preferPort(TEMPORAL_PORT),
        uiPort: await preferPort(TEMPORAL_UI_PORT),
      }),
      searchAttributes: SEARCH_ATTRIBUTE_TYPES,
      log,
    });
    closers.add('Temporal', () => temporal.stop());
    temporal.onExit((exit) => closers.broken(`Temporal ended by itself (${JSON.stringify(exit)})`));
    say(`Temporal: ${temporal.address} (CLI: ${binary.source}, ${binary.path})`);
    return { address: temporal.address, ui: temporal.uiUrl ?? null };
  };

  // before there is a database: folders that have one are older
  const newest = env.GRAPH_BASE_URL ? null : await demoTime(dataDir);
  const startGraph = async () => {
    if (env.GRAPH_BASE_URL) {
      say(`Graph API: using ${env.GRAPH_BASE_URL}`);
      return null;
    }
    const simulator = await startDemoSimulator(demoConversations, newest);
    closers.add('Graph simulator', () => simulator.stop());
    say(`Graph API: simulator at ${simulator.url}, a demo page with ${demoConversations} conversations`);
    return simulator.url;
  };

  // all at once, but none is left behind when another fails
  const [database, temporal, graph] = await settled([startDatabase(), startTemporal(), startGraph()]);
  const demo = graph === null ? null : { url: graph, app: demoApp(env) };
  return {
    env: {
      DATABASE_URL: database.url,
      ...(temporal.address === null ? {} : { TEMPORAL_ADDRESS: temporal.address }),
      ...(temporal.ui === null ? {} : { TEMPORAL_UI_URL: temporal.ui }),
      ...(demo === null ? {} : { GRAPH_BASE_URL: demo.url, FACEBOOK_LOGIN_BASE_URL: demo.url, ...demo.app }),
    },
    psql: database.psql,
    temporalUi: temporal.ui,
    demo,
  };
}

/** Like `Promise.all`, but fails only after all have ended one way or the other. */
async function settled<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return Promise.all(promises) as unknown as Promise<T>;
}
