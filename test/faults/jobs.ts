import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { eventually } from '../support/eventually.ts';
import type { InboxPage } from './graph.ts';
import type { Sql } from './house.ts';

/** Counters of a job that must come out the same whatever happened on the way. */
const COUNTERS = [
  'total',
  'fetched',
  'inserted',
  'updated',
  'unchanged',
  'failed',
  'events_created',
  'histories',
  'histories_failed',
  'unavailable',
] as const;

interface JobRow extends Record<(typeof COUNTERS)[number], number | string> {
  id: string;
  page_id: string;
  status: string;
  batches: number;
}

/** Waits until the page's job has ended; PostgreSQL may be away meanwhile. */
export async function jobEnded(sql: Sql, page: InboxPage, boundMs: number): Promise<void> {
  let last = 'nothing is known of it';
  await eventually(
    async () => {
      await setTimeout(100);
      try {
        const [job] = await jobsOf(sql, page);
        last = JSON.stringify(job);
        return job !== undefined && !OPEN.includes(job.status);
      } catch (error) {
        last = String(error);
        return false;
      }
    },
    () => `the end of the sync of ${page.facebookPageId}: ${last}`,
    boundMs,
  );
}

const OPEN = ['PENDING', 'IN_PROGRESS', 'PAUSED'];

function jobsOf(sql: Sql, page: InboxPage) {
  return sql<JobRow[]>`
    SELECT j.* FROM sync_jobs j JOIN facebook_pages p ON p.id = j.page_id
    WHERE p.facebook_page_id = ${page.facebookPageId} ORDER BY j.created_at DESC`;
}

/**
 * The page has one job, complete, whose counters are the sums of its batches and which has made every event of the page,
 * and whose workflow is complete too.
 */
export async function faultsOfJob(sql: Sql, temporal: Client, page: InboxPage): Promise<string[]> {
  const [job, ...others] = await jobsOf(sql, page);
  if (job === undefined) return ['there is no job'];
  const faults: string[] = [];
  if (others.length > 0) faults.push(`there are ${others.length + 1} jobs`);
  if (job.status !== 'COMPLETED') faults.push(`job ${job.id} is ${job.status}`);
  const [sums] = await sql<{ same: boolean; sums: object }[]>`
    SELECT (s.fetched, s.inserted, s.updated, s.unchanged, s.failed, s.batches, e.events)
        IS NOT DISTINCT FROM (j.fetched, j.inserted, j.updated, j.unchanged, j.failed, j.batches, j.events_created)
      AND j.fetched = j.inserted + j.updated + j.unchanged + j.failed AS same, to_jsonb(s) || to_jsonb(e) AS sums
    FROM sync_jobs j CROSS JOIN (
      SELECT sum(fetched)::int AS fetched, sum(inserted)::int AS inserted, sum(updated)::int AS updated,
        sum(unchanged)::int AS unchanged, sum(failed)::int AS failed,
        count(*) FILTER (WHERE kind <> 'restart')::int AS batches
      FROM sync_batches WHERE job_id = ${job.id}) s
    CROSS JOIN (SELECT count(*) AS events FROM contact_interaction_events WHERE page_id = ${job.page_id}) e
    WHERE j.id = ${job.id}`;
  if (sums?.same !== true) {
    faults.push(`the batches add up to ${JSON.stringify(sums?.sums)}, the job has ${JSON.stringify(job)}`);
  }
  let state = '';
  await eventually(async () => {
    const { status } = await temporal.workflow.getHandle(page.facebookPageId).describe();
    state = status.name;
    return state !== 'RUNNING';
  }, 'the workflow to end').catch(() => {});
  if (state !== 'COMPLETED') faults.push(`the workflow is ${state}`);
  return faults;
}

/** Batches of all jobs that are stored. */
export async function storedBatches(sql: Sql): Promise<number> {
  const [row] = await sql<{ batches: number }[]>`SELECT count(*)::int AS batches FROM sync_batches`;
  return row?.batches ?? 0;
}

/** The newest job's counters as text; `null` when there is none. */
export async function countersOf(sql: Sql, page: InboxPage, withBatches: boolean): Promise<string | null> {
  const [job] = await jobsOf(sql, page);
  if (job === undefined) return null;
  const counters = COUNTERS.map((name) => `${name} ${job[name]}`);
  return [...counters, ...(withBatches ? [`batches ${job.batches}`] : [])].join(', ');
}
