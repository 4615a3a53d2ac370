import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { createSession } from 'better-sse';
import type { Request, Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ProgressHint } from '../store/index.ts';
import type { ApiDeps } from './deps.ts';
import { PacedQueue } from './paced-queue.ts';
import { notFound } from './problem.ts';
import { batchEvents, snapshotEvent, snapshotId } from './stream-events.ts';

/** Time until a stream that could not read its job looks again, in milliseconds. */
const REFRESH_AGAIN_MS = 1000;

/** Comment lines that keep proxies from closing a quiet stream, in milliseconds. */
const HEARTBEAT_MS = 10_000;

/** A stream ends after an hour, so that the client's right to it is looked at again. It may come back at once. */
const LONGEST_MS = 3_600_000;

/**
 * Server-sent events of a job: `snapshot` (at the start, after a pause or a gap), `progress` per conversation, and
 * `final`, which says how the job ended, after which the stream closes. Ids only grow; a client that comes back
 * with `Last-Event-ID` gets nothing that it has seen, and 204 (which ends an EventSource) after the final event.
 */
export async function streamJob(deps: ApiDeps, jobId: string, req: Request, res: Response): Promise<void> {
  const { store, hub } = deps;
  let lastId = Number(req.headers['last-event-id']) || 0;
  const early: (ProgressHint | null)[] = [];
  let onHint = (hint: ProgressHint | null): void => {
    early.push(hint);
  };
  const queue = new PacedQueue<{ id: number; event: StreamEvent }>(({ id, event }) =>
    send('progress', id, event),
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
  if (hasEnded(job.status) && lastId >= snapshotId(job.revision)) {
    res.status(204).end();
    return;
  }
  if (res.closed || res.writableEnded) return;
  const session = await createSession(req, res, {
    keepAlive: HEARTBEAT_MS,
    headers: { 'X-Accel-Buffering': 'no' },
  });

  function send(name: string, id: number, data: object): void {
    if (res.closed || res.writableEnded || id <= lastId) return;
    lastId = id;
    session.push(data, name, String(id));
  }
  const show = (current: JobResource) => {
    const id = snapshotId(current.revision);
    if (id < lastId) return;
    queue.clear();
    const ended = hasEnded(current.status);
    send(ended ? 'final' : 'snapshot', id, {
      ...snapshotEvent(current),
      ...(ended ? { job: current, message: current.message } : {}),
    });
    if (ended) res.end();
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
