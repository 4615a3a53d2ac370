import { followRow } from '../contract/follow-row.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/index.ts';
import type { AutoSyncSchedules } from '../temporal/auto-sync.ts';

/** Has a page's schedule follow its row, after the row has changed; tells whether it does. */
export type AlignSchedule = (pageId: string) => Promise<boolean>;

/**
 * While Temporal is away nothing is lost: the row stands, and the maintenance task `schedules` has the schedule follow it.
 */
export function createAlignSchedule(
  store: Pick<Store, 'autoSync'>,
  schedules: Pick<AutoSyncSchedules, 'align'>,
  logger: Logger,
): AlignSchedule {
  return async (pageId) => {
    const page = await store.autoSync.find(pageId);
    if (page === null) return false;
    try {
      await followRow(page, { read: store.autoSync.find, align: schedules.align });
      return true;
    } catch (error) {
      logger.warn({ err: error, page: page.facebookPageId }, 'The page’s schedule could not be changed yet');
      return false;
    }
  };
}
