/* A batch as PostgreSQL holds it: whatever is repeated, lost or done at once, each page has its turn once. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { BATCH_PAGE_STATES, BATCH_STATUSES } from '../../src/contract/batches.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { begin, newBatch, newPages, REQUEST, statesOf } from '../support/batch-syncs.ts';
import { storeUnderTest } from '../support/store-under-test.ts';

const under = storeUnderTest();

test('the states are those of the contract', async () => {
  const definitions = await under.it.sql<{ name: string; definition: string }[]>`
    SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE conname IN ('batch_syncs_status_check', 'batch_sync_pages_state_check')`;
  const listed = (name: string) => {
    const definition = definitions.find((one) => one.name === name)?.definition ?? '';
    return [...definition.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]).sort();
  };
  expect(listed('batch_syncs_status_check')).toEqual([...BATCH_STATUSES].sort());
  expect(listed('batch_sync_pages_state_check')).toEqual([...BATCH_PAGE_STATES].sort());
});

test('a batch is made of pages by either id, each once, in their order, or of none at all', async () => {
  const { it } = under;
  const [a, b, c] = (await newPages(it, 3)) as [PageResource, PageResource, PageResource];
  const id = randomUUID();
  const pageIds = [c.facebookPageId, a.id.toUpperCase(), b.facebookPageId, c.id];
  expect(await it.store.batchSyncs.create(id, { ...REQUEST, pageIds })).toEqual({ unknown: [], pages: 3 });
  const first = await it.store.batchSyncs.pages(id, { after: null, limit: 2 }, {});
  expect(first.data.map((page) => page.pageId)).toEqual([c.id, a.id]);
  expect(first.nextCursor).not.toBeNull();
  const rest = await it.store.batchSyncs.pages(id, { after: ['2', ''], limit: 2 }, { state: 'PENDING' });
  expect(rest).toMatchObject({ data: [{ pageId: b.id }], nextCursor: null });

  const wrong = randomUUID();
  const nobody = randomUUID();
  const unknown = { ...REQUEST, pageIds: [a.id, 'nobody', nobody] };
  expect(await it.store.batchSyncs.create(wrong, unknown)).toEqual({ unknown: ['nobody', nobody], pages: 0 });
  expect(await it.store.batchSyncs.find(wrong)).toBeNull();

  const all = randomUUID();
  const [known] = await it.sql<{ pages: number }[]>`SELECT count(*)::int AS pages FROM facebook_pages`;
  expect(await it.store.batchSyncs.create(all, { ...REQUEST, all: true })).toEqual({ unknown: [], ...known });
  const listed = await it.store.batchSyncs.list({ after: null, limit: 1 }, { status: 'PENDING' });
  expect(listed).toMatchObject({ data: [{ id: all, pages: known?.pages }], nextCursor: expect.any(String) });
  await it.store.batchSyncs.discard(all);
  expect(await it.store.batchSyncs.find(all)).toBeNull();
});

test('two attempts at once claim the same jobs; a page that cannot be synced is settled in its turn and takes no place', async () => {
  const { it } = under;
  const pages = await newPages(it, 5);
  await it.sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${pages[0]?.id ?? ''}`;
  const batchId = await newBatch(it, pages);
  const look = { batchId, runId: 'run', cancel: false };
  const steps = await Promise.all(Array.from({ length: 4 }, () => it.store.batchSteps.advance(look)));
  for (const step of steps) expect(step.starts).toEqual(steps[0]?.starts);
  expect(steps[0]?.starts.map((job) => job.pageId)).toEqual([pages[1]?.id, pages[2]?.id]);
  expect(steps.filter((step) => step.changed)).toHaveLength(1);
  expect(await statesOf(it, batchId)).toEqual([
    'NEEDS_RECONNECT',
    'STARTING',
    'STARTING',
    'PENDING',
    'PENDING',
  ]);

  // one job has begun, and nobody could say so; it has even ended
  const [known, lost] = steps[0]?.starts ?? [];
  if (known === undefined || lost === undefined) throw new Error('Two starts were expected');
  await begin(it, batchId, known);
  await begin(it, batchId, lost, false);
  await it.close(lost.jobId, 'COMPLETED');
  const next = await it.store.batchSteps.advance(look);
  expect(await statesOf(it, batchId)).toEqual([
    'NEEDS_RECONNECT',
    'SYNCING',
    'COMPLETED',
    'STARTING',
    'PENDING',
  ]);
  expect(next.starts).toHaveLength(1);
});

test('a job that a person has paused takes no place; one that is parked for a token is not waited for', async () => {
  const { it } = under;
  const pages = await newPages(it, 3);
  const batchId = await newBatch(it, pages, 1);
  const look = { batchId, runId: 'run', cancel: false };
  const [first] = (await it.store.batchSteps.advance(look)).starts;
  if (first === undefined) throw new Error('Nothing was started');
  await begin(it, batchId, first);
  expect((await it.store.batchSteps.advance(look)).changed).toBe(false);
  await it.lifecycle.pause(first.jobId, false, null);
  const [second] = (await it.store.batchSteps.advance(look)).starts;
  if (second === undefined) throw new Error('The paused page has kept its place');
  await begin(it, batchId, second);
  await it.lifecycle.pause(second.jobId, true, null);
  // connected again already: the job is about to go on
  await it.store.batchSteps.advance(look);
  expect(await statesOf(it, batchId)).toEqual(['SYNCING', 'SYNCING', 'STARTING']);
  await it.sql`UPDATE facebook_pages SET token_state = 'needs_reconnect' WHERE id = ${second.pageId}`;
  await it.store.batchSteps.advance(look);
  expect(await statesOf(it, batchId)).toEqual(['SYNCING', 'NEEDS_RECONNECT', 'STARTING']);
  expect(await it.jobs.find(second.jobId)).toMatchObject({ status: 'PAUSED', tokenExpired: true });
});

test('a page that was disconnected before its turn is settled as such, and is none of all', async () => {
  const { it } = under;
  const pages = await newPages(it, 2);
  const batchId = await newBatch(it, pages);
  await it.sql`UPDATE facebook_pages SET disconnected_at = now(), access_token = NULL, token_state = 'needs_reconnect'
    WHERE id = ${pages[0]?.id ?? ''}`;
  const { starts } = await it.store.batchSteps.advance({ batchId, runId: 'run', cancel: false });
  expect(starts.map((job) => job.pageId)).toEqual([pages[1]?.id]);
  expect(await statesOf(it, batchId)).toEqual(['NOT_CONNECTED', 'STARTING']);
  const all = randomUUID();
  await it.store.batchSyncs.create(all, { ...REQUEST, all: true });
  const { data } = await it.store.batchSyncs.pages(all, { after: null, limit: 200 }, {});
  expect(data.map((page) => page.pageId)).not.toContain(pages[0]?.id);
});

test('a job of somebody else on a part of the inbox is waited for, then the page has its turn', async () => {
  const { it } = under;
  const [page] = (await newPages(it, 1)) as [PageResource];
  const batchId = await newBatch(it, [page]);
  const look = { batchId, runId: 'run', cancel: false };
  const [claimed] = (await it.store.batchSteps.advance(look)).starts;
  const part = await it.runningJob(page);
  await it.sql`UPDATE sync_jobs SET mode = 'selective' WHERE id = ${part}`;
  const jobId = claimed?.jobId ?? '';
  await it.store.batchStarts.started(batchId, [{ pageId: page.id, jobId, joined: part }]);
  const { data } = await it.store.batchSyncs.pages(batchId, { after: null, limit: 1 }, {});
  expect(data[0]).toMatchObject({ state: 'SYNCING', jobId: part, joined: true });
  await it.close(part, 'COMPLETED');
  const { starts } = await it.store.batchSteps.advance(look);
  expect(starts).toMatchObject([{ pageId: page.id, resume: false }]);
  expect([part, jobId]).not.toContain(starts[0]?.jobId);
});

test('a cancelled batch ends; resumed it goes on with the jobs that have a checkpoint; the run before has no say', async () => {
  const { it } = under;
  const pages = await newPages(it, 3);
  const batchId = await newBatch(it, pages);
  const look = { batchId, runId: 'first', cancel: false };
  const [a, b] = (await it.store.batchSteps.advance(look)).starts;
  if (a === undefined || b === undefined) throw new Error('Two starts were expected');
  await begin(it, batchId, a);
  await begin(it, batchId, b);
  await it.close(a.jobId, 'COMPLETED');
  await it.store.batchSteps.requestCancel(batchId, 'first');
  const cancelled = await it.store.batchSteps.advance(look);
  expect(cancelled).toMatchObject({ over: false, status: 'IN_PROGRESS', starts: [] });
  expect(cancelled.cancels).toMatchObject([{ jobId: b.jobId, facebookPageId: b.facebookPageId }]);
  await it.close(b.jobId, 'CANCELLED');
  expect(await it.store.batchSteps.advance(look)).toMatchObject({ over: true, status: 'CANCELLED' });
  expect(await statesOf(it, batchId)).toEqual(['COMPLETED', 'CANCELLED', 'CANCELLED']);
  const ended = await it.store.batchSyncs.find(batchId);
  expect(ended?.message).toMatch(/^Batch of 3 pages: 1 complete, 2 cancelled in /);

  await it.store.batchSteps.takeUp(batchId, 'second');
  await it.store.batchSteps.takeUp(batchId, 'second');
  expect(await it.store.batchSteps.advance(look)).toMatchObject({ over: true, changed: false, starts: [] });
  const { starts } = await it.store.batchSteps.advance({ batchId, runId: 'second', cancel: false });
  expect(starts).toMatchObject([
    { jobId: b.jobId, resume: true },
    { pageId: pages[2]?.id, resume: false },
  ]);
  for (const job of starts) {
    await begin(it, batchId, job);
    await it.close(job.jobId, 'COMPLETED');
  }
  const last = await it.store.batchSteps.advance({ batchId, runId: 'second', cancel: false });
  expect(last).toMatchObject({ over: true, status: 'COMPLETED', counts: { COMPLETED: 3 } });
  await it.store.batchSteps.takeUp(batchId, 'third');
  expect(await it.store.batchSyncs.find(batchId)).toMatchObject({ status: 'COMPLETED' });

  // a batch that has ended is kept for a while
  expect(await it.store.batchSteps.deleteEnded(30, 10)).toBe(0);
  await it.sql`UPDATE batch_syncs SET completed_at = now() - interval '31 days' WHERE id = ${batchId}`;
  expect(await it.store.batchSteps.deleteEnded(30, 10)).toBe(1);
  expect(await it.store.batchSyncs.find(batchId)).toBeNull();
});

test('changes since a revision are told once', async () => {
  const { it } = under;
  const batchId = await newBatch(it, await newPages(it, 3), 1);
  const look = { batchId, runId: 'run', cancel: false };
  const [job] = (await it.store.batchSteps.advance(look)).starts;
  if (job === undefined) throw new Error('Nothing was started');
  await begin(it, batchId, job);
  const before = await it.store.batchSyncs.changes(batchId, 0);
  expect(before?.pages).toHaveLength(3);
  await it.close(job.jobId, 'FAILED');
  await it.store.batchSteps.advance(look);
  const after = await it.store.batchSyncs.changes(batchId, before?.batch.revision ?? 0);
  expect(after?.pages.map(({ state }) => state)).toEqual(['FAILED', 'STARTING']);
  expect(after?.batch.revision).toBeGreaterThan(before?.batch.revision ?? 0);
});
