import type { Json } from '../types.ts';

/** What a list answers beside its rows; the empty object means "no paging object". */
export type PageInfo = { before: string; after: string; hasNext: boolean; hasPrevious: boolean };

/**
 * Builds the `paging` object. `next` and `previous` are whole URLs with the access token in them, as the real ones.
 * `url` answers the URL of a page when told which cursor parameter it carries. Instagram's last page has none.
 */
export function paging(
  info: PageInfo,
  instagram: boolean,
  url: (parameter: 'after' | 'before', cursor: string) => string,
): Json | undefined {
  if (instagram && !info.hasNext) return undefined;
  const result: Json = { cursors: { before: info.before, after: info.after } };
  if (info.hasNext) result.next = url('after', info.after);
  if (info.hasPrevious) result.previous = url('before', info.before);
  return result;
}

/** Everything of a page URL but the cursor; parameters that are null are left out. */
export function pageUrl(base: string, parameters: Readonly<Record<string, string | null>>): string {
  let url = `${base}?`;
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url += `${name}=${encodeURIComponent(value)}&`;
  }
  return url;
}
