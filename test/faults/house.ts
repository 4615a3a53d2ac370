import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import postgres from 'postgres';
import { isPortFree } from '../../src/embedded/ports.ts';
import { eventually } from '../support/eventually.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { lastingPort } from './lasting-port.ts';
import { Place } from './place.ts';
import type { Servers } from './servers.ts';

/** By this our own connections are told from those of the programs. */
export const OWN_CONNECTION = 'faults';

export type Sql = postgres.Sql;

/** A connection of the campaign itself, which survives whatever happens to PostgreSQL. */
export function ownConnection(url: string): Sql {
  return postgres(url, { max: 3, onnotice: () => {}, connection: { application_name: OWN_CONNECTION } });
}

export interface HouseOptions {
  workers: number;
  apis: number;
  graphUrl: string;
  env: Record<string, string>;
}

/** The programs of one campaign with a database of their own. */
export class House {
  readonly env: Record<string, string>;
  readonly databaseUrl: string;
  readonly sql: Sql;
  readonly workers: Place[] = [];
  readonly apis: { place: Place; client: ApiClient; port: number }[] = [];
  readonly #options: HouseOptions;
  readonly #marker: string;

  private constructor(options: HouseOptions, databaseUrl: string, env: Record<string, string>) {
    this.#options = options;
    this.databaseUrl = databaseUrl;
    this.sql = ownConnection(databaseUrl);
    this.env = env;
    this.#marker = `PAGESYNC_QUEUE_PREFIX=${env.PAGESYNC_QUEUE_PREFIX}`;
  }

  /** A database and an environment; no program runs yet. */
  static async prepare(servers: Servers, options: HouseOptions): Promise<House> {
    const suffix = randomBytes(4).toString('hex');
    const name = `faults_${suffix}`;
    const admin = ownConnection(servers.postgresUrl);
    await admin.unsafe(`CREATE DATABASE ${name}`);
    await admin.end();
    const url = new URL(servers.postgresUrl);
    url.pathname = `/${name}`;
    return new House(options, url.href, {
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: url.href,
      TEMPORAL_ADDRESS: servers.temporalAddress,
      GRAPH_BASE_URL: options.graphUrl,
      GRAPH_CALLS_PER_SECOND: '0',
      GRAPH_THROTTLE_WAIT_SECONDS: '0.3',
      SYNC_SLICE_SECONDS: '0.5',
      TOKEN_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
      PAGESYNC_API_TOKEN: randomBytes(16).toString('hex'),
      API_RATE_LIMIT_PER_MINUTE: '0',
      PAGESYNC_QUEUE_PREFIX: `${suffix}-`,
      LOG_LEVEL: 'info',
      ...options.env,
    });
  }

  async start(): Promise<void> {
    // one after the other: the first makes the tables
    for (let i = 0; i < this.#options.apis; i++) {
      const port = await lastingPort();
      const place = new Place('src/server.ts', { ...this.env, PORT: String(port) }, 'API listening');
      const client = apiClient(`http://127.0.0.1:${port}`, this.env.PAGESYNC_API_TOKEN ?? '');
      this.apis.push({ place, client, port });
    }
    for (let i = 0; i < this.#options.workers; i++) {
      this.workers.push(new Place('src/worker.ts', this.env, 'Worker polling'));
    }
    await Promise.all(this.places.map((place) => place.ready()));
  }

  get places(): Place[] {
    return [...this.apis.map((api) => api.place), ...this.workers];
  }

  /** What the present programs have printed at level warn or above. */
  get complaints(): string {
    return this.places
      .flatMap(({ output }) => output.split('\n').filter((line) => /"level":(40|50|60)/.test(line)))
      .slice(-40)
      .map((line) => line.slice(0, 600))
      .join('\n');
  }

  /** Stops every program. @returns processes and listeners that are left, and wrong ends */
  async stop(): Promise<string[]> {
    const wrong = (await Promise.all(this.places.map((place) => place.stop()))).flat();
    wrong.push(...(await nothingLeft(() => processesWith(this.#marker))));
    for (const { port } of this.apis) {
      if (!(await isPortFree(port))) wrong.push(`port ${port} of an API is still taken`);
    }
    return wrong;
  }

  async #connections(): Promise<string[]> {
    const rows = await this.sql<{ pid: number; application_name: string; query: string }[]>`
      SELECT pid, application_name, left(query, 100) AS query FROM pg_stat_activity
      WHERE datname = current_database() AND application_name <> ${OWN_CONNECTION}
        AND backend_type = 'client backend'`;
    return rows.map((row) => `connection ${row.pid} (${row.application_name}) is still open: ${row.query}`);
  }

  /** Drops the database, to which nobody may be connected any more. @returns who is */
  async drop(): Promise<string[]> {
    const left = await nothingLeft(() => this.#connections());
    if (left.length > 0) return left;
    const url = new URL(this.databaseUrl);
    const name = url.pathname.slice(1);
    await this.sql.end({ timeout: 5 });
    url.pathname = '/postgres';
    const admin = ownConnection(url.href);
    await admin.unsafe(`DROP DATABASE ${name}`);
    await admin.end();
    return [];
  }
}

/** What a killed program leaves behind ends by itself, and soon. */
async function nothingLeft(look: () => string[] | Promise<string[]>): Promise<string[]> {
  let left: string[] = [];
  await eventually(
    async () => {
      left = await look();
      return left.length === 0;
    },
    'nothing to be left',
    10_000,
  ).catch(() => {});
  return left;
}

/** Processes of the house, grandchildren too: all have its queue prefix in their environment. Linux tells. */
function processesWith(marker: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(marker)) return [];
        return [
          `process ${pid} is still there: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`,
        ];
      } catch {
        // it has just ended
        return [];
      }
    });
}
