/* A batch as PostgreSQL holds it: whatever is repeated, lost or done at once, each page has its turn once. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  BATCH_PAGE_MOVES,
  BATCH_PAGE_STATES,
  BATCH_STATUSES,
  type BatchPageState,
} from '../../src/contract/batches.ts';
import type { EndedStatus } from '../../src/contract/job-status.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { BatchStep } from '../../src/store/index.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';
import { fc } from '../unit/property.ts';

const under = storeUnderTest();

const REQUEST = { mode: 'full', messageDepth: 'all', concurrency: 2 } as const;

async function newBatch(it: TestStore, pages: PageResource[], concurrency = 2): Promise<string> {
  const id = randomUUID();
  const pageIds = pages.map((page) => page.id);
  expect(await it.store.batchSyncs.create(id, { ...REQUEST, concurrency, pageIds })).toEqual({
    unknown: [],
    pages: pages.length,
  });
  return id;
}

const newPages = async (it: TestStore, count: number) => {
  const pages: PageResource[] = [];
  for (let i = 0; i < count; i++) pages.push(await it.newPage());
  return pages;
};

async function statesOf(it: TestStore, batchId: string) {
  const { data } = await it.store.batchSyncs.pages(batchId, { after: null, limit: 200 }, {});
  return data.map(({ state }) => state);
}

/** What the activity does with a start: the workflow is there, and so is the job's row. */
async function begin(it: TestStore, batchId: string, job: BatchStep['starts'][number], told = true) {
  if (!job.resume) await it.lifecycle.create(job);
  await it.lifecycle.takeUp(job.jobId, randomUUID());
  const { jobId, pageId } = job;
  if (told) await it.store.batchSteps.started(batchId, [{ pageId, jobId, joined: null }]);
}

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
  await it.store.batchSteps.started(batchId, [{ pageId: page.id, jobId, joined: part }]);
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
  await it.store.batchSteps.requestCancel(batchId);
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

type Deed =
  | { do: 'look'; attempts: number; cancel: boolean }
  | { do: 'begin'; which: number; told: boolean; foreign: boolean }
  | { do: 'end'; which: number; status: EndedStatus }
  | { do: 'park' | 'pause'; which: number }
  | { do: 'resume' };

const which = fc.nat(20);
const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('look'),
        attempts: fc.integer({ min: 1, max: 3 }),
        cancel: fc.constant(false),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'look', attempts: 1, cancel: true }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('begin'), which, told: fc.boolean(), foreign: fc.boolean() }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('end'),
        which,
        status: fc.constantFrom('COMPLETED', 'COMPLETED', 'PARTIAL', 'CANCELLED', 'FAILED'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('park', 'pause'), which }) },
    { weight: 2, arbitrary: fc.constant({ do: 'resume' }) },
  ) as fc.Arbitrary<Deed>,
  { minLength: 10, maxLength: 40 },
);

test('at random: legal moves only, never more at work than may be, one job a page and turn, and an end', async () => {
  await under.it.sql.unsafe(`
    CREATE TABLE moves (batch_id uuid, page_id uuid, from_state text, to_state text, job_id uuid);
    CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO moves VALUES (NEW.batch_id, NEW.page_id, OLD.state, NEW.state, NEW.job_id); RETURN NEW; END $$;
    CREATE TRIGGER note_move AFTER UPDATE OF state ON batch_sync_pages FOR EACH ROW
      WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_move();`);
  await fc.assert(
    fc.asyncProperty(deeds, (all) => play(under.it, all)),
    { numRuns: 25 },
  );
});

const CONCURRENCY = 3;

