import type { PageResource } from '../contract/resources.ts';
import type { Store } from '../store/index.ts';
import type { SubscribePage } from '../temporal/subscriptions.ts';
import type { SyncControl } from '../temporal/sync.ts';
import { notFound } from './problem.ts';
import type { ProgressHub } from './progress-hub.ts';

/** What the resources of the API work with. */
export interface ApiDeps {
  store: Store;
  sync: SyncControl;
  hub: ProgressHub;
  /** `null` while webhooks are not configured. */
  subscribePage: SubscribePage | null;
}

/** The page that a path names, by our UUID or the Facebook page ID. @throws Problem 404 */
export async function requirePage(
  store: Store,
  reference: string | string[] | undefined,
): Promise<PageResource> {
  const page = typeof reference === 'string' ? await store.pages.find(reference) : null;
  if (page === null) throw notFound('Page');
  return page;
}
