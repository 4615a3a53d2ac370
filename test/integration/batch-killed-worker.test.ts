/* Two hundred pages on two workers, one of which is killed half-way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  BatchPageResource,
  BatchResource,
  BatchStatusResource,
} from '../../src/contract/batch-resources.ts';
import type { ListResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { type Program, startProgram } from '../support/program.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored, inboxOf } from '../support/truth.ts';

const PAGES = 200;
const CONCURRENCY = 20;
/** In each page's inbox, from this to that. */
const FEWEST = 20;
const MOST = 60;

let stack: Stack;
const programs: Program[] = [];
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
});
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await Promise.all(programs.map((program) => program.exited));
  await stack.close();
});

async function startWorkerProgram(): Promise<Program> {
  const program = startProgram('src/worker.ts', [], { ...stack.env, LOG_LEVEL: 'info' });
  programs.push(program);
  await eventually(() => program.output().includes('Worker polling'), 'a worker', 60_000);
  return program;
}

const batchOf = async (id: string) =>
  (await stack.api.get<BatchStatusResource>(`/api/batches/${id}`)).body.batch;

/** Looked at in the rows: whoever asks the API asks the workflow, which has other things to do. */
async function completed(id: string): Promise<number> {
  const [row] = await stack.sql<{ pages: number }[]>`
    SELECT count(*)::int AS pages FROM batch_sync_pages WHERE batch_id = ${id} AND state = 'COMPLETED'`;
  return row?.pages ?? 0;
}

test('a batch of 200 pages ends with 200 right results when one of two workers is killed in the middle', async () => {
  const [victim] = await Promise.all([startWorkerProgram(), startWorkerProgram()]);
  const pages: TestPage[] = [];
  let next = 1;
  const added = Array.from({ length: 10 }, async () => {
    for (let seed = next++; seed <= PAGES; seed = next++) {
      const conversations = FEWEST + (seed % (MOST - FEWEST + 1));
      pages.push(await stack.addPage({ conversations, messages: 2, seed, instagram: seed % 4 === 0 }));
    }
  });
  await Promise.all(added);
  const request = { all: true, mode: 'full', concurrency: CONCURRENCY };
  const { body: started } = await stack.api.post<BatchResource>('/api/batches', request);
  expect(started).toMatchObject({ status: 'IN_PROGRESS', pages: PAGES });
  const { id } = started;
  await eventually(async () => (await completed(id)) >= PAGES / 3, 'a third of the pages', 60_000);
  victim.kill('SIGKILL');
  await victim.exited;
  expect(await completed(id)).toBeLessThan(PAGES);

  await stack.temporal.workflow.getHandle(`batch/${id}`).result();
  const batch = await batchOf(id);
  const inboxes = pages.map((page) => inboxOf(stack, page).length);
  const total = inboxes.reduce((sum, conversations) => sum + conversations, 0);
  expect(batch).toMatchObject({
    status: 'COMPLETED',
    counts: { COMPLETED: PAGES },
    totals: { fetched: total, inserted: total, updated: 0, unchanged: 0, failed: 0 },
  });
  const { data } = (
    await stack.api.get<ListResource<BatchPageResource>>(`/api/batches/${id}/pages?limit=200`)
  ).body;
  const fetched = new Map(data.map((page) => [page.pageId, page.job?.fetched]));
  expect(pages.map((page) => fetched.get(page.id))).toEqual(inboxes);
  await Promise.all(pages.map((page) => expectInboxStored(stack, page)));

  const [jobs] = await stack.sql<{ made: number; most: number }[]>`
    SELECT count(*)::int AS made, max((SELECT count(*)::int FROM sync_jobs o
      WHERE o.started_at <= j.started_at AND o.completed_at > j.started_at)) AS most FROM sync_jobs j`;
  expect(jobs?.made).toBe(PAGES);
  expect(jobs?.most).toBeLessThanOrEqual(CONCURRENCY);
  const { historyLength, historySize } = await stack.temporal.workflow.getHandle(`batch/${id}`).describe();
  console.log(
    `A batch of ${PAGES} pages, ${CONCURRENCY} at a time, at most ${jobs?.most}: ${historyLength} events, ${historySize} bytes`,
  );
  expect(historyLength / PAGES).toBeLessThan(5);
}, 300_000);
