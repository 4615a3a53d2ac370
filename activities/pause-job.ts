import type { PausedJob, PauseJobInput } from '../src/contract/job-steps.ts';
import type { Store } from '../src/store/index.ts';

/**
 * Writes `PAUSED` and the checkpoint. May be repeated.
 *
 * @returns whether the page got a new token in the meantime, so that a job parked for one need not wait
 */
export function createPauseJob(store: Store) {
  return async function pauseJob(input: PauseJobInput): Promise<PausedJob> {
    return { tokenRenewed: await store.lifecycle.pause(input.jobId, input.tokenExpired, input.error) };
  };
}
