import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { BatchPageState } from '../../src/contract/batches.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { BatchStep } from '../../src/store/index.ts';
import type { TestStore } from './store-under-test.ts';

/** How a batch syncs its pages, unless a test says otherwise. */
export const REQUEST = { mode: 'full', messageDepth: 'all', concurrency: 2 } as const;

/** A batch of these pages, each of which waits for its turn. */
export async function newBatch(it: TestStore, pages: PageResource[], concurrency = 2): Promise<string> {
  const id = randomUUID();
  const pageIds = pages.map((page) => page.id);
  expect(await it.store.batchSyncs.create(id, { ...REQUEST, concurrency, pageIds })).toEqual({
    unknown: [],
    pages: pages.length,
  });
  return id;
}

export async function newPages(it: TestStore, count: number): Promise<PageResource[]> {
  const pages: PageResource[] = [];
  for (let i = 0; i < count; i++) pages.push(await it.newPage());
  return pages;
}

/** The states of the batch's pages, in their order. */
export async function statesOf(it: TestStore, batchId: string): Promise<BatchPageState[]> {
  const { data } = await it.store.batchSyncs.pages(batchId, { after: null, limit: 200 }, {});
  return data.map(({ state }) => state);
}

/** What the activity does with a start: the workflow is there, and so is the job's row. */
export async function begin(
  it: TestStore,
  batchId: string,
  job: BatchStep['starts'][number],
  told = true,
): Promise<void> {
  if (!job.resume) await it.lifecycle.create(job);
  await it.lifecycle.takeUp(job.jobId, randomUUID());
  const { jobId, pageId } = job;
  if (told) await it.store.batchStarts.started(batchId, [{ pageId, jobId, joined: null }]);
}
