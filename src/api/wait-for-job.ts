import type { Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { JobResource } from '../contract/resources.ts';
import type { ApiDeps } from './deps.ts';
import { notFound } from './problem.ts';

/** Whether nothing more comes of the job by itself: it has ended, or waits for its page to be connected anew. */
export function isOver(job: Pick<JobResource, 'status' | 'tokenExpired'>): boolean {
  return hasEnded(job.status) || (job.status === 'PAUSED' && job.tokenExpired);
}

/** How waiting has ended. */
export interface Waited {
  /** The job as it is now. */
  job: JobResource;
  /** Whether nobody waits any more though it goes on: the client has left, or the server stops. */
  isInterim: boolean;
}

/**
 * Waits until a job is over, the time is up, the client has left or the server stops. The job itself notices nothing of
 * who waits for it. The row is read when PostgreSQL says that it has changed, not again and again.
 */
export async function waitForJob(
  { store, hub }: Pick<ApiDeps, 'store' | 'hub'>,
  jobId: string,
  waitMs: number,
  res: Response,
): Promise<Waited> {
  const read = async (): Promise<JobResource> => {
    const job = await store.jobs.find(jobId);
    if (job === null) throw notFound('Job');
    return job;
  };
  let wake = (): void => {};
  let ended = false;
  const end = () => {
    ended = true;
    wake();
  };
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    end();
  };
  let changed = true;
  const unsubscribe = hub.subscribe(jobId, (hint) => {
    // a stored batch ends no job
    if (hint?.batch !== undefined) return;
    changed = true;
    wake();
  });
  const forget = hub.onClose(interrupt);
  const timer = setTimeout(end, waitMs);
  // it may have left before
  if (res.closed) interrupt();
  res.once('close', interrupt);
  try {
    while (!ended) {
      if (changed) {
        changed = false;
        // when it cannot be read now, the connection that listens comes back too, and says so
        const job = await read().catch(() => null);
        if (job !== null && isOver(job)) return { job, isInterim: false };
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (changed || ended) resolve();
      });
    }
    const job = await read();
    return { job, isInterim: isInterrupted && !isOver(job) };
  } finally {
    unsubscribe();
    forget();
    clearTimeout(timer);
    res.off('close', interrupt);
  }
}
