import type { Request, Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ProgressHint } from '../store/index.ts';
import type { ApiDeps } from './deps.ts';
import { EventStream } from './event-stream.ts';
import { PacedQueue } from './paced-queue.ts';
import { notFound } from './problem.ts';
import { batchEvents, snapshotEvent, snapshotId } from './stream-events.ts';

/**
 * Server-sent events of a job: `snapshot` (at the start, after a pause or a gap), `progress` per conversation, and
 * `final`, which says how the job ended, after which the stream closes. Ids only grow; a client that comes back
 * with `Last-Event-ID` gets nothing that it has seen, and 204 (which ends an EventSource) after the final event.
 */
export async function streamJob(deps: ApiDeps, jobId: string, req: Request, res: Response): Promise<void> {
  const { store, hub } = deps;
  const stream = new EventStream(hub, req, res);
  const early: (ProgressHint | null)[] = [];
  let onHint = (hint: ProgressHint | null): void => {
    early.push(hint);
  };
  const queue = new PacedQueue<{ id: number; event: StreamEvent }>(({ id, event }) =>
    stream.send('progress', id, event),
  );
  stream.onEnd(hub.subscribe(jobId, (hint) => onHint(hint)));
  stream.onEnd(() => queue.clear());

  const job = await store.jobs.find(jobId);
  if (job === null) throw notFound('Job');
  if (!(await stream.open(hasEnded(job.status) ? snapshotId(job.revision) : null))) return;

  const show = (current: JobResource) => {
    const id = snapshotId(current.revision);
    if (id < stream.lastId) return;
    queue.clear();
    const ended = hasEnded(current.status);
    stream.send(ended ? 'final' : 'snapshot', id, {
      ...snapshotEvent(current),
      ...(ended ? { job: current, message: current.message } : {}),
    });
    if (ended) stream.end();
  };
  const look = async (): Promise<void> => {
    const current = await store.jobs.find(jobId);
    if (current !== null) show(current);
  };
  onHint = (hint) => {
    const events = hint === null ? [] : batchEvents(hint);
    if (events.length > 0) queue.push(events);
    else void stream.refresh(look);
  };
  show(job);
  for (const hint of early) onHint(hint);
}
