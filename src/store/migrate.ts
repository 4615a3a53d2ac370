import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Sql } from './sql.ts';

const DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Any fixed number: all migrators of one database wait for each other on it. */
const ADVISORY_LOCK = 7_246_001;

/**
 * How long a statement may wait for a table that somebody has in use: whoever wants to read it meanwhile waits behind it.
 * The same for a deadlock with a program that is at work.
 */
const LOCK_TIMEOUT_MS = 5000;

/** How long the tables are left to others before each further try: five and a half minutes in all. */
const WAITS_MS = [1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000];

/** PostgreSQL's codes for a lock that did not come in time, and for a deadlock. */
const NOT_NOW = new Set(['55P03', '40P01']);

export interface MigrateOptions {
  directory?: string;
  lockTimeoutMs?: number;
  waitsMs?: readonly number[];
}

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, `file://${directory}`), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Applies the plain SQL files of `migrations/` in order, all in one transaction, under an advisory lock. While somebody has a
 * table in use for long, it steps back and tries again, so that nobody waits for it.
 *
 * @returns the names of those applied now
 * @throws when the database knows a migration that this program does not (it is newer), when a file that
 *   has been applied was edited since, or when a table is in use all the time
 */
export async function migrate(
  sql: Sql,
  { directory = DIRECTORY, lockTimeoutMs = LOCK_TIMEOUT_MS, waitsMs = WAITS_MS }: MigrateOptions = {},
): Promise<string[]> {
  const migrations = await readMigrations(directory);
  for (const waitMs of [...waitsMs, null]) {
    try {
      return await apply(sql, migrations, lockTimeoutMs);
    } catch (error) {
      if (!NOT_NOW.has(String((error as { code?: unknown }).code))) throw error;
      if (waitMs === null) throw inUse(error, waitsMs.length + 1);
      await setTimeout(waitMs);
    }
  }
  throw new Error('There is always a last try');
}

function inUse(cause: unknown, tries: number): Error {
  return new Error(
    `The database cannot be migrated: after ${tries} tries a table is still in use by a long transaction. Find it with ` +
      '"SELECT pid, usename, state, xact_start, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start", ' +
      'let it end or end it with "SELECT pg_terminate_backend(pid)", and start again. Nothing was changed.',
    { cause },
  );
}

async function apply(sql: Sql, migrations: readonly Migration[], lockTimeoutMs: number): Promise<string[]> {
  return sql.begin(async (tx) => {
    // another migrator is waited for until it is done
    await tx`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`;
    await tx`SELECT set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`;
    await tx`CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const applied = new Map(
      (await tx<{ name: string; checksum: string }[]>`SELECT name, checksum FROM schema_migrations`).map(
        (row) => [row.name, row.checksum],
      ),
    );
    const known = new Set(migrations.map((migration) => migration.name));
    const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort();
    if (unknown.length > 0) {
      throw new Error(
        `The database is newer than this program: it has ${unknown.join(', ')}. Start a newer version, or use another database.`,
      );
    }
    const now: string[] = [];
    for (const { name, text, checksum } of migrations) {
      const before = applied.get(name);
      if (before === checksum) continue;
      if (before !== undefined) {
        throw new Error(
          `Migration ${name} was edited after it had been applied. Restore it and add a new one.`,
        );
      }
      await tx.unsafe(text).simple();
      await tx`INSERT INTO schema_migrations (name, checksum) VALUES (${name}, ${checksum})`;
      now.push(name);
    }
    return now;
  }) as Promise<string[]>;
}
