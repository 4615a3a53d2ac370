import type { ApiClient } from '../cli/api-client.ts';
import { ApiError } from '../cli/http.ts';
import { createProgressBar } from '../cli/progress-bar.ts';
import { watchSync } from '../cli/watch-sync.ts';
import { hasEnded } from '../contract/job-status.ts';
import type { JobResource, PageResource, SyncStatusResource } from '../contract/resources.ts';

/**
 * Syncs a page with a live bar in the terminal: starts a job, takes up one that was stopped, or joins the one that
 * is running (it goes on by itself after every restart).
 *
 * @param leavePaused stop watching a job that is parked because its page needs a new token: it may take days
 * @returns the job at its end, or parked; `null` when it was asked to stop watching
 */
export async function syncInTerminal(
  client: ApiClient,
  page: PageResource,
  leavePaused: boolean,
  signal: AbortSignal,
): Promise<JobResource | null> {
  try {
    await client.startSync(page.id, { resume: page.syncCheckpoint !== null });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const running = (error.body.progress as SyncStatusResource | null | undefined)?.job.status;
    // its row has ended and its workflow has not: that job is not the one that was asked for
    if (running === undefined || hasEnded(running)) throw error;
    if (running === 'PAUSED') await client.resumeSync(page.id);
  }
  const bar = createProgressBar();
  const parked = new AbortController();
  try {
    const job = await watchSync(
      client,
      page.id,
      (event) => {
        bar.show(event);
        if (leavePaused && event.tokenExpired) parked.abort();
      },
      AbortSignal.any([signal, parked.signal]),
    );
    if (job !== null || signal.aborted) return job;
  } finally {
    bar.stop();
  }
  return (await client.getSync(page.id)).job;
}
