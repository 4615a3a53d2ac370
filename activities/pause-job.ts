import { log } from '@temporalio/activity';
import type { PausedJob, PauseJobInput } from '../src/contract/job-steps.ts';
import type { Store } from '../src/store/index.ts';
import type { Schedules } from './align-schedules.ts';

/**
 * Writes `PAUSED` and the checkpoint. Of a dead token people are told, and the page's schedule is paused. May be repeated.
 *
 * @returns whether the page got a new token in the meantime, so that a job parked for one need not wait
 */
export function createPauseJob(store: Store, schedules: Pick<Schedules, 'align'>) {
  return async function pauseJob(input: PauseJobInput): Promise<PausedJob> {
    const { jobId, tokenExpired } = input;
    const tokenRenewed = await store.lifecycle.pause(jobId, tokenExpired, input.error);
    if (tokenExpired && !tokenRenewed) await tellOfToken(jobId);
    return { tokenRenewed };
  };

  async function tellOfToken(jobId: string): Promise<void> {
    const job = await store.jobs.find(jobId);
    if (job === null) return;
    await store.notifications.recordTokenExpired(job.pageId, jobId);
    const page = await store.autoSync.find(job.pageId);
    if (page === null) return;
    // a run that comes all the same does nothing, and the maintenance task `schedules` looks again
    await schedules.align(page).catch((error: unknown) => {
      log.warn('The page’s schedule could not be paused', { pageId: job.pageId, err: error });
    });
  }
}
