/* A batch as PostgreSQL holds it, when its steps are repeated, lost and interleaved at random. */
import { expect, test } from 'vitest';
import { BATCH_PAGE_MOVES, type BatchPageState } from '../../src/contract/batches.ts';
import type { EndedStatus } from '../../src/contract/job-status.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { BatchStep } from '../../src/store/index.ts';
import { begin, newBatch, newPages } from '../support/batch-syncs.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';
import { fc } from '../unit/property.ts';

const under = storeUnderTest();

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
      const running = await it.store.batchStarts.openSync(job.pageId);
      if (running !== null && running.id !== job.jobId) continue;
      if (deed.foreign && running === null) {
        const { pageId, jobId, facebookPageId } = job;
        const joined = await it.runningJob({ id: pageId, facebookPageId } as PageResource);
        await it.store.batchStarts.started(batchId, [{ pageId, jobId, joined }]);
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
      if ((await it.store.batchStarts.openSync(job.pageId)) === null) await begin(it, batchId, job);
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
