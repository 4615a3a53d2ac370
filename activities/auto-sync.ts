import type { Store } from '../src/store/index.ts';
import { createNotify } from './notify.ts';
import { createPlanAutoSync } from './plan-auto-sync.ts';

/** The activities of `AutoSyncWorkflow`. */
export type AutoSyncActivities = ReturnType<typeof createAutoSyncActivities>;

export function createAutoSyncActivities(store: Store) {
  return { planAutoSync: createPlanAutoSync(store), notify: createNotify(store) };
}
