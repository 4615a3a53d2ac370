import { ApplicationFailure } from '@temporalio/activity';
import type { OpenedJob, OpenJobInput } from '../src/contract/job-steps.ts';
import type { Platform } from '../src/contract/platform.ts';
import { FAILURE_TYPES } from '../src/contract/sync-error.ts';
import type { Store } from '../src/store/index.ts';

/**
 * Makes the job's row if the API has not, and takes it up. May be repeated.
 *
 * @throws ApplicationFailure `JobNotFound` when a job that is to be resumed is not there or has ended for good
 */
export function createOpenJob(store: Store) {
  return async function openJob(input: OpenJobInput): Promise<OpenedJob> {
    if (!input.resume) await store.lifecycle.create(input);
    const job = await store.lifecycle.takeUp(input.jobId, input.runId);
    if (job === null) {
      throw ApplicationFailure.nonRetryable(
        `Job ${input.jobId} is not there or cannot go on`,
        FAILURE_TYPES.jobNotFound,
      );
    }
    return { platforms: platformsOf(job) };
  };
}

/** The sides of a page's inbox. */
export function platformsOf(page: { instagram: boolean }): Platform[] {
  return page.instagram ? ['messenger', 'instagram'] : ['messenger'];
}
