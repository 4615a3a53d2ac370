import type { ConversationRow } from './conversation-row.ts';

/** A page of the list as it was fetched. */
export interface RowPage {
  rows: readonly ConversationRow[];
  nextCursor: string | null;
}

/** Rows of many pages by their place in the list. */
export interface RowIndex {
  count: number;
  at(place: number): ConversationRow | undefined;
  /** Where a conversation stands; -1 when it is not there. */
  placeOf(id: string): number;
}

/** Where conversations stand in a page. Pages are never changed: whoever changes a row makes a new page. */
const places = new WeakMap<RowPage, Map<string, number>>();

function placesIn(page: RowPage): Map<string, number> {
  let known = places.get(page);
  if (known === undefined) {
    known = new Map(page.rows.map(({ id }, place) => [id, place]));
    places.set(page, known);
  }
  return known;
}

/** Finds rows without putting the pages together: what it costs depends on the number of pages, not of rows. */
export function createRowIndex(pages: readonly RowPage[]): RowIndex {
  const starts: number[] = [];
  let count = 0;
  for (const page of pages) {
    starts.push(count);
    count += page.rows.length;
  }
  return {
    count,
    at(place) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= place) low = middle;
        else high = middle - 1;
      }
      return pages[low]?.rows[place - (starts[low] ?? 0)];
    },
    placeOf(id) {
      for (const [n, page] of pages.entries()) {
        const place = placesIn(page).get(id);
        if (place !== undefined) return (starts[n] ?? 0) + place;
      }
      return -1;
    },
  };
}

/** The pages with newer versions of rows that they have, each where it is. The same pages when nothing differs. */
export function withNewer(pages: readonly RowPage[], newer: readonly ConversationRow[]): readonly RowPage[] {
  const changed = new Map<number, ConversationRow[]>();
  for (const row of newer) {
    const n = pages.findIndex((page) => placesIn(page).has(row.id));
    const place = n < 0 ? undefined : placesIn(pages[n] as RowPage).get(row.id);
    const known = place === undefined ? undefined : pages[n]?.rows[place];
    if (known === undefined || place === undefined || isSame(known, row)) continue;
    const rows = changed.get(n) ?? [...(pages[n]?.rows ?? [])];
    // found by what it said then: that stays
    rows[place] = { ...row, match: row.match ?? known.match };
    changed.set(n, rows);
  }
  if (changed.size === 0) return pages;
  return pages.map((page, n) => {
    const rows = changed.get(n);
    return rows === undefined ? page : { ...page, rows };
  });
}

/** Whether people would see no difference. An edit changes no version: the snippet tells. */
export function isSame(a: ConversationRow, b: ConversationRow): boolean {
  return a.version === b.version && a.at === b.at && a.snippet === b.snippet && a.unread === b.unread;
}
