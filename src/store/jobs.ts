import { OPEN_STATUSES } from '../contract/job-status.ts';
import type { Platform } from '../contract/platform.ts';
import type { ListJobsQuery } from '../contract/requests.ts';
import type { JobResource, ListResource } from '../contract/resources.ts';
import { JOB_COLUMNS, JOB_FROM, type JobRow, toJob } from './job-row.ts';
import { type Keyset, keysetPage } from './keyset.ts';
import type { Fragment, Sql } from './sql.ts';

/** By what a list of jobs can be narrowed, beside their page. */
type FilterName = 'status' | 'mode' | 'trigger' | 'since' | 'until';

/** `sync_jobs`, for reading. `job-lifecycle.ts` moves jobs from state to state, `batches.ts` counts. */
export function createJobStore(sql: Sql) {
  const columns = sql.unsafe(JOB_COLUMNS);
  const from = sql.unsafe(JOB_FROM);

  async function find(id: string): Promise<JobResource | null> {
    const [row] = await sql<JobRow[]>`SELECT ${columns} FROM ${from} WHERE j.id = ${id}`;
    return row === undefined ? null : toJob(row);
  }

  return {
    find,

    /** A job, the first run of its workflow, and for how much of its time at work Meta wanted no calls. */
    async closely(id: string): Promise<{ job: JobResource; runId: string | null; waitedMs: number } | null> {
      const [row] = await sql<(JobRow & { workflow_run_id: string | null; waited_in_all: number })[]>`
        SELECT ${columns}, j.waited_ms + coalesce(greatest(0,
          extract(epoch FROM least(clock_timestamp(), j.wait_ends_at) - j.wait_began_at) * 1000), 0)::bigint AS waited_in_all
        FROM ${from} WHERE j.id = ${id}`;
      if (row === undefined) return null;
      return { job: toJob(row), runId: row.workflow_run_id, waitedMs: row.waited_in_all };
    },

    /** Graph ids of the platform's conversations that a selective job names; none when it names none. */
    async listed(id: string, platform: Platform): Promise<string[]> {
      const [row] = await sql<{ listed: string[] | null }[]>`
        SELECT options->'selection'->'conversations'->${platform} AS listed FROM sync_jobs WHERE id = ${id}`;
      return row?.listed ?? [];
    },

    /** The repair of a conversation that has not ended. */
    async openRepair(conversationId: string): Promise<JobResource | null> {
      const [row] = await sql<JobRow[]>`
        SELECT ${columns} FROM ${from}
        WHERE j.conversation_id = ${conversationId} AND j.status = ANY(${[...OPEN_STATUSES]})`;
      return row === undefined ? null : toJob(row);
    },

    /** The page's jobs that wait for a new token: its sync, and repairs of its conversations. */
    async parked(pageId: string): Promise<JobResource[]> {
      const rows = await sql<JobRow[]>`
        SELECT ${columns} FROM ${from} WHERE j.page_id = ${pageId} AND j.status = 'PAUSED' AND j.token_expired`;
      return rows.map(toJob);
    },

    /** The page's jobs that have not ended: its sync, and repairs of its conversations. */
    async open(pageId: string): Promise<JobResource[]> {
      const rows = await sql<JobRow[]>`
        SELECT ${columns} FROM ${from} WHERE j.page_id = ${pageId} AND j.status = ANY(${[...OPEN_STATUSES]})`;
      return rows.map(toJob);
    },

    /** The page's newest sync, running or not. */
    async latest(pageId: string): Promise<JobResource | null> {
      const [row] = await sql<JobRow[]>`
        SELECT ${columns} FROM ${from} WHERE j.page_id = ${pageId} AND j.conversation_id IS NULL ORDER BY j.created_at DESC, j.id DESC LIMIT 1`;
      return row === undefined ? null : toJob(row);
    },

    /** Jobs that fulfil all that is given, newest first. */
    async list(
      keyset: Keyset,
      filter: { pageId?: string | undefined } & Partial<Pick<ListJobsQuery, FilterName>>,
    ): Promise<ListResource<JobResource>> {
      const given = <T>(value: T | undefined, condition: (value: T) => Fragment) =>
        value === undefined ? sql`true` : condition(value);
      const rows = await sql<(JobRow & { sort_time: string })[]>`
        SELECT ${columns}, j.created_at::text AS sort_time FROM ${from}
        WHERE ${given(filter.pageId, (pageId) => sql`j.page_id = ${pageId}`)}
          AND ${given(filter.status, (statuses) => sql`j.status = ANY(${statuses})`)}
          AND ${given(filter.mode, (mode) => sql`j.mode = ${mode}`)}
          AND ${given(filter.trigger, (trigger) => sql`j.trigger = ${trigger}`)}
          AND ${given(filter.since, (since) => sql`j.created_at >= ${since}::text::timestamptz`)}
          AND ${given(filter.until, (until) => sql`j.created_at < ${until}::text::timestamptz + interval '1 ms'`)}
          AND ${keyset.after === null ? sql`true` : sql`(j.created_at, j.id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY j.created_at DESC, j.id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toJob, (row) => [row.sort_time, row.id]);
    },
  };
}
