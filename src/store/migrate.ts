import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Sql } from './sql.ts';

const DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Any fixed number: all migrators of one database wait for each other on it. */
const ADVISORY_LOCK = 7_246_001;

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
 * Applies the plain SQL files of `migrations/` in order, all in one transaction, under an advisory lock.
 *
 * @returns the names of those applied now
 * @throws when the database knows a migration that this program does not (it is newer), or when a file that
 *   has been applied was edited since
 */
export async function migrate(sql: Sql, directory = DIRECTORY): Promise<string[]> {
  const migrations = await readMigrations(directory);
  return sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`;
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
