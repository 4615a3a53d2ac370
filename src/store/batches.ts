import type { Platform } from '../contract/platform.ts';
import { type JobProgress, NO_TOTALS } from '../contract/progress.ts';
import type { Batch, BatchResult, ConversationInput, FailureInput, StreamPosition } from './batch.ts';
import { JOB_PROGRESS_COLUMNS, type JobProgressRow, toJobProgress } from './job-progress.ts';
import { findRefused, isAccepted } from './refused.ts';
import { isDataError, type Sql, sqlState } from './sql.ts';
import { BATCH_KEY, upsertBatch } from './upsert-batch.ts';

/** A person's main conversation: a webhook began it between `adopt_conversations` and the batch. */
const MAIN_KEY = 'messenger_conversations_main';

/** Times that a batch is written when webhooks were in its way. */
const TRIES = 5;

/** `sync_batches` and all that a batch writes with it. */
export function createBatchStore(sql: Sql) {
  async function position(jobId: string, stream: Platform): Promise<StreamPosition> {
    const [row] = await sql<
      { seq: number; kind: string; next_cursor: string | null; is_last: boolean; fetched_so_far: number }[]
    >`SELECT seq, kind, next_cursor, is_last, fetched_so_far FROM sync_batches
      WHERE job_id = ${jobId} AND stream = ${stream} ORDER BY seq DESC LIMIT 1`;
    return row === undefined
      ? { seq: 0, nothingNew: false, nextCursor: null, isLast: false, fetched: 0 }
      : {
          seq: row.seq,
          nothingNew: row.kind === 'look',
          nextCursor: row.next_cursor,
          isLast: row.is_last,
          fetched: row.fetched_so_far,
        };
  }

  /** The job's counters; all zero when there is no such job. */
  async function progress(jobId: string): Promise<JobProgress> {
    const [row] = await sql<JobProgressRow[]>`
      SELECT ${sql.unsafe(JOB_PROGRESS_COLUMNS)} FROM sync_jobs j WHERE id = ${jobId}`;
    return row === undefined
      ? { ...NO_TOTALS, historiesLeft: null, total: null, elapsedMs: 0 }
      : toJobProgress(row);
  }

  /** What PostgreSQL refuses of the batch. */
  const refused = (batch: Batch) =>
    findRefused(batch.conversations, (conversations) =>
      isAccepted(
        sql,
        (tx) => writeOnce(tx, { ...batch, conversations, failures: [] }),
        (error) => ![BATCH_KEY, MAIN_KEY].includes(sqlState(error)?.constraint ?? ''),
      ),
    );

  /** Threads of people whose conversation a webhook has begun first; nearly always there are none. */
  async function writeOnce(db: Sql, batch: Batch): Promise<BatchResult> {
    const of = <T>(pick: (c: ConversationInput) => T) => batch.conversations.map(pick);
    await db`SELECT adopt_conversations(${batch.pageId}, ${batch.platform}, ${of((c) => c.graphId)}::text[],
      ${of((c) => c.senderId)}::text[])`;
    return upsertBatch(db, batch);
  }

  /** Two writers of the same rows are no fault of the data: the second look finds what the other has stored. */
  async function write(batch: Batch): Promise<BatchResult> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await writeOnce(sql, batch);
      } catch (error) {
        if (sqlState(error)?.constraint !== MAIN_KEY || tried === TRIES) throw error;
      }
    }
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
        return await write(batch);
      } catch (error) {
        if (sqlState(error)?.constraint === BATCH_KEY) {
          const there = await position(batch.jobId, batch.platform);
          return { position: there, job: await progress(batch.jobId) };
        }
        if (!isDataError(error) || sqlState(error)?.constraint === MAIN_KEY) throw error;
        const bad = new Set(await refused(batch));
        const failures = [...bad].map(
          (conversation): FailureInput => ({
            itemType: 'conversation',
            graphId: conversation.graphId.slice(0, 500),
            conversationGraphId: conversation.graphId.slice(0, 500),
            reason: 'not_storable',
            detail: error instanceof Error ? error.message : String(error),
            payload: conversation.payload(),
          }),
        );
        return await write({
          ...batch,
          conversations: batch.conversations.filter((conversation) => !bad.has(conversation)),
          failures: [...batch.failures, ...failures],
        });
      }
    },

    /** Remembers, once, that a look at the newest conversations found nothing new, and what it took. */
    async storeNothingNew(jobId: string, stream: Platform, apiCalls: number): Promise<void> {
      await sql`
        WITH look AS (
          INSERT INTO sync_batches (job_id, stream, seq, kind, is_last) VALUES (${jobId}, ${stream}, 1, 'look', true)
          ON CONFLICT DO NOTHING RETURNING job_id
        )
        UPDATE sync_jobs j SET api_calls = api_calls + ${apiCalls}, revision = nextval('sync_revision')
        FROM look WHERE j.id = look.job_id`;
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
