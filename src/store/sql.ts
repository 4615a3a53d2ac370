import postgres from 'postgres';

/** `bigint` columns are counters and identities here, far below 2^53: they arrive as numbers. */
const types = { bigint: { to: 20, from: [20], serialize: String, parse: Number } };

/** A connection pool. Every store takes one; nothing else opens connections. */
export type Sql = postgres.Sql<{ bigint: number }>;

/** A transaction of a pool. */
export type Transaction = postgres.TransactionSql<{ bigint: number }>;

/** A piece of SQL to be put into a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/**
 * Opens a pool on a PostgreSQL URL. Connections are made when they are needed.
 *
 * @param max most connections at a time
 */
export function connectSql(url: string, max = 10): Sql {
  return postgres(url, {
    max,
    types,
    onnotice: () => {},
    connection: { application_name: 'pagesync' },
    connect_timeout: 10,
    backoff: reconnectDelay,
  });
}

/**
 * Seconds before the next try after so many vain ones. The driver's own grow to 20, in which a request of Meta's waits for
 * its answer, and which go on after PostgreSQL is back.
 */
function reconnectDelay(tries: number): number {
  return (0.5 + Math.random() / 2) * Math.min(3 ** tries / 100, 1);
}

/** The SQLSTATE and constraint of a PostgreSQL error; `null` for anything else. */
export function sqlState(error: unknown): { code: string; constraint: string | null } | null {
  return error instanceof postgres.PostgresError
    ? { code: error.code, constraint: error.constraint_name ?? null }
    : null;
}

/**
 * Whether PostgreSQL refused the data itself: data exceptions (22), integrity (23), limits (54).
 * Anything else (connection, shutdown, deadlock) is worth another try with the same data.
 */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && /^(22|23|54)/.test(state.code);
}

/** Driver codes and SQLSTATE classes (08, 53, 57P) that mean "no database now". */
const AWAY = /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|CONNECT_TIMEOUT|CONNECTION_|08|53|57P)/;

/** Whether PostgreSQL cannot be reached, or does not take work, at the moment. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && AWAY.test(String(error.code));
}
