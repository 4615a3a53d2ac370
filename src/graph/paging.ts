import { z } from 'zod';
import { GraphError } from './errors.ts';

const paging = z.looseObject({
  cursors: z
    .looseObject({ after: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
  next: z.string().nullish().catch(null),
});

/**
 * The cursor of the next page. Only a missing `next` ends a walk: a page may be empty or short and yet have one,
 * and `cursors.after` stands on the last page too. `next` itself embeds the token, so only its `after` is kept.
 *
 * @param asked the cursor of the page that was answered
 * @returns `null` when there are no more pages
 * @throws GraphError `bad_request` when Graph names the same cursor again, which would be a loop for ever
 */
export function nextCursor(value: unknown, asked: string | null): string | null {
  const parsed = paging.safeParse(value);
  if (!parsed.success) return null;
  const { next, cursors } = parsed.data;
  if (next === undefined || next === null || next === '') return null;
  const after = cursorOf(next) || cursors?.after || null;
  if (after === null)
    throw new GraphError('bad_request', { detail: 'Graph named a next page without a cursor' });
  if (after === asked) throw new GraphError('bad_request', { detail: 'Graph named the same cursor twice' });
  return after;
}

function cursorOf(next: string): string | null {
  try {
    return new URL(next).searchParams.get('after');
  } catch {
    return null;
  }
}
