import { isDataError, type Sql } from './sql.ts';

/** Undoes a trial run. */
class TrialOver extends Error {}

/**
 * Whether PostgreSQL takes what `write` writes; everything is undone.
 *
 * @param isRefusal whether a data error is about the data; others are thrown
 * @throws whatever is no refusal
 */
export async function isAccepted(
  sql: Sql,
  write: (tx: Sql) => Promise<unknown>,
  isRefusal: (error: unknown) => boolean = () => true,
): Promise<boolean> {
  try {
    await sql.begin(async (tx) => {
      await write(tx as unknown as Sql);
      throw new TrialOver();
    });
  } catch (error) {
    if (error instanceof TrialOver) return true;
    if (isDataError(error) && isRefusal(error)) return false;
    throw error;
  }
  return true;
}

/** Finds what is refused by halving, so that one bad item costs a few trial runs, not all the others. */
export async function findRefused<T>(items: T[], accepts: (items: T[]) => Promise<boolean>): Promise<T[]> {
  if (items.length === 0 || (await accepts(items))) return [];
  if (items.length === 1) return items;
  const middle = Math.ceil(items.length / 2);
  return [
    ...(await findRefused(items.slice(0, middle), accepts)),
    ...(await findRefused(items.slice(middle), accepts)),
  ];
}
