import type { Sql } from './sql.ts';

/** Any fixed number but that of the migrations: one program builds at a time, the others do not wait for it. */
const ADVISORY_LOCK = 7_246_002;

/** `others`: another program is building them. */
export type LateIndexes = { built: string[]; others: boolean };

/**
 * Builds the indexes that migrations have left to be built beside all other work (`add_late_index` in
 * `migrations/0011_search.sql`), and anew those whose building was broken off. Writers go on meanwhile. PostgreSQL waits for
 * transactions that are open when it begins, and goes on by itself when this program ends.
 */
export async function buildLateIndexes(sql: Sql): Promise<LateIndexes> {
  const connection = await sql.reserve();
  try {
    // nobody may wait for the lock in a statement: its snapshot would be waited for in turn
    const [lock] = await connection<
      { mine: boolean }[]
    >`SELECT pg_try_advisory_lock(${ADVISORY_LOCK}::bigint) AS mine`;
    if (!lock?.mine) return { built: [], others: (await missing(connection)).length > 0 };
    try {
      // a limit for the program's other work is none for this
      await connection`SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)`;
      const built: string[] = [];
      for (const { name, definition, isBroken } of await missing(connection)) {
        if (isBroken) await connection`DROP INDEX CONCURRENTLY IF EXISTS ${connection(name)}`;
        await connection`CREATE INDEX CONCURRENTLY ${connection(name)} ON ${connection.unsafe(definition)}`;
        built.push(name);
      }
      return { built, others: false };
    } finally {
      await connection`SELECT pg_advisory_unlock(${ADVISORY_LOCK}::bigint)`;
      await connection`RESET statement_timeout`;
      await connection`RESET lock_timeout`;
    }
  } finally {
    connection.release();
  }
}

interface MissingIndex {
  name: string;
  definition: string;
  /** It is there and nothing can use it. */
  isBroken: boolean;
}

async function missing(sql: Sql): Promise<MissingIndex[]> {
  return sql<MissingIndex[]>`
    SELECT l.name, l.definition, i.indexrelid IS NOT NULL AS "isBroken"
    FROM late_indexes l LEFT JOIN pg_index i ON i.indexrelid = to_regclass(quote_ident(l.name))
    WHERE i.indisvalid IS NOT TRUE ORDER BY l.place`;
}

/** Whether all of these indexes are there and finished. */
export async function areBuilt(sql: Sql, names: readonly string[]): Promise<boolean> {
  const rows = await missing(sql);
  return !rows.some(({ name }) => names.includes(name));
}
