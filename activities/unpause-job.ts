import type { OpenedJob, UnpauseJobInput } from '../src/contract/job-steps.ts';
import type { Store } from '../src/store/index.ts';
import { openedJob } from './open-job.ts';

/**
 * Writes `IN_PROGRESS` again. May be repeated.
 *
 * @returns the platforms to walk: the page may have been given an Instagram account meanwhile
 */
export function createUnpauseJob(store: Store) {
  return async function unpauseJob(input: UnpauseJobInput): Promise<OpenedJob> {
    return openedJob(await store.lifecycle.unpause(input.jobId));
  };
}
