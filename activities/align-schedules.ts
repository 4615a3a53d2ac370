import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { Alignment, AutoSyncPage } from '../src/contract/auto-sync.ts';
import { followRow } from '../src/contract/follow-row.ts';
import type { SchedulesResult } from '../src/contract/maintenance.ts';
import type { Store } from '../src/store/index.ts';

/** The schedules of automatic syncs, as Temporal has them. */
export interface Schedules {
  /** Makes a page's schedule as the page says. @param ms how long it may take. @throws when Temporal does not do it */
  align(page: AutoSyncPage, ms: number): Promise<Alignment>;
  /** The Facebook page IDs of those that there are. */
  facebookPageIds(): Promise<string[]>;
}

/** Pages that are looked at between two heartbeats, and at the same time. */
const AT_ONCE = 20;

/**
 * How long Temporal may take for one page, in milliseconds: no person waits, and for a schedule that was just changed it was
 * seen to take longer than one would. Less than the activity's heartbeat time-out.
 */
const DEADLINE_MS = 20_000;

/**
 * The maintenance task `schedules`: compares every page with its schedule and makes the schedule as the page says, then
 * deletes those that no page wants. Each is one call of its own; what fails is tried again by the next run.
 *
 * @throws database errors, and when Temporal does not list its schedules; may be repeated
 */
export function createAlignSchedules(store: Store, schedules: Schedules) {
  return async function alignSchedules(): Promise<SchedulesResult> {
    const result: SchedulesResult = { looked: 0, repaired: 0, failed: 0 };
    const alignAll = async (pages: readonly AutoSyncPage[]) => {
      heartbeat();
      cancellationSignal().throwIfAborted();
      for (const outcome of await Promise.all(pages.map(alignOne))) {
        result.looked += 1;
        if (outcome !== 'kept') result[outcome] += 1;
      }
    };

    const seen = new Set<string>();
    let after: string | null = null;
    do {
      const pages: AutoSyncPage[] = await store.autoSync.wanting(after, AT_ONCE);
      await alignAll(pages);
      for (const { facebookPageId } of pages) seen.add(facebookPageId);
      after = pages.length < AT_ONCE ? null : (pages.at(-1)?.pageId ?? null);
    } while (after !== null);

    // the list may lag behind: the row, read now, decides
    const others = (await schedules.facebookPageIds()).filter((id) => !seen.has(id));
    for (let i = 0; i < others.length; i += AT_ONCE) {
      const ids = others.slice(i, i + AT_ONCE);
      const known = new Map((await store.autoSync.named(ids)).map((page) => [page.facebookPageId, page]));
      await alignAll(ids.map((id) => known.get(id) ?? unknownPage(id)));
    }
    return result;
  };

  /** Of a page that is not known there is no row. */
  async function read(pageId: string): Promise<AutoSyncPage | null> {
    return pageId === '' ? null : store.autoSync.find(pageId);
  }

  async function alignOne(page: AutoSyncPage): Promise<'kept' | 'repaired' | 'failed'> {
    try {
      const alignment = await followRow(page, { read, align: schedules.align }, DEADLINE_MS);
      if (alignment === 'kept') return 'kept';
      log.warn('A schedule was not as its page says', { page: page.facebookPageId, alignment });
      return 'repaired';
    } catch (error) {
      log.warn('A schedule could not be compared with its page', { page: page.facebookPageId, err: error });
      return 'failed';
    }
  }
}

/** A schedule of which no page is known is wanted by nobody. */
function unknownPage(facebookPageId: string): AutoSyncPage {
  return { pageId: '', facebookPageId, wanted: false, intervalSeconds: 0, needsReconnect: false };
}
