import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isPortFree } from '../../src/embedded/ports.ts';
import { type PostgresServer, startPostgres } from '../../src/embedded/postgres.ts';
import { isAlive } from '../../src/embedded/process-info.ts';
import { resolveTemporalBinary } from '../../src/embedded/temporal-binary.ts';
import { startTemporalServer, type TemporalServer } from '../../src/embedded/temporal-server.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/temporal/search-attributes.ts';
import { eventually } from '../support/eventually.ts';
import { lastingPort } from './lasting-port.ts';

/** Where a campaign's programs find PostgreSQL and Temporal. */
export interface Servers {
  postgresUrl: string;
  temporalAddress: string;
}

const log = { info: () => {}, warn: () => {} };

/** PostgreSQL and Temporal of our own, on data and ports that outlive `kill -9`. */
export class KillableServers implements Servers {
  readonly #folder: string;
  readonly #binary: string;
  readonly #temporalPort: number;
  #postgres: PostgresServer;
  #temporal: TemporalServer;

  private constructor(
    folder: string,
    binary: string,
    temporalPort: number,
    postgres: PostgresServer,
    temporal: TemporalServer,
  ) {
    this.#folder = folder;
    this.#binary = binary;
    this.#temporalPort = temporalPort;
    this.#postgres = postgres;
    this.#temporal = temporal;
  }

  static async start(): Promise<KillableServers> {
    const folder = await mkdtemp(join(tmpdir(), 'pagesync-faults-'));
    // the user that PostgreSQL runs as must get in
    await chmod(folder, 0o755);
    const { path } = await resolveTemporalBinary({ env: process.env, log });
    const port = await lastingPort();
    const postgres = await startPostgres({ ...postgresOptions(folder), port: await lastingPort() });
    const temporal = await startTemporalServer(temporalOptions(folder, path, port)).catch(async (error) => {
      await postgres.stop();
      throw error;
    });
    return new KillableServers(folder, path, port, postgres, temporal);
  }

  get postgresUrl(): string {
    return this.#postgres.url;
  }

  get temporalAddress(): string {
    return this.#temporal.address;
  }

  /** `kill -9` of the postmaster; after a while it comes back on the same data and port. */
  async killPostgres(awayMs: number): Promise<void> {
    const { pid, port } = this.#postgres;
    process.kill(pid, 'SIGKILL');
    await eventually(() => !isAlive(pid), 'PostgreSQL to be dead');
    await setTimeout(awayMs);
    this.#postgres = await startPostgres({ ...postgresOptions(this.#folder), port });
  }

  /** @param meanwhile what happens while it is away */
  async killTemporal(awayMs: number, meanwhile = async (): Promise<void> => {}): Promise<void> {
    const { pid } = this.#temporal;
    process.kill(pid, 'SIGKILL');
    await eventually(() => !isAlive(pid), 'Temporal to be dead');
    await meanwhile();
    await setTimeout(awayMs);
    this.#temporal = await startTemporalServer(
      temporalOptions(this.#folder, this.#binary, this.#temporalPort),
    );
  }

  /** @returns what was left behind: nothing, if all is well */
  async stop(): Promise<string[]> {
    await this.#temporal.stop();
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
    const left: string[] = [];
    for (const { pid } of [this.#temporal, this.#postgres]) {
      if (isAlive(pid)) left.push(`server process ${pid} is still alive`);
    }
    for (const port of [this.#temporalPort, this.#postgres.port]) {
      if (!(await isPortFree(port))) left.push(`port ${port} of a server is still taken`);
    }
    return left;
  }
}

function postgresOptions(folder: string) {
  return { dataDir: join(folder, 'postgres'), fsync: false, log };
}

function temporalOptions(folder: string, binary: string, port: number) {
  return { binary, dataDir: join(folder, 'temporal'), port, searchAttributes: SEARCH_ATTRIBUTE_TYPES, log };
}
