import type { Batch } from '../../src/store/index.ts';
import { expectStored } from '../stack/inbox.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { createTools, START, timed } from './walk.ts';

/**
 * The plain loop without Temporal: fetch a page, store it by the product's own statement, next; as many loops at once
 * as there are pages. It survives nothing, cannot be paused and keeps to no budget.
 *
 * @param ahead whether the next page is fetched while one is stored, as the product does
 * @returns seconds
 */
export async function loop(
  installation: Installation,
  pages: readonly BenchPage[],
  ahead = true,
): Promise<number> {
  const { store, open } = createTools(installation);
  const seconds = await timed(pages, async (page) => {
    const reader = await open(page, 'messenger');
    let coming: Promise<Batch> | null = reader.read(START);
    while (coming !== null) {
      const batch: Batch = await coming;
      const { seq, nextCursor, isLast } = batch;
      const after = { ...START, seq, nextCursor, isLast };
      coming = batch.isLast || !ahead ? null : reader.read(after);
      await store.batches.store(batch);
      if (!batch.isLast && !ahead) coming = reader.read(after);
    }
  });
  await expectStored(installation, pages);
  return seconds;
}