/** Plays what a workflow, Temporal, the syncs and people may do to a batch, in any order. */
async function play(it: TestStore, all: Deed[]): Promise<void> {
  const batchId = await newBatch(it, await newPages(it, 6), CONCURRENCY);
  let run = 0;
  let starts: BatchStep['starts'] = [];
  const look = async (cancel: boolean) => {
    const step = await it.store.batchSteps.advance({ batchId, runId: `run ${run}`, cancel });
    starts = step.starts;
    return step;
  };
  const openJobs = () => it.sql<{ id: string; status: string }[]>`
    SELECT j.id, j.status FROM sync_jobs j JOIN batch_sync_pages bp ON bp.page_id = j.page_id
    WHERE bp.batch_id = ${batchId} AND j.completed_at IS NULL ORDER BY bp.position`;
  const pick = <T>(list: readonly T[], n: number) => list[n % Math.max(1, list.length)];

  for (const deed of all) {
    if (deed.do === 'look') {
      await Promise.all(Array.from({ length: deed.attempts }, () => look(deed.cancel)));
    } else if (deed.do === 'begin') {
      const job = pick(starts, deed.which);
      if (job === undefined) continue;
      const running = await it.store.batchSteps.openSync(job.pageId);
      if (running !== null && running.id !== job.jobId) continue;
      if (deed.foreign && running === null) {
        const { pageId, jobId, facebookPageId } = job;
        const joined = await it.runningJob({ id: pageId, facebookPageId } as PageResource);
        await it.store.batchSteps.started(batchId, [{ pageId, jobId, joined }]);
      } else await begin(it, batchId, job, deed.told);
    } else if (deed.do === 'resume') {
      run += 1;
    } else {
      const job = pick(await openJobs(), deed.which);
      if (job === undefined) continue;
      if (deed.do === 'park') {
        await it.sql`UPDATE facebook_pages p SET token_state = 'needs_reconnect' FROM sync_jobs j
          WHERE j.id = ${job.id} AND p.id = j.page_id`;
      }
      if (deed.do !== 'end') await it.lifecycle.pause(job.id, deed.do === 'park', null);
      else if (job.status === 'IN_PROGRESS' || deed.status !== 'COMPLETED')
        await it.close(job.id, deed.status);
    }
    const [busy] = await it.sql<{ pages: number }[]>`
      SELECT count(*)::int AS pages FROM batch_sync_pages bp LEFT JOIN sync_jobs j ON j.id = bp.job_id
      WHERE bp.batch_id = ${batchId} AND bp.state IN ('STARTING', 'SYNCING') AND j.completed_at IS NULL
        AND j.status IS DISTINCT FROM 'PAUSED'`;
    expect(busy?.pages).toBeLessThanOrEqual(CONCURRENCY);
  }

  // left alone, with all pages connected and all jobs ending well, the batch ends well
  run += 1;
  await it.sql`UPDATE facebook_pages SET token_state = 'valid' WHERE disconnected_at IS NULL`;
  for (let round = 0; round < 30; round++) {
    const step = await look(false);
    if (step.over) break;
    for (const job of step.starts) {
      if ((await it.store.batchSteps.openSync(job.pageId)) === null) await begin(it, batchId, job);
    }
    for (const job of await openJobs()) {
      if (job.status === 'PAUSED') await it.lifecycle.unpause(job.id);
      await it.close(job.id, 'COMPLETED');
    }
  }
  expect(await it.store.batchSyncs.find(batchId)).toMatchObject({
    status: 'COMPLETED',
    counts: { COMPLETED: 6 },
  });

  const moves = await it.sql<{ from_state: BatchPageState; to_state: BatchPageState }[]>`
    SELECT DISTINCT from_state, to_state FROM moves WHERE batch_id = ${batchId}`;
  for (const { from_state, to_state } of moves) expect(BATCH_PAGE_MOVES[from_state]).toContain(to_state);
  // a job is claimed once: again only by a run that resumes it
  const [twice] = await it.sql<{ most: number }[]>`
    SELECT coalesce(max(claims), 0)::int AS most FROM (SELECT count(*) AS claims FROM moves
      WHERE batch_id = ${batchId} AND to_state = 'STARTING' GROUP BY page_id, job_id) c`;
  expect(twice?.most).toBeLessThanOrEqual(run + 1);
}
