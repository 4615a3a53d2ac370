import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../../src/embedded/ports.ts';
import { startPostgres } from '../../src/embedded/postgres.ts';
import { resolveTemporalBinary } from '../../src/embedded/temporal-binary.ts';
import { startTemporalServer } from '../../src/embedded/temporal-server.ts';
import type { Closers } from '../../src/local/closers.ts';
import type { Logger } from '../../src/log.ts';
import { connectSql, migrate, type Sql } from '../../src/store/index.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/temporal/search-attributes.ts';

const TEMPLATE = 'bench_template';

/** What all benches of a run share: one PostgreSQL, one Temporal, one temporary folder. */
export interface Servers {
  folder: string;
  postgresPid: number;
  temporalPid: number;
  temporalAddress: string;
  temporal: Client;
  /** Where Temporal's server tells of itself in Prometheus' format. */
  temporalMetricsUrl: string;
  /** Bytes of Temporal's database, its write-ahead log included. */
  temporalBytes(): Promise<number>;
  /** A migrated database of its own. */
  createDatabase(name: string): Promise<Database>;
}

export interface Database {
  url: string;
  sql: Sql;
  drop(): Promise<void>;
}

/**
 * Starts the servers as `npm start` does, on free ports and in a folder that goes away with them. PostgreSQL forces
 * every commit to disk, as it does in production.
 */
export async function startServers(closers: Closers, log: Logger): Promise<Servers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pagesync-bench-'));
  closers.add('folder', () => rm(folder, { recursive: true, force: true }));
  // the user that PostgreSQL runs as must get in
  await chmod(folder, 0o755);

  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), log });
  closers.add('PostgreSQL', () => postgres.stop());
  postgres.onExit(() => closers.broken('PostgreSQL ended by itself'));

  const binary = await resolveTemporalBinary({ env: process.env, log });
  const temporalDir = path.join(folder, 'temporal');
  const metricsPort = await freePort();
  const temporal = await startTemporalServer({
    binary: binary.path,
    dataDir: temporalDir,
    metricsPort,
    searchAttributes: SEARCH_ATTRIBUTE_TYPES,
    log,
  });
  closers.add('Temporal', () => temporal.stop());
  temporal.onExit(() => closers.broken('Temporal ended by itself'));

  const connection = await Connection.connect({ address: temporal.address });
  closers.add('connection', () => connection.close());

  const admin = connectSql(postgres.url, 1);
  closers.add('administration', () => admin.end({ timeout: 5 }));
  const urlOf = (name: string) => Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  await admin.unsafe(`CREATE DATABASE ${TEMPLATE}`);
  const template = connectSql(urlOf(TEMPLATE), 1);
  await migrate(template);
  await template.end();

  return {
    folder,
    postgresPid: postgres.pid,
    temporalPid: temporal.pid,
    temporalAddress: temporal.address,
    temporal: new Client({ connection }),
    temporalMetricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    async temporalBytes() {
      const sizes = ['', '-wal'].map((suffix) =>
        stat(path.join(temporalDir, `temporal.db${suffix}`)).then(
          ({ size }) => size,
          () => 0,
        ),
      );
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    },
    async createDatabase(name) {
      await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      // as many connections as a worker has
      const sql = connectSql(urlOf(name), 20);
      return {
        url: urlOf(name),
        sql,
        async drop() {
          await sql.end({ timeout: 5 });
          await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
        },
      };
    },
  };
}
