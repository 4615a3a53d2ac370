import type { Alignment, AutoSyncPage } from './auto-sync.ts';

/** How long Temporal may take for one schedule, in milliseconds. */
export const SCHEDULE_DEADLINE_MS = 3000;

/** How often a schedule is aligned when its row changes meanwhile; the maintenance task `schedules` does the rest. */
const ROUNDS = 3;

/** The row's part in `followRow`, and the schedule's. */
export interface FollowRow {
  /** The page's row as it is now; `null` when there is none. */
  read(pageId: string): Promise<AutoSyncPage | null>;
  /** @param ms how long it may take. @throws when Temporal does not do it */
  align(page: AutoSyncPage, ms: number): Promise<Alignment>;
}

/**
 * Has a page's schedule follow its row. Two that do so at the same moment may have read different rows, and the one with the
 * older may come last: so whoever has changed the schedule looks at the row again.
 *
 * @param page as its row was read
 * @param ms how long Temporal may take in all
 * @throws when Temporal does not do it in time
 */
export async function followRow(
  page: AutoSyncPage,
  { read, align }: FollowRow,
  ms = SCHEDULE_DEADLINE_MS,
): Promise<Alignment> {
  const endMs = Date.now() + ms;
  let alignment: Alignment = 'kept';
  let row: AutoSyncPage | null = page;
  for (let round = 1; row !== null && round <= ROUNDS; round += 1) {
    const seen: AutoSyncPage = row;
    const done = await align(seen, Math.max(1, endMs - Date.now()));
    if (done === 'kept') break;
    alignment = done;
    row = await read(seen.pageId);
    if (row !== null && isSame(row, seen)) break;
  }
  return alignment;
}

function isSame(a: AutoSyncPage, b: AutoSyncPage): boolean {
  return (
    a.wanted === b.wanted && a.intervalSeconds === b.intervalSeconds && a.needsReconnect === b.needsReconnect
  );
}
