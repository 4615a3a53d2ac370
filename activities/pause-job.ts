import type { PausedJob, PauseJobInput } from '../src/contract/job-steps.ts';
import type { Store } from '../src/store/index.ts';
import type { TellOfToken } from './tell-of-token.ts';

/**
 * Writes `PAUSED` and the checkpoint. Of a dead token people are told, and the page's schedule is paused. May be repeated.
 *
 * @returns whether the page got a new token in the meantime, so that a job parked for one need not wait
 */
export function createPauseJob(store: Store, token: Pick<TellOfToken, 'dead'>) {
  return async function pauseJob(input: PauseJobInput): Promise<PausedJob> {
    const { jobId, tokenExpired } = input;
    const tokenRenewed = await store.lifecycle.pause(jobId, tokenExpired, input.error);
    if (tokenExpired && !tokenRenewed) {
      const job = await store.jobs.find(jobId);
      if (job !== null) await token.dead(job.pageId, jobId);
    }
    return { tokenRenewed };
  };
}
