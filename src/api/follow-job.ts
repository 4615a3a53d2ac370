import { hasEnded } from '../contract/job-status.ts';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ProgressHint } from '../store/index.ts';
import type { ApiDeps } from './deps.ts';
import type { LiveAnswer } from './live-answer.ts';
import { PacedQueue } from './paced-queue.ts';
import { notFound } from './problem.ts';
import { batchEvents, snapshotId } from './stream-events.ts';

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
 * at the end, and each conversation that is stored, at most 20 a second. The answer ends with the job.
 */
export async function followJob(
  { store, hub }: Pick<ApiDeps, 'store' | 'hub'>,
  jobId: string,
  answer: LiveAnswer,
  writer: JobWriter,
): Promise<void> {
  const early: (ProgressHint | null)[] = [];
  let onHint = (hint: ProgressHint | null): void => {
    early.push(hint);
  };
  const queue = new PacedQueue<{ id: number; event: StreamEvent }>(({ id, event }) =>
    answer.write(id, () => writer.conversation(event, id)),
  );
  answer.onEnd(hub.subscribe(jobId, (hint) => onHint(hint)));
  answer.onEnd(() => queue.clear());

  const job = await store.jobs.find(jobId);
  if (job === null) throw notFound('Job');
  if (!(await writer.open(job))) return;

  const show = (current: JobResource) => {
    const id = snapshotId(current.revision);
    if (id < answer.lastId) return;
    queue.clear();
    answer.write(id, () => writer.job(current, id));
    if (hasEnded(current.status)) answer.end();
  };
  const look = async (): Promise<void> => {
    const current = await store.jobs.find(jobId);
    if (current !== null) show(current);
  };
  onHint = (hint) => {
    const events = hint === null ? [] : batchEvents(hint);
    if (events.length > 0) queue.push(events);
    else void answer.refresh(look);
  };
  show(job);
  for (const hint of early) onHint(hint);
}
