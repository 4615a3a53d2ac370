import type { BatchPageEvent, BatchResource } from '../contract/batch-resources.ts';
import { countsSentence, OPEN_PAGE_STATES } from '../contract/batches.ts';
import { createBar } from './bar.ts';
import type { Connection } from './connection.ts';
import { followStream } from './event-stream.ts';
import { CommandFailure } from './failure.ts';
import { path } from './http.ts';
import { interruption } from './interruption.ts';

/** The events of `GET /api/batches/:id/stream` before `final`. */
const NAMES = ['snapshot', 'page'] as const;

/**
 * Shows a batch until it ends: a bar for people, a line of JSON an event for scripts. Ctrl+C stops the watching.
 *
 * @returns the batch, complete
 * @throws CommandFailure when it is not complete, or Ctrl+C was pressed
 */
export async function watchBatch({ client, output }: Connection, batchId: string): Promise<BatchResource> {
  const interrupted = interruption();
  const bar = output.json
    ? null
    : createBar(({ counts }: BatchResource | BatchPageEvent) => {
        const pages = Object.values(counts).reduce((sum, count) => sum + count, 0);
        const open = OPEN_PAGE_STATES.reduce((sum, state) => sum + counts[state], 0);
        return { current: pages - open, total: pages, line: countsSentence(counts) };
      });
  let batch: BatchResource | null;
  try {
    batch = await followStream<(typeof NAMES)[number], BatchResource | BatchPageEvent, BatchResource>(
      client,
      path`/api/batches/${batchId}/stream`,
      NAMES,
      (event, name) => {
        bar?.show(event);
        output.event({ event: name, ...event });
      },
      interrupted,
    );
  } finally {
    bar?.stop();
  }
  if (batch === null) {
    const how = `"pagesync batch status ${batchId}" shows it, "pagesync batch cancel ${batchId}" ends it.`;
    throw new CommandFailure('interrupted', `The batch goes on. ${how}`);
  }
  if (batch.status !== 'COMPLETED') throw new CommandFailure('incomplete', batch.message ?? batch.status);
  return batch;
}
