import { createSession } from 'better-sse';
import type { Request, Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ProgressHint } from '../store/index.ts';
import type { ApiDeps } from './deps.ts';
import { PacedQueue } from './paced-queue.ts';
import { notFound } from './problem.ts';
import { batchEvents, snapshotEvent, snapshotId } from './stream-events.ts';

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
  const early: (ProgressHint | null)[] = [];
  let onHint = (hint: ProgressHint | null): void => {
    early.push(hint);
  };
  const unsubscribe = hub.subscribe(jobId, (hint) => onHint(hint));
  let lastId = Number(req.headers['last-event-id']) || 0;

  let job: JobResource | null;
  try {
    job = await store.jobs.find(jobId);
    if (job === null) throw notFound('Job');
    if (hasEnded(job.status) && lastId >= snapshotId(job.revision)) {
      unsubscribe();
      res.status(204).end();
      return;
    }
  } catch (error) {
    unsubscribe();
    throw error;
  }

  const session = await createSession(req, res, {
    keepAlive: HEARTBEAT_MS,
    headers: { 'X-Accel-Buffering': 'no' },
  });
  const send = (name: string, id: number, data: StreamEvent | JobResource) => {
    if (!session.isConnected || id <= lastId) return;
    lastId = id;
    session.push(data, name, String(id));
  };
  const queue = new PacedQueue<{ id: number; event: StreamEvent }>(({ id, event }) =>
    send('progress', id, event),
  );
  const longest = setTimeout(() => res.end(), LONGEST_MS);
  const forget = hub.onClose(() => res.end());
  const leave = () => {
    unsubscribe();
    queue.clear();
    clearTimeout(longest);
    forget();
  };
  session.once('disconnected', leave);
  if (!session.isConnected) leave();

  const show = (current: JobResource) => {
    queue.clear();
    const ended = hasEnded(current.status);
    send(ended ? 'final' : 'snapshot', snapshotId(current.revision), {
      ...snapshotEvent(current),
      ...(ended ? { job: current, message: current.message } : {}),
    });
    if (ended) res.end();
  };
  const refresh = async () => {
    const current = await store.jobs.find(jobId).catch((error: unknown) => {
      req.log.warn({ err: error, jobId }, 'The stream could not read its job');
      return null;
    });
    if (current !== null && session.isConnected) show(current);
  };

  onHint = (hint) => {
    const events = hint === null ? [] : batchEvents(hint);
    if (events.length > 0) queue.push(events);
    else void refresh();
  };
  show(job);
  for (const hint of early) onHint(hint);
}
