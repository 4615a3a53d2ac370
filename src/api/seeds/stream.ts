import type { Request, Response } from 'express';
import { HEARTBEAT_MS } from '../../contract/heartbeat.ts';
import type { SeedStreamEvent } from '../../contract/seeds.ts';
import type { ApiDeps } from '../deps.ts';
import { followJob } from '../follow-job.ts';
import { LiveAnswer } from '../live-answer.ts';
import { isOver } from '../wait-for-job.ts';
import { seedConversationEvent, seedJobEvent } from './shapes.ts';

/**
 * The job as plain `data: {…}` lines, until it is over. A client that reads too slowly misses conversations, of which each
 * line has the running totals, never the end.
 */
export async function streamSeedSync(
  deps: ApiDeps,
  jobId: string,
  req: Request,
  res: Response,
): Promise<void> {
  const write = (event: SeedStreamEvent) => res.write(`data: ${JSON.stringify(event)}\n\n`);
  await followJob(deps, jobId, new LiveAnswer(deps.hub, req, res, 0), {
    async open() {
      res.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
      });
      res.flushHeaders();
      const beat = setInterval(() => {
        if (!res.writableEnded) res.write(':\n\n');
      }, HEARTBEAT_MS);
      res.once('close', () => clearInterval(beat));
      return true;
    },
    job(job) {
      write(seedJobEvent(job));
      // parked until the page is connected anew: the client need not wait for that
      if (isOver(job)) res.end();
    },
    conversation(event) {
      if (!res.writableNeedDrain) write(seedConversationEvent(event));
    },
  });
}
