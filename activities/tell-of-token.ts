import { log } from '@temporalio/activity';
import { followRow } from '../src/contract/follow-row.ts';
import type { Store } from '../src/store/index.ts';
import type { Schedules } from './align-schedules.ts';

/** How long Temporal may take, in milliseconds: the activity that pauses a job has five seconds for everything. */
const DEADLINE_MS = 2000;

/** What is done when somebody has found out about a page's token, besides what its row says. May be repeated. */
export type TellOfToken = ReturnType<typeof createTellOfToken>;

export function createTellOfToken(store: Store, schedules: Pick<Schedules, 'align'>) {
  return {
    /**
     * Meta has refused it: people are told, and the page's schedule is paused.
     *
     * @param jobId that is parked for it, if one is
     */
    async dead(pageId: string, jobId: string | null): Promise<void> {
      await store.notifications.recordTokenExpired(pageId, jobId);
      const page = await store.autoSync.find(pageId);
      if (page === null) return;
      const follow = { read: store.autoSync.find, align: schedules.align };
      // a run that comes all the same does nothing, and the maintenance task `schedules` looks again
      await followRow(page, follow, DEADLINE_MS).catch((error: unknown) => {
        log.warn('The page’s schedule could not be paused', { pageId, err: error });
      });
    },

    /** It ends soon, or what it shows does. @param at ISO 8601 */
    async ends(pageId: string, at: string): Promise<void> {
      await store.notifications.recordTokenExpiring(pageId, at);
    },
  };
}
