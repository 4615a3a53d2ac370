import type { AdvanceBatchInput } from '../contract/batches.ts';
import { lock, note } from './batch-lock.ts';
import { hasBegun } from './batch-pages.ts';
import type { Sql } from './sql.ts';

/** A job that has been started, or joined. */
export interface StartedPage {
  pageId: string;
  /** The job that was to be started. */
  jobId: string;
  /** The job that was running already, and is followed instead; `null` when ours was started. */
  joined: string | null;
}

/** A job that has not been started, and is not going to be. */
export interface UnstartedPage {
  pageId: string;
  jobId: string;
  /** `CANCELLED` counts only while the batch is being cancelled. */
  state: 'CANCELLED' | 'FAILED';
  /** Why, for people. */
  failure: string | null;
  /** Counts only when the start has been tried for so long, in milliseconds. */
  triedForMs: number;
}

/** What is asked before the jobs of a batch are started, and told afterwards. Each is one transaction, and may be repeated. */
export function createBatchStarts(sql: Sql) {
  return {
    /**
     * Whether these jobs may still be started, asked just before that is tried: not after a cancel, nor by an attempt or a
     * run that is not the last, when another has done it. Remembers when a start was tried first.
     *
     * @returns the ids of those that may
     */
    async permitStarts(
      { batchId, runId }: Pick<AdvanceBatchInput, 'batchId' | 'runId'>,
      jobIds: readonly string[],
    ): Promise<Set<string>> {
      return sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null || batch.cancel_requested || batch.run_ids.at(-1) !== runId) return new Set();
        const permitted = await tx<{ id: string }[]>`
          UPDATE batch_sync_pages bp SET start_tried_at = coalesce(start_tried_at, clock_timestamp())
          WHERE batch_id = ${batchId} AND job_id = ANY(${[...jobIds]}::uuid[]) AND state = 'STARTING' AND NOT ${hasBegun(tx)}
          RETURNING job_id AS id`;
        return new Set(permitted.map(({ id }) => id));
      });
    },

    /**
     * Remembers which jobs were started, or joined. Does nothing for pages that have moved on.
     *
     * @returns jobs that the batch does not want any more: it was cancelled, or has given up their start
     */
    async started(batchId: string, pages: readonly StartedPage[]): Promise<Set<string>> {
      return sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null) return new Set();
        const moved = await tx`
          UPDATE batch_sync_pages bp SET state = 'SYNCING', job_id = coalesce(s.joined, s.job_id),
            joined = s.joined IS NOT NULL, revision = ${batch.next}
          FROM unnest(${pages.map((p) => p.pageId)}::uuid[], ${pages.map((p) => p.jobId)}::uuid[],
            ${pages.map((p) => p.joined)}::uuid[]) AS s (page_id, job_id, joined)
          WHERE bp.batch_id = ${batchId} AND bp.page_id = s.page_id AND bp.job_id = s.job_id AND bp.state = 'STARTING'`;
        if (moved.count > 0) await note(tx, batchId, batch);
        const unwanted = await tx<{ id: string }[]>`
          SELECT s.job_id AS id
          FROM unnest(${pages.map((p) => p.pageId)}::uuid[], ${pages.map((p) => p.joined ?? p.jobId)}::uuid[]) AS s (page_id, job_id)
          LEFT JOIN batch_sync_pages bp ON bp.batch_id = ${batchId} AND bp.page_id = s.page_id
          WHERE bp.job_id IS DISTINCT FROM s.job_id OR bp.state IN ('PENDING', 'CANCELLED', 'FAILED')`;
        return new Set(unwanted.map(({ id }) => id));
      });
    },

    /**
     * Settles pages whose job has not been started and is not going to be. Does nothing for pages that have moved on, or
     * whose job turns out to have begun.
     *
     * @returns how many pages have moved
     */
    async settleUnstarted(batchId: string, pages: readonly UnstartedPage[]): Promise<number> {
      return sql.begin(async (tx) => {
        const batch = await lock(tx, batchId);
        if (batch === null) return 0;
        const moved = await tx`
          UPDATE batch_sync_pages bp SET state = s.state, failure = s.failure, settled_at = now(), revision = ${batch.next},
            job_id = (SELECT id FROM sync_jobs WHERE id = bp.job_id)
          FROM unnest(${pages.map((p) => p.pageId)}::uuid[], ${pages.map((p) => p.jobId)}::uuid[],
            ${pages.map((p) => p.state)}::text[], ${pages.map((p) => p.failure)}::text[],
            ${pages.map((p) => p.triedForMs)}::float8[]) AS s (page_id, job_id, state, failure, ms)
          WHERE bp.batch_id = ${batchId} AND bp.page_id = s.page_id AND bp.job_id = s.job_id AND bp.state = 'STARTING'
            AND (s.state <> 'CANCELLED' OR ${batch.cancel_requested}) AND NOT ${hasBegun(tx)}
            AND (s.ms = 0 OR bp.start_tried_at <= now() - s.ms * interval '1 ms')`;
        if (moved.count > 0) await note(tx, batchId, batch);
        return moved.count;
      });
    },

    /** The page's sync that has not ended, and the first run of the workflow that took it up. */
    async openSync(pageId: string): Promise<{ id: string; runId: string | null } | null> {
      const [row] = await sql<{ id: string; runId: string | null }[]>`
        SELECT id, workflow_run_id AS "runId" FROM sync_jobs
        WHERE page_id = ${pageId} AND conversation_id IS NULL AND completed_at IS NULL`;
      return row ?? null;
    },
  };
}
