import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findPostgres } from '../../src/embedded/postgres-binaries.ts';
import type { Installation } from '../stack/installation.ts';
import type { Servers } from '../stack/servers.ts';

const execute = promisify(execFile);

/** In the order that foreign keys ask for. */
const TABLES = ['facebook_pages', 'contacts', 'messenger_conversations', 'contact_interaction_events'];

/**
 * How fast PostgreSQL takes the same rows when nobody asks whether they are there: `psql`'s COPY of the rows that a
 * sync made, from files, into a database of the same definition, its indexes and foreign keys included.
 *
 * @returns seconds, the start of psql included; or why there is none
 */
export async function copy(servers: Servers, { sql, databaseUrl }: Installation): Promise<number | string> {
  const psql = await findPsql();
  if (psql === null) return 'skipped: there is no psql on the PATH';
  const folder = await mkdtemp(path.join(servers.folder, 'copy-'));
  const target = await servers.createDatabase('bench_copy');
  const run = (url: string, commands: string[]) =>
    execute(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...commands.flatMap((c) => ['-c', c]), url]);
  try {
    const tables = await Promise.all(
      TABLES.map(async (table) => {
        const columns = await sql<{ name: string }[]>`
          SELECT quote_ident(column_name) AS name FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name = ${table} AND is_generated = 'NEVER' ORDER BY ordinal_position`;
        const list = columns.map(({ name }) => name).join(', ');
        return { source: `${table} (${list})`, file: path.join(folder, table) };
      }),
    );
    await run(
      databaseUrl,
      tables.map(({ source, file }) => `\\copy ${source} TO '${file}'`),
    );
    const began = performance.now();
    await run(
      target.url,
      tables.map(({ source, file }) => `\\copy ${source} FROM '${file}'`),
    );
    return (performance.now() - began) / 1000;
  } finally {
    await target.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** psql is not among the programs that are installed with us; a machine often has one. */
async function findPsql(): Promise<string | null> {
  const folders = [path.join(await findPostgres(), 'bin'), ...(process.env.PATH ?? '').split(path.delimiter)];
  for (const folder of folders.filter((name) => name !== '')) {
    const candidate = path.join(folder, process.platform === 'win32' ? 'psql.exe' : 'psql');
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  return null;
}
