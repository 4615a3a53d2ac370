/* A batch as PostgreSQL holds it: which jobs may still be started, and what becomes of those that are not. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { PageResource } from '../../src/contract/resources.ts';
import type { BatchStep, UnstartedPage } from '../../src/store/index.ts';
import { begin, newBatch, newPages, statesOf } from '../support/batch-syncs.ts';
import { storeUnderTest } from '../support/store-under-test.ts';

const under = storeUnderTest();

const MINUTES = 60_000;

/** A batch of new pages, and the first look at it. */
async function claimed(count: number, concurrency = count) {
  const { it } = under;
  const pages = await newPages(it, count);
  const batchId = await newBatch(it, pages, concurrency);
  const look = { batchId, runId: 'first', cancel: false };
  const { starts } = await it.store.batchSteps.advance(look);
  const permit = (jobs: readonly { jobId: string }[], runId = 'first') =>
    it.store.batchStarts.permitStarts(
      { batchId, runId },
      jobs.map((job) => job.jobId),
    );
  return {
    it,
    steps: it.store.batchSteps,
    begins: it.store.batchStarts,
    pages,
    batchId,
    look,
    starts,
    permit,
  };
}

const unstarted = (
  { pageId, jobId }: { pageId: string; jobId: string },
  change: Partial<UnstartedPage> = {},
): UnstartedPage => ({ pageId, jobId, state: 'FAILED', failure: 'Why', triedForMs: 0, ...change });

function two(starts: BatchStep['starts']) {
  const [a, b] = starts;
  if (a === undefined || b === undefined) throw new Error('Two starts were expected');
  return [a, b] as const;
}

test('a job may be started while it is the page’s and has not begun, by the run that has the batch', async () => {
  const { it, steps, batchId, look, starts, permit } = await claimed(2);
  const [a, b] = two(starts);
  expect(await permit(starts)).toEqual(new Set([a.jobId, b.jobId]));
  expect(await permit(starts, 'another')).toEqual(new Set());
  expect(await permit([{ jobId: randomUUID() }])).toEqual(new Set());
  // another attempt has started it, and it has ended, before anybody could say so
  await begin(it, batchId, a, false);
  expect(await permit(starts)).toEqual(new Set([b.jobId]));
  await it.close(a.jobId, 'PARTIAL');
  expect(await permit(starts)).toEqual(new Set([b.jobId]));
  await steps.advance({ ...look, runId: 'second' });
  expect(await permit(starts)).toEqual(new Set());
  await steps.requestCancel(batchId, 'second');
  expect(await permit(starts, 'second')).toEqual(new Set());
});

test('after a cancel nothing is started: what nobody has tried is cancelled at once, the rest when it is known', async () => {
  const { it, steps, begins, batchId, look, starts, permit } = await claimed(3, 2);
  const [a, b] = two(starts);
  await permit([a]);
  const early = unstarted(a, { state: 'CANCELLED', failure: null });
  expect(await begins.settleUnstarted(batchId, [early])).toBe(0);
  await steps.requestCancel(batchId, 'first');
  const step = await steps.advance(look);
  expect(step).toMatchObject({ starts: [], over: false, undecided: [{ jobId: a.jobId, pageId: a.pageId }] });
  expect(await statesOf(it, batchId)).toEqual(['STARTING', 'CANCELLED', 'CANCELLED']);
  const late = unstarted(a, { failure: 'Nobody knows', triedForMs: 10 * MINUTES });
  expect(await begins.settleUnstarted(batchId, [late, unstarted(b, { state: 'CANCELLED' })])).toBe(0);
  expect(await begins.settleUnstarted(batchId, [early])).toBe(1);
  expect(await steps.advance(look)).toMatchObject({ over: true, status: 'CANCELLED', undecided: [] });
  const { data } = await it.store.batchSyncs.pages(batchId, { after: null, limit: 9 }, {});
  expect(data.map(({ jobId }) => jobId)).toEqual([null, null, null]);
});

test('after a cancel a job that has begun after all is cancelled like the others', async () => {
  const { it, steps, begins, batchId, look, starts, permit } = await claimed(1);
  const [a] = starts;
  if (a === undefined) throw new Error('Nothing was started');
  await permit([a]);
  await steps.requestCancel(batchId, 'first');
  await begin(it, batchId, a, false);
  expect(await begins.settleUnstarted(batchId, [unstarted(a, { state: 'CANCELLED' })])).toBe(0);
  const row = await it.sql<
    { run: string }[]
  >`SELECT workflow_run_id AS run FROM sync_jobs WHERE id = ${a.jobId}`;
  const { cancels, idle } = await steps.advance(look);
  expect(cancels).toEqual([
    { pageId: a.pageId, facebookPageId: a.facebookPageId, jobId: a.jobId, runId: row[0]?.run },
  ]);
  expect(idle).toBe(false);
});

