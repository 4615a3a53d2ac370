import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ProgressHint } from '../store/index.ts';
import type { ApiDeps } from './deps.ts';
import { PacedQueue } from './paced-queue.ts';
import { notFound } from './problem.ts';
import { batchEvents, snapshotId } from './stream-events.ts';

/** Time until a stream that could not read its job looks again, in milliseconds. */
const REFRESH_AGAIN_MS = 1000;

/** A stream ends after an hour, so that the client's right to it is looked at again. It may come back at once. */
const LONGEST_MS = 3_600_000;

/** Comment lines that keep proxies from closing a quiet stream, in milliseconds. */
export const HEARTBEAT_MS = 10_000;

/** How a stream is written. */
export interface JobWriter {
  /** Begins the answer. @returns false when it has been given already */
  open(job: JobResource): Promise<boolean>;
  /** The job as it is now; after its end nothing comes any more. */
  job(job: JobResource, id: number): void;
  /** A conversation was stored. */
  conversation(event: StreamEvent, id: number): void;
}

/**
 * Follows a job from now to its end, or until the client leaves: the job as it is at the start, after a pause or a gap and
 * at the end, and each conversation that is stored, at most 20 a second. Ids only grow, from `afterId` on. The answer ends with
 * the job.
 */
export async function followJob(
  { store, hub }: Pick<ApiDeps, 'store' | 'hub'>,
  jobId: string,
  { req, res, afterId }: { req: Request; res: Response; afterId: number },
  writer: JobWriter,
): Promise<void> {
  let lastId = afterId;
  const early: (ProgressHint | null)[] = [];
  let onHint = (hint: ProgressHint | null): void => {
    early.push(hint);
  };
  const write = (id: number, event: () => void): void => {
    if (res.closed || res.writableEnded || id <= lastId) return;
    lastId = id;
    event();
  };
  const queue = new PacedQueue<{ id: number; event: StreamEvent }>(({ id, event }) =>
    write(id, () => writer.conversation(event, id)),
  );
  const unsubscribe = hub.subscribe(jobId, (hint) => onHint(hint));
  const forget = hub.onClose(() => res.end());
  const longest = setTimeout(() => res.end(), LONGEST_MS);
  // before anything is awaited: a client may leave at any moment
  res.once('close', () => {
    unsubscribe();
    forget();
    clearTimeout(longest);
    queue.clear();
  });

  const job = await store.jobs.find(jobId);
  if (job === null) throw notFound('Job');
  if (res.closed || res.writableEnded || !(await writer.open(job))) return;

  const show = (current: JobResource) => {
    const id = snapshotId(current.revision);
    if (id < lastId) return;
    queue.clear();
    write(id, () => writer.job(current, id));
    if (hasEnded(current.status)) res.end();
  };
  const refresh = async (): Promise<void> => {
    try {
      const current = await store.jobs.find(jobId);
      if (current !== null) show(current);
    } catch (error) {
      req.log.warn({ err: error, jobId }, 'The stream could not read its job');
      // it may have been the last hint: look again rather than wait for another
      await setTimeoutPromise(REFRESH_AGAIN_MS);
      if (!res.closed) return refresh();
    }
  };
  onHint = (hint) => {
    const events = hint === null ? [] : batchEvents(hint);
    if (events.length > 0) queue.push(events);
    else void refresh();
  };
  show(job);
  for (const hint of early) onHint(hint);
}
