import type { EventResource } from '../../src/contract/conversations.ts';

/** A page of a conversation's events as it was fetched, newest first. */
export interface EventPage {
  data: readonly EventResource[];
  nextCursor: string | null;
}

/**
 * The pages after one of them was read again: events that are there take over what has changed, others join that page.
 *
 * @returns `null` when there is a gap: so much is new at the head that it does not reach what is known
 */
export function mergeEvents(pages: readonly EventPage[], n: number, read: EventPage): EventPage[] | null {
  const newer = new Map(read.data.map((event) => [event.id, event]));
  const known = new Set<number>();
  const merged = pages.map((page) => ({
    ...page,
    data: page.data.map((event) => {
      const now = newer.get(event.id);
      if (now !== undefined) known.add(event.id);
      return now ?? event;
    }),
  }));
  const hasAny = pages.some(({ data }) => data.length > 0);
  if (n === 0 && hasAny && known.size === 0 && read.nextCursor !== null) return null;
  const page = merged[n];
  if (page === undefined) return merged;
  merged[n] = { ...page, data: [...read.data.filter(({ id }) => !known.has(id)), ...page.data] };
  return merged;
}
