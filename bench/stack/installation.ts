import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { type ApiClient, createApiClient } from '../../src/cli/api-client.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { Closers } from '../../src/local/closers.ts';
import type { Sql } from '../../src/store/index.ts';
import { type Program, startProgram } from './program.ts';
import type { Servers } from './servers.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';

/** A page of the simulator. Messages are exact, so that every bench knows what must be stored. */
export interface PageSpec {
  conversations: number;
  messages: number;
  /** Part of the conversations that is Instagram; without it the page has no Instagram. */
  instagramShare?: number;
}

export interface BenchPage extends PageResource {
  accessToken: string;
}

/** A whole Pagesync of a bench's own: database, simulator, API and worker, each program a process. */
export interface Installation {
  sql: Sql;
  temporal: Client;
  databaseUrl: string;
  simulator: Simulator;
  api: ApiClient;
  apiPid: number;
  worker: Program;
  /** Another worker in place of this one: nothing is warm and no memory was ever used. */
  renewWorker(): Promise<void>;
  /** Takes all pages and all that was synced away; tables and indexes are as new. */
  empty(): Promise<void>;
  /** Makes the pages in the simulator and connects them. The n-th page has the same inbox every time. */
  connect(specs: readonly PageSpec[]): Promise<BenchPage[]>;
}

export interface InstallationOptions extends SimulatorOptions {
  /** `GRAPH_CALLS_PER_SECOND` of the worker; the product's own default where it is absent. */
  productCallsPerSecond?: number;
  /** `FACEBOOK_APP_SECRET`: webhooks that it signs are taken. */
  appSecret?: string;
}

let made = 0;

export async function install(
  servers: Servers,
  closers: Closers,
  options: InstallationOptions,
): Promise<Installation> {
  made += 1;
  // workflow IDs are page IDs, and Temporal is shared
  const firstPageId = 100_000_000_000_001 + made * 1000;
  const folder = await mkdtemp(path.join(servers.folder, 'installation-'));
  const database = await servers.createDatabase(`bench_${made}`);
  closers.add('database', () => database.drop());
  const watch = (name: string, program: Program): Program => {
    closers.add(name, () => program.stop());
    program.onExit((lines) => closers.broken(`${name} ended by itself:\n${lines}`));
    return program;
  };
  const simulator = await startSimulator(folder, options);
  watch('simulator', simulator.program);

  const apiToken = randomBytes(16).toString('hex');
  const env: Record<string, string> = {
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    GRAPH_BASE_URL: simulator.url,
    TOKEN_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    PAGESYNC_API_TOKEN: apiToken,
    API_RATE_LIMIT_PER_MINUTE: '0',
    PAGESYNC_QUEUE_PREFIX: `bench-${made}-`,
    ...(options.productCallsPerSecond === undefined
      ? {}
      : { GRAPH_CALLS_PER_SECOND: String(options.productCallsPerSecond) }),
    ...(options.appSecret === undefined ? {} : { FACEBOOK_APP_SECRET: options.appSecret }),
  };
  const apiLog = path.join(folder, 'api.log');
  const api = watch('API', await startProgram('src/server.ts', [], env, apiLog, /"port":(\d+)/));
  let workers = 0;
  const startWorker = async () => {
    workers += 1;
    const log = path.join(folder, `worker-${workers}.log`);
    return watch('worker', await startProgram('src/worker.ts', [], env, log, /Worker polling/));
  };

  const { sql } = database;
  const installation: Installation = {
    sql,
    temporal: servers.temporal,
    databaseUrl: database.url,
    simulator,
    api: createApiClient(`http://127.0.0.1:${api.ready[1]}`, apiToken),
    apiPid: api.pid,
    worker: await startWorker(),
    async renewWorker() {
      await installation.worker.stop();
      installation.worker = await startWorker();
    },
    async empty() {
      await sql`TRUNCATE facebook_pages, graph_budget CASCADE`;
      // whoever writes next does not pay for what was written before
      await sql`CHECKPOINT`;
      await simulator.control('DELETE', '/calls');
    },
    connect: (specs) =>
      Promise.all(
        specs.map(async (spec, n) => {
          const facebookPageId = String(firstPageId + n);
          const instagramAccountId = spec.instagramShare === undefined ? null : `178${facebookPageId}`;
          const accessToken = `token-${facebookPageId}`;
          await simulator.control('POST', '/pages', {
            id: facebookPageId,
            token: accessToken,
            instagramAccountId,
            conversations: spec.conversations,
            instagramShare: spec.instagramShare ?? 0,
            messages: spec.messages,
            exactMessages: true,
          });
          const name = `Page ${n + 1}`;
          const page = await installation.api.connectPage({
            facebookPageId,
            name,
            accessToken,
            instagramAccountId,
          });
          return { ...page, accessToken };
        }),
      ),
  };
  return installation;
}
