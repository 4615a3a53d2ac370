import { z } from 'zod';
import type { ListResource } from '../contract/resources.ts';

/** Where a page of a list begins: the sort key of the last row of the page before, and how many rows. */
export interface Keyset {
  after: [string, string] | null;
  limit: number;
}

const decoded = z.tuple([z.string(), z.string()]);

/** Reads an opaque cursor; `null` when it is none of ours. */
export function decodeCursor(cursor: string): [string, string] | null {
  try {
    const parsed = decoded.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function encodeCursor(key: [string, string]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * Makes a page of a list out of `limit + 1` rows: the extra row only says that there is more.
 *
 * @param keyOf the row's sort key, in the order of the query
 */
export function keysetPage<Row, Resource>(
  rows: readonly Row[],
  limit: number,
  toResource: (row: Row) => Resource,
  keyOf: (row: Row) => [string, string],
): ListResource<Resource> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: page.map(toResource), nextCursor: more ? encodeCursor(keyOf(last)) : null };
}

/** Whether a text has the shape of our ids. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
