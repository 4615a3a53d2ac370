import { createSession, type Session } from 'better-sse';
import type { Request, Response } from 'express';
import { hasEnded } from '../contract/job-status.ts';
import type { ApiDeps } from './deps.ts';
import { followJob, HEARTBEAT_MS } from './follow-job.ts';
import { snapshotEvent, snapshotId } from './stream-events.ts';

/**
 * Server-sent events of a job: `snapshot` (at the start, after a pause or a gap), `progress` per conversation, and
 * `final`, which says how the job ended, after which the stream closes. Ids only grow; a client that comes back
 * with `Last-Event-ID` gets nothing that it has seen, and 204 (which ends an EventSource) after the final event.
 */
export async function streamJob(deps: ApiDeps, jobId: string, req: Request, res: Response): Promise<void> {
  const afterId = Number(req.headers['last-event-id']) || 0;
  let session: Session | null = null;
  const send = (name: string, id: number, data: object) => session?.push(data, name, String(id));
  await followJob(
    deps,
    jobId,
    { req, res, afterId },
    {
      async open(job) {
        if (hasEnded(job.status) && afterId >= snapshotId(job.revision)) {
          res.status(204).end();
          return false;
        }
        session = await createSession(req, res, {
          keepAlive: HEARTBEAT_MS,
          headers: { 'X-Accel-Buffering': 'no' },
        });
        return true;
      },
      job(job, id) {
        const ended = hasEnded(job.status);
        send(ended ? 'final' : 'snapshot', id, {
          ...snapshotEvent(job),
          ...(ended ? { job, message: job.message } : {}),
        });
      },
      conversation: (event, id) => send('progress', id, event),
    },
  );
}
