import { setTimeout } from 'node:timers/promises';
import { SyncAlreadyRunning } from '../temporal/sync.ts';

/**
 * How long a workflow may be ahead of or behind its row, and how often to look, in milliseconds. A worker that died
 * between the two keeps the workflow for the 5 seconds of `closeJob`, and another 5 of
 * `stickyQueueScheduleToStartTimeout`.
 */
const CLOSING_MS = 15_000;
const LOOK_MS = 50;

/**
 * Starts a workflow. Its row ends a moment before a workflow does: whoever has seen the end may start again at once. And
 * it is made a moment after its workflow: a start that comes in between waits for it, to answer with what is running.
 *
 * @param isOpen whether the row says that a workflow is at work
 * @returns `null` when it is at work already
 */
export async function startWhenClosed<T>(
  start: () => Promise<T>,
  isOpen: () => Promise<boolean>,
): Promise<T | null> {
  const deadline = Date.now() + CLOSING_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof SyncAlreadyRunning)) throw error;
      if ((await isOpen()) || Date.now() > deadline) return null;
      await setTimeout(LOOK_MS);
    }
  }
}
