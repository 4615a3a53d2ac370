import { setTimeout } from 'node:timers/promises';
import postgres from 'postgres';
import { OWN_CONNECTION, type Sql } from './house.ts';

/** PostgreSQL's `too_many_connections`. */
const TOO_MANY = '53300';

/**
 * Takes every connection that PostgreSQL has, those of the programs too, for a while: whoever needs one is turned away.
 *
 * @returns how many were taken
 */
export async function takeAllConnections(databaseUrl: string, forMs: number): Promise<number> {
  const end = Date.now() + forMs;
  const taken: Sql[] = [];
  try {
    await takeOne(databaseUrl, taken);
    const [first] = taken;
    if (first === undefined) throw new Error('There is no connection to begin with');
    for (;;) {
      // those that the programs have, and those that they have just got again
      await first`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name <> ${OWN_CONNECTION}`;
      while (await takeOne(databaseUrl, taken));
      if (Date.now() > end) return taken.length;
      await setTimeout(50);
    }
  } finally {
    await Promise.all(taken.map((sql) => sql.end({ timeout: 5 })));
  }
}

async function takeOne(databaseUrl: string, taken: Sql[]): Promise<boolean> {
  const sql = postgres(databaseUrl, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: OWN_CONNECTION },
  });
  try {
    await sql`SELECT 1`;
    taken.push(sql);
    return true;
  } catch (error) {
    await sql.end({ timeout: 1 });
    if (error instanceof postgres.PostgresError && error.code === TOO_MANY) return false;
    throw error;
  }
}

/** Holds the table of jobs locked for a while: every statement of the programs waits with its connection. */
export async function lockJobs(sql: Sql, forMs: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`LOCK TABLE sync_jobs IN ACCESS EXCLUSIVE MODE`;
    await setTimeout(forMs);
  });
}
