import type { Request, Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { FinalStreamEvent } from '../contract/resources.ts';
import type { ApiDeps } from './deps.ts';
import { EventStream } from './event-stream.ts';
import { followJob } from './follow-job.ts';
import { snapshotEvent, snapshotId } from './stream-events.ts';

/**
 * Server-sent events of a job: `snapshot` (at the start, after a pause or a gap), `progress` per conversation, and
 * `final`, which says how the job ended, after which the stream closes. Ids only grow; a client that comes back
 * with `Last-Event-ID` gets nothing that it has seen, and 204 (which ends an EventSource) after the final event.
 */
export async function streamJob(deps: ApiDeps, jobId: string, req: Request, res: Response): Promise<void> {
  const stream = new EventStream(deps.hub, req, res);
  await followJob(deps, jobId, stream, {
    open: (job) => stream.open(hasEnded(job.status) ? snapshotId(job.revision) : null),
    job(job, id) {
      const event = snapshotEvent(job);
      if (!hasEnded(job.status)) return stream.push('snapshot', id, event);
      const { message } = job;
      stream.push('final', id, { ...event, job, message } satisfies FinalStreamEvent);
    },
    conversation: (event, id) => stream.push('progress', id, event),
  });
}
