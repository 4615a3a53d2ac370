import { ApplicationFailure } from '@temporalio/activity';
import type { OpenedJob, OpenJobInput } from '../src/contract/job-steps.ts';
import { PLATFORMS } from '../src/contract/platform.ts';
import { FAILURE_TYPES } from '../src/contract/sync-error.ts';
import type { JobScope, Store } from '../src/store/index.ts';

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
    return openedJob(job);
  };
}

/** What the workflow learns of its job: the platforms that the page has and the job covers, and where each may stop. */
export function openedJob({ instagram, selection, mode, stopBelow }: JobScope): OpenedJob {
  const platforms = PLATFORMS.filter(
    (platform) =>
      (instagram || platform === 'messenger') &&
      (selection?.platforms?.includes(platform) ?? true) &&
      (selection?.conversations ? selection.conversations[platform].length > 0 : true),
  );
  return { platforms, mode, stopBelow };
}
