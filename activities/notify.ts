import type { NotifyInput } from '../src/contract/auto-sync.ts';
import { syncNotification } from '../src/contract/notifications.ts';
import type { Store } from '../src/store/index.ts';

/**
 * Tells people in the app of a job that an automatic sync has seen to its end, if there is anything to tell. May be
 * repeated: it is told once.
 *
 * @returns whether it was told now
 */
export function createNotify(store: Store) {
  return async function notify({ jobId }: NotifyInput): Promise<boolean> {
    const job = await store.jobs.find(jobId);
    const page = job === null ? null : await store.pages.find(job.pageId);
    // both may be gone by now
    if (job === null || page === null) return false;
    const notification = syncNotification(job, page.name);
    return notification !== null && store.notifications.record(notification);
  };
}
