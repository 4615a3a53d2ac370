import type { JobStatus } from '../contract/job-status.ts';
import type { JobResource } from '../contract/resources.ts';
import type { Connection } from './connection.ts';
import { CommandFailure } from './failure.ts';
import { interruption } from './interruption.ts';
import { createProgressBar } from './progress-bar.ts';
import { watchSync } from './watch-sync.ts';

const GOOD: readonly JobStatus[] = ['COMPLETED', 'UP_TO_DATE'];

/**
 * Shows a page's sync until it ends: a bar for people, a line of JSON an event for scripts. Ctrl+C stops the watching.
 *
 * @returns the job, complete
 * @throws CommandFailure when it is not complete, waits for a new token, or Ctrl+C was pressed
 */
export async function watchToEnd({ client, output }: Connection, page: string): Promise<JobResource> {
  const interrupted = interruption();
  const parked = new AbortController();
  const bar = output.json ? null : createProgressBar();
  let job: JobResource | null;
  try {
    job = await watchSync(
      client,
      page,
      (event, name) => {
        bar?.show(event);
        output.event({ event: name, ...event });
        if (event.tokenExpired) parked.abort();
      },
      AbortSignal.any([interrupted, parked.signal]),
    );
  } finally {
    bar?.stop();
  }
  if (job === null && interrupted.aborted) {
    const how = `"pagesync status ${page}" shows it, "pagesync cancel ${page}" ends it.`;
    throw new CommandFailure('interrupted', `The sync goes on. ${how}`);
  }
  if (job === null) {
    throw new CommandFailure(
      'incomplete',
      'The sync waits for a new token of its page, and goes on when the page is connected again.',
    );
  }
  if (!GOOD.includes(job.status)) throw new CommandFailure('incomplete', job.message ?? job.status);
  return job;
}
