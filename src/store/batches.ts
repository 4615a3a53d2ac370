import type { Platform } from '../contract/platform.ts';
import { type JobProgress, NO_TOTALS } from '../contract/progress.ts';
import type { Batch, BatchResult, ConversationInput, FailureInput, StreamPosition } from './batch.ts';
import { JOB_PROGRESS_COLUMNS, type JobProgressRow, toJobProgress } from './job-progress.ts';
import { isDataError, type Sql, sqlState } from './sql.ts';
import { BATCH_KEY, upsertBatch } from './upsert-batch.ts';

/** Undoes a trial run. */
class TrialOver extends Error {}

/** `sync_batches` and all that a batch writes with it. */
export function createBatchStore(sql: Sql) {
  async function position(jobId: string, stream: Platform): Promise<StreamPosition> {
    const [row] = await sql<
      { seq: number; next_cursor: string | null; is_last: boolean; fetched_so_far: number }[]
    >`SELECT seq, next_cursor, is_last, fetched_so_far FROM sync_batches
      WHERE job_id = ${jobId} AND stream = ${stream} ORDER BY seq DESC LIMIT 1`;
    return row === undefined
      ? { seq: 0, nextCursor: null, isLast: false, fetched: 0 }
      : { seq: row.seq, nextCursor: row.next_cursor, isLast: row.is_last, fetched: row.fetched_so_far };
  }

  /** The job's counters; all zero when there is no such job. */
  async function progress(jobId: string): Promise<JobProgress> {
    const [row] = await sql<JobProgressRow[]>`
      SELECT ${sql.unsafe(JOB_PROGRESS_COLUMNS)} FROM sync_jobs j WHERE id = ${jobId}`;
    return row === undefined ? { ...NO_TOTALS, total: null, elapsedMs: 0 } : toJobProgress(row);
  }

  /** Whether PostgreSQL takes these conversations; everything is undone. */
  async function isStorable(batch: Batch, conversations: ConversationInput[]): Promise<boolean> {
    try {
      await sql.begin(async (tx) => {
        await upsertBatch(tx as unknown as Sql, { ...batch, conversations, failures: [] });
        throw new TrialOver();
      });
    } catch (error) {
      if (error instanceof TrialOver) return true;
      if (isDataError(error) && sqlState(error)?.constraint !== BATCH_KEY) return false;
      throw error;
    }
    return true;
  }

  /** Finds what PostgreSQL refuses by halving, so that one bad conversation costs a few trial runs, not the batch. */
  async function refused(batch: Batch, conversations: ConversationInput[]): Promise<ConversationInput[]> {
    if (conversations.length === 0 || (await isStorable(batch, conversations))) return [];
    if (conversations.length === 1) return conversations;
    const middle = Math.ceil(conversations.length / 2);
    return [
      ...(await refused(batch, conversations.slice(0, middle))),
      ...(await refused(batch, conversations.slice(middle))),
    ];
  }

  return {
    position,
    progress,

    /**
     * Stores a batch exactly once. When it is there already (an attempt that was given up for dead had stored
     * it) nothing is added. Conversations that PostgreSQL refuses are set aside with the others stored
     * (requirement A11).
     *
     * @throws PostgresError when the database itself fails; the same batch may be tried again
     */
    async store(batch: Batch): Promise<BatchResult> {
      try {
        return await upsertBatch(sql, batch);
      } catch (error) {
        if (sqlState(error)?.constraint === BATCH_KEY) {
          const there = await position(batch.jobId, batch.platform);
          return { position: there, job: await progress(batch.jobId) };
        }
        if (!isDataError(error)) throw error;
        const bad = new Set(await refused(batch, batch.conversations));
        const failures = [...bad].map(
          (conversation): FailureInput => ({
            itemType: 'conversation',
            graphId: conversation.graphId.slice(0, 500),
            reason: 'not_storable',
            detail: error instanceof Error ? error.message : String(error),
            payload: conversation.payload(),
          }),
        );
        return await upsertBatch(sql, {
          ...batch,
          conversations: batch.conversations.filter((conversation) => !bad.has(conversation)),
          failures: [...batch.failures, ...failures],
        });
      }
    },

    /**
     * Starts a stream over from the top because its cursor is dead. What it covered is remembered, so that a
     * second reading is not counted. Does nothing when a batch after `afterSeq` is there already.
     */
    async restart(jobId: string, stream: Platform, afterSeq: number): Promise<void> {
      await sql`
        INSERT INTO sync_batches
          (job_id, stream, seq, kind, fetched_so_far, covered_down_to, covered_ids, reread_down_to, reread_ids)
        SELECT ${jobId}::uuid, ${stream}::text, ${afterSeq + 1}::int, 'restart', fetched_so_far, covered_down_to, covered_ids,
          covered_down_to, covered_ids
        FROM sync_batches WHERE job_id = ${jobId} AND stream = ${stream} AND seq = ${afterSeq}
        UNION ALL SELECT ${jobId}::uuid, ${stream}::text, 1, 'restart', 0, NULL, '{}', NULL, '{}' WHERE ${afterSeq}::int = 0
        ON CONFLICT DO NOTHING`;
    },
  };
}
