import { hasEnded, isLegalMove, JOB_STATUSES, type JobStatus, LEGAL_MOVES } from '../contract/job-status.ts';
import type { CloseJobInput } from '../contract/job-steps.ts';
import type { JobResource } from '../contract/resources.ts';
import { statisticsSentence } from '../contract/statistics.ts';
import type { SyncError } from '../contract/sync-error.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';
import { type JobRow, toJob } from './job-row.ts';
import {
  forgetHistoriesOfFailures,
  forgetHistory,
  type JobScope,
  resolveFailures,
  SCOPE_COLUMNS,
  type ScopeRow,
  stopBelow,
  toScope,
} from './job-scope.ts';
import {
  closeOrphans,
  elapsed,
  endStretch,
  jsonOrNull,
  othersOf,
  tell,
  writeCheckpoint,
} from './job-statements.ts';
import type { Sql } from './sql.ts';
import type { OpenJob } from './upkeep.ts';

/** The states from which a job may move to this one. */
function statesBefore(to: JobStatus): JobStatus[] {
  return JOB_STATUSES.filter((from) => LEGAL_MOVES[from].includes(to));
}

/** Moves jobs from state to state. Every function may be repeated, and none undoes what came after it. */
export function createJobLifecycle(sql: Sql) {
  return {
    /**
     * Makes sure that the job's row exists. May be called any number of times, by the API and by the workflow:
     * the first call makes the row. The page's workflow ID guarantees that no other job of the page is at work,
     * so an open row of another job has lost its workflow and is closed with its checkpoint.
     */
    async create(input: SyncWorkflowInput): Promise<void> {
      const { mode, trigger, ...options } = input.options;
      const conversationId = input.conversationId ?? null;
      await sql.begin(async (tx) => {
        const [there] = await tx`SELECT FROM sync_jobs WHERE id = ${input.jobId}`;
        if (there !== undefined) return;
        await closeOrphans(tx, othersOf(tx, { pageId: input.pageId, conversationId, jobId: input.jobId }));
        // without any mark there is nothing to go by: the sync is a full one
        await tx`
          INSERT INTO sync_jobs (id, page_id, mode, trigger, options, conversation_id, stop_below, marks_epoch, total)
          SELECT ${input.jobId}, p.id, m.mode, ${trigger}, ${tx.json(options as never)}, ${conversationId},
            CASE m.mode WHEN 'incremental' THEN marks.stop_below ELSE '{}' END, p.marks_epoch,
            CASE m.mode WHEN 'full' THEN (SELECT least(nullif(count(*), 0), ${options.maxConversations}::bigint)
              FROM messenger_conversations WHERE page_id = p.id) END
          FROM facebook_pages p
          CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object('messenger', ${stopBelow(tx, 'messenger')},
            'instagram', ${stopBelow(tx, 'instagram')})) AS stop_below) marks
          CROSS JOIN LATERAL (SELECT CASE WHEN ${mode}::text = 'incremental' AND marks.stop_below = '{}' THEN 'full'
            ELSE ${mode}::text END AS mode) m
          WHERE p.id = ${input.pageId}
          ON CONFLICT (id) DO NOTHING`;
        if (conversationId !== null) await forgetHistory(tx, conversationId);
        const listed = options.selection?.conversations;
        if (trigger === 'retry' && listed) await forgetHistoriesOfFailures(tx, input.pageId, listed);
      });
    },

    /**
     * A run of the workflow takes the job up: the first one when it is `PENDING`, a later one when the job is
     * resumed from `PARTIAL` or `CANCELLED`, or when the run before it was terminated. The page's checkpoint is of
     * no use from then on. Called by the API and by the workflow; does nothing when the run has taken the job up
     * before.
     *
     * @returns what is to be done; `null` when there is no such job, or it has ended for good
     */
    async takeUp(jobId: string, runId: string): Promise<JobScope | null> {
      return sql.begin(async (tx) => {
        const [job] = await tx<
          (ScopeRow & {
            page_id: string;
            conversation_id: string | null;
            status: JobStatus;
            workflow_run_id: string | null;
          })[]
        >`
          SELECT j.page_id, j.conversation_id, j.status, j.workflow_run_id, ${tx.unsafe(SCOPE_COLUMNS)}
          FROM sync_jobs j JOIN facebook_pages p ON p.id = j.page_id WHERE j.id = ${jobId} FOR UPDATE OF j`;
        if (job === undefined) return null;
        if (job.workflow_run_id !== runId) {
          // an open job that another run takes up has lost the run before: there is only one a page
          if (job.status !== 'IN_PROGRESS' && !isLegalMove(job.status, 'IN_PROGRESS')) return null;
          const { page_id, conversation_id } = job;
          await closeOrphans(tx, othersOf(tx, { pageId: page_id, conversationId: conversation_id, jobId }));
          await tx`
            UPDATE sync_jobs SET status = 'IN_PROGRESS', started_at = coalesce(started_at, now()),
              elapsed_ms = ${elapsed(tx)}, running_since = now(), completed_at = NULL, token_expired = false, message = NULL,
              workflow_run_id = ${runId}, revision = nextval('sync_revision')
            WHERE id = ${jobId}`;
          await tx`UPDATE facebook_pages SET sync_checkpoint = NULL, updated_at = now()
            WHERE id = ${job.page_id} AND ${job.conversation_id === null}
              AND (${job.mode !== 'selective'} AND sync_checkpoint IS NOT NULL OR sync_checkpoint->>'jobId' = ${jobId})`;
          await tell(tx, jobId);
        }
        return toScope(job);
      });
    },

    /**
     * `IN_PROGRESS` → `PAUSED`, with the checkpoint. Does nothing from any other state. The page's row is locked
     * first: whoever connects the page anew either comes before, and is seen here, or after, and sees the pause.
     *
     * @returns whether the page has a token that Meta has not refused
     */
    async pause(jobId: string, tokenExpired: boolean, error: SyncError | null): Promise<boolean> {
      return sql.begin(async (tx) => {
        const [page] = await tx<{ token_state: string }[]>`
          SELECT p.token_state FROM facebook_pages p JOIN sync_jobs j ON j.page_id = p.id
          WHERE j.id = ${jobId} FOR UPDATE OF p`;
        const moved = await tx`
          UPDATE sync_jobs SET status = 'PAUSED', token_expired = ${tokenExpired}, ${endStretch(tx)},
            last_error = coalesce(${jsonOrNull(tx, error)}::jsonb, last_error), revision = nextval('sync_revision')
          WHERE id = ${jobId} AND status = ANY(${statesBefore('PAUSED')}) RETURNING id`;
        if (moved.length > 0) {
          await writeCheckpoint(tx, jobId);
          await tell(tx, jobId);
        }
        return page?.token_state === 'valid';
      });
    },

    /**
     * An open job that has lost its workflow → `PARTIAL`, with its checkpoint. Does nothing when the job is not as it was
     * seen: then it has moved on, or another run has taken it up.
     *
     * @returns whether the job was closed
     */
    async closeLost(seen: Pick<OpenJob, 'id' | 'status' | 'runId'>): Promise<boolean> {
      return sql.begin(async (tx) => {
        const closed = await closeOrphans(
          tx,
          tx`id = ${seen.id} AND status = ${seen.status} AND workflow_run_id IS NOT DISTINCT FROM ${seen.runId}`,
        );
        return closed > 0;
      });
    },

    /** Counts calls that brought nothing that could be stored. */
    async countCalls(jobId: string, apiCalls: number): Promise<void> {
      await sql`UPDATE sync_jobs SET api_calls = api_calls + ${apiCalls}, revision = nextval('sync_revision')
        WHERE id = ${jobId}`;
    },

    /**
     * Remembers what went wrong last, and tells those who watch.
     *
     * @param apiCalls calls that brought nothing that could be stored
     * @param waitMs for how long Meta wants no calls now; `null`: it said nothing of the kind
     */
    async noteError(
      jobId: string,
      error: SyncError,
      apiCalls: number,
      waitMs: number | null = null,
    ): Promise<void> {
      const until =
        waitMs === null ? sql`wait_ends_at` : sql`clock_timestamp() + ${waitMs} * interval '1 ms'`;
      await sql.begin(async (tx) => {
        await tx`UPDATE sync_jobs SET last_error = ${tx.json({ ...error })}, wait_ends_at = ${until},
          api_calls = api_calls + ${apiCalls}, revision = nextval('sync_revision') WHERE id = ${jobId}`;
        await tell(tx, jobId);
      });
    },

    /**
     * `PAUSED` → `IN_PROGRESS`. Does nothing from any other state.
     *
     * @returns what is to be done: the page may have been given an Instagram account meanwhile
     */
    async unpause(jobId: string): Promise<JobScope> {
      return sql.begin(async (tx) => {
        const moved = await tx`
          UPDATE sync_jobs SET status = 'IN_PROGRESS', running_since = now(), token_expired = false,
            revision = nextval('sync_revision')
          WHERE id = ${jobId} AND status = 'PAUSED' RETURNING id`;
        if (moved.length > 0) await tell(tx, jobId);
        const [job] = await tx<ScopeRow[]>`
          UPDATE facebook_pages p SET sync_checkpoint = CASE WHEN ${moved.length > 0}
            AND p.sync_checkpoint->>'jobId' = j.id::text THEN NULL ELSE sync_checkpoint END
          FROM sync_jobs j WHERE j.id = ${jobId} AND p.id = j.page_id
          RETURNING ${tx.unsafe(SCOPE_COLUMNS)}`;
        if (job === undefined) throw new Error(`Job ${jobId} is not in the database`);
        return toScope(job);
      });
    },

    /**
     * The job's end. A complete one moves the page's watermark to the time the walk began and clears the
     * checkpoint; a job that can be resumed writes it. Does nothing when the job has ended already.
     *
     * @param covered whether everything was covered that the job set out to cover
     * @param coveredPlatforms those of which that is true, whose watermark may move
     * @returns the job's state, counters and the sentence of its end; `null` when there is no such job
     */
    async close(
      jobId: string,
      end: Pick<CloseJobInput, 'status' | 'covered' | 'coveredPlatforms' | 'reason' | 'error'>,
    ): Promise<Pick<JobResource, 'status' | 'totals' | 'message' | 'pageId'> | null> {
      return sql.begin(async (tx) => {
        const completed = end.status === 'COMPLETED' || end.status === 'UP_TO_DATE';
        const [moved] = await tx`
          UPDATE sync_jobs SET status = ${end.status}, completed_at = now(), ${endStretch(tx)},
            token_expired = false, revision = nextval('sync_revision'),
            last_error = coalesce(${jsonOrNull(tx, end.error)}::jsonb, last_error),
            total = CASE WHEN ${completed} THEN fetched ELSE total END, total_exact = ${completed}
          WHERE id = ${jobId} AND status = ANY(${statesBefore(end.status)}) RETURNING id`;
        const [row] = await tx<JobRow[]>`
          SELECT j.*, '' AS facebook_page_id, NULL AS waiting_until FROM sync_jobs j WHERE id = ${jobId}`;
        if (row === undefined) return null;
        const job = toJob(row);
        if (!hasEnded(job.status)) throw new Error(`Job ${jobId} cannot end from ${job.status}`);
        if (moved === undefined) return job;
        const message = statisticsSentence({ ...job, ...job.totals, status: job.status }, end.reason);
        await tx`UPDATE sync_jobs SET message = ${message} WHERE id = ${jobId}`;
        if (job.status === 'PARTIAL' || job.status === 'CANCELLED') await writeCheckpoint(tx, jobId);
        const covered = end.coveredPlatforms ?? [];
        const platforms = job.mode === 'selective' ? [] : covered;
        // what was cleared while the job ran stays cleared
        if (end.covered || platforms.length > 0) {
          await tx`
            UPDATE facebook_pages p SET updated_at = now(), ${end.covered ? tx`last_synced_at = now(),` : tx``}
              messenger_watermark = CASE WHEN ${platforms.includes('messenger')} THEN j.started_at ELSE messenger_watermark END,
              instagram_watermark = CASE WHEN ${platforms.includes('instagram')} THEN j.started_at ELSE instagram_watermark END
            FROM sync_jobs j WHERE j.id = ${jobId} AND p.id = j.page_id AND p.marks_epoch = j.marks_epoch`;
        }
        await resolveFailures(tx, jobId, covered);
        await tell(tx, jobId);
        return { ...job, message };
      });
    },
  };
}