test('a start that is refused, or has been tried for long, fails the page with a sentence; a resume tries again', async () => {
  const { it, steps, begins, batchId, look, starts, permit } = await claimed(2);
  const [a, b] = two(starts);
  await permit(starts);
  const long = unstarted(b, { triedForMs: 10 * MINUTES });
  expect(await begins.settleUnstarted(batchId, [unstarted(a), long])).toBe(1);
  await it.sql`UPDATE batch_sync_pages SET start_tried_at = start_tried_at - interval '10 minutes'
    WHERE batch_id = ${batchId}`;
  // further attempts do not count anew
  await permit([b]);
  expect(await begins.settleUnstarted(batchId, [unstarted(a), long])).toBe(1);
  expect(await steps.advance(look)).toMatchObject({ over: true, status: 'PARTIAL' });
  const { data } = await it.store.batchSyncs.pages(batchId, { after: null, limit: 9 }, {});
  expect(data).toMatchObject([
    { state: 'FAILED', message: 'Why', jobId: null },
    { state: 'FAILED', message: 'Why', jobId: null },
  ]);
  // one that was started all the same is told apart
  const told = { pageId: a.pageId, jobId: a.jobId, joined: null };
  expect(await begins.started(batchId, [told])).toEqual(new Set([a.jobId]));
  const again = await steps.advance({ ...look, runId: 'second' });
  expect(again.starts).toHaveLength(2);
  const now = await it.store.batchSyncs.pages(batchId, { after: null, limit: 9 }, {});
  expect(now.data[0]).toMatchObject({ state: 'STARTING', message: null });
  const next = two(again.starts)[0];
  expect(await begins.started(batchId, [{ ...told, jobId: next.jobId }])).toEqual(new Set());
});

test('a joined job that its owner cancels is not the page’s end, but not for ever; in a cancelled batch it is', async () => {
  const { it, steps, begins, pages, batchId, look } = await claimed(1);
  const [page] = pages as [PageResource];
  const joinedAndCancelled = async (): Promise<void> => {
    const { starts } = await steps.advance(look);
    const joined = await it.runningJob(page);
    await begins.started(batchId, [{ pageId: page.id, jobId: starts[0]?.jobId ?? '', joined }]);
    expect(await statesOf(it, batchId)).toEqual(['SYNCING']);
    await it.close(joined, 'CANCELLED');
  };
  for (let turn = 0; turn < 3; turn++) {
    await joinedAndCancelled();
    expect(await steps.advance(look)).toMatchObject({ over: false, starts: [{ resume: false }] });
  }
  await joinedAndCancelled();
  expect(await steps.advance(look)).toMatchObject({ over: true, counts: { CANCELLED: 1 } });
  look.runId = 'second';
  await joinedAndCancelled();
  expect(await steps.advance({ ...look, cancel: true })).toMatchObject({ over: true, status: 'CANCELLED' });
});

test('a cancel of a run does nothing to the one that has resumed the batch since', async () => {
  const { it, steps, batchId, look } = await claimed(1);
  expect(await steps.currentRun(batchId)).toBe('first');
  await steps.advance({ ...look, runId: 'second' });
  await steps.requestCancel(batchId, 'first');
  await steps.requestCancel(batchId, null);
  expect(await it.store.batchSyncs.find(batchId)).toMatchObject({ cancelRequested: false });
  await steps.requestCancel(batchId, 'second');
  expect(await it.store.batchSyncs.find(batchId)).toMatchObject({ cancelRequested: true });
});

test('a run in the place of a lost one goes on where that was, and takes up no batch that has ended', async () => {
  const { it, steps, batchId, look, starts } = await claimed(3, 2);
  const [a, b] = two(starts);
  await begin(it, batchId, a);
  await begin(it, batchId, b);
  await it.close(a.jobId, 'FAILED');
  await steps.advance({ ...look, runId: 'second', replacesLost: true });
  expect(await statesOf(it, batchId)).toEqual(['FAILED', 'SYNCING', 'STARTING']);
  await steps.requestCancel(batchId, 'second');
  const third = { ...look, runId: 'third', replacesLost: true };
  expect(await steps.advance(third)).toMatchObject({ cancels: [{ jobId: b.jobId }] });
  await it.close(b.jobId, 'CANCELLED');
  expect(await steps.advance(third)).toMatchObject({ over: true, status: 'CANCELLED' });
  const late = await steps.advance({ ...third, runId: 'fourth' });
  expect(late).toMatchObject({ over: true, status: 'CANCELLED', changed: false });
  expect(await steps.currentRun(batchId)).toBe('third');
});

test('a batch is idle when every page that is left is paused, or waits for Meta for over a minute', async () => {
  const { it, steps, batchId, look, starts } = await claimed(2);
  const [a, b] = two(starts);
  const idle = async () => (await steps.advance(look)).idle;
  expect(await idle()).toBe(false);
  await begin(it, batchId, a);
  await begin(it, batchId, b);
  await it.lifecycle.pause(a.jobId, false, null);
  expect(await idle()).toBe(false);
  const block = (seconds: number) => it.sql`
    INSERT INTO graph_budget (asset, next_call_at, blocked_until)
    VALUES (${b.facebookPageId}, now(), now() + ${seconds} * interval '1 second')
    ON CONFLICT (asset) DO UPDATE SET blocked_until = excluded.blocked_until`;
  await block(30);
  expect(await idle()).toBe(false);
  await block(600);
  expect(await idle()).toBe(true);
  await it.lifecycle.unpause(a.jobId);
  expect(await idle()).toBe(false);
});
