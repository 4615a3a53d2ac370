import { log } from '@temporalio/activity';
import type { ClosedJob, CloseJobInput } from '../src/contract/job-steps.ts';
import { NO_TOTALS } from '../src/contract/progress.ts';
import type { Store } from '../src/store/index.ts';

/** Writes the job's end: status, watermark or checkpoint, and the sentence for people. May be repeated. */
export function createCloseJob(store: Store) {
  return async function closeJob(input: CloseJobInput): Promise<ClosedJob> {
    const job = await store.lifecycle.close(input.jobId, input);
    if (job === null) return { status: input.status, totals: NO_TOTALS, message: input.reason ?? '' };
    log.info('Sync ended', { jobId: input.jobId, pageId: job.pageId, status: job.status, ...job.totals });
    return { status: job.status, totals: job.totals, message: job.message ?? '' };
  };
}
