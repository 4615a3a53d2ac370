import type { SyncHistoryQuery } from '../contract/sync-history.ts';
import type { Sql } from './sql.ts';

/** Days of an answer whose first one nobody has named. */
const USUAL_DAYS = 30;

/**
 * The first and the last day that are asked for: without days the last 30; without an end up to today; without a beginning 30
 * days up to the end.
 *
 * @throws PostgresError 22023 when PostgreSQL does not know the time zone
 */
export async function dayRange(
  sql: Sql,
  { timeZone, from, to }: Omit<SyncHistoryQuery, 'pageId'>,
): Promise<{ first: string; last: string }> {
  const [range] = await sql<{ first: string; last: string }[]>`
    SELECT to_char(coalesce(${from ?? null}::date, last - ${USUAL_DAYS - 1}::int), 'YYYY-MM-DD') AS first, to_char(last, 'YYYY-MM-DD') AS last
    FROM (SELECT greatest(${from ?? null}::date, coalesce(${to ?? null}::date, (now() AT TIME ZONE ${timeZone}::text)::date)) AS last) t`;
  if (range === undefined) throw new Error('SELECT returned no row');
  return range;
}
