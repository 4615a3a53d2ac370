import type { JobProgress } from '../contract/progress.ts';
import type { FailureInput } from './batch.ts';
import { eventRows, isNoStoredMoment, mergeStored } from './event-rows.ts';
import { addedValidation, insertFailures } from './failure-rows.ts';
import {
  type HistoryPage,
  type HistoryScope,
  type HistoryState,
  type IncompleteConversation,
  isEnough,
  withHistoryPage,
} from './history.ts';
import { JOB_PROGRESS_COLUMNS, type JobProgressRow, toJobProgress } from './job-progress.ts';
import { PROGRESS_CHANNEL } from './progress-channel.ts';
import { findRefused, isAccepted } from './refused.ts';
import { isDataError, type Sql } from './sql.ts';

interface IncompleteRow {
  id: string;
  graph_id: string;
  activity_at: string;
  history_cursor: string | null;
  history_complete: boolean;
  synced_to: string | null;
  gap_cursor: string | null;
  gap_to: string | null;
  stored: number;
}

/** `messenger_conversations` as the history phase sees them: those of which messages are missing. */
export function createHistoryStore(sql: Sql) {
  /** What is missing, as far as the scope wants it; what the job has set aside already is left out. */
  const incomplete = (scope: Omit<HistoryScope, 'platform'>) => sql`
    FROM messenger_conversations c CROSS JOIN LATERAL (
      SELECT count(*)::int AS stored FROM (SELECT FROM contact_interaction_events e
        WHERE e.conversation_id = c.id AND e.event_type = 'message' LIMIT ${scope.depth ?? 0}) messages
    ) m
    WHERE c.page_id = ${scope.pageId} AND (NOT c.history_complete OR c.gap_to IS NOT NULL)
      -- one that a webhook has begun has no thread yet
      AND c.graph_conversation_id IS NOT NULL
      AND ${scope.depth === null ? sql`true` : sql`(c.gap_to IS NOT NULL OR m.stored < ${scope.depth})`}
      AND ${
        scope.walkedOnly
          ? sql`c.id IN (SELECT unnest(conversation_ids) FROM sync_batches WHERE job_id = ${scope.jobId})`
          : sql`true`
      }
      -- one that is being repaired is the repair's: its messages are refreshed
      AND NOT EXISTS (SELECT FROM sync_jobs r WHERE r.conversation_id = c.id AND r.completed_at IS NULL
        AND r.id <> ${scope.jobId})
      AND NOT EXISTS (SELECT FROM sync_failures f WHERE f.job_id = ${scope.jobId} AND f.platform = c.platform
        AND f.item_type = 'history' AND f.graph_id = c.graph_conversation_id)
      -- Graph did not know it in two jobs: it is gone, until somebody asks for it by name
      AND ${
        scope.listed
          ? sql`true`
          : sql`(SELECT count(*) FROM sync_failures f WHERE f.page_id = c.page_id AND f.platform = c.platform
              AND f.conversation_graph_id = c.graph_conversation_id AND f.item_type = 'history' AND f.reason = 'gone'
              AND f.resolved_at IS NULL) < 2`
      }`;

  return {
    /**
     * The next conversations of which messages are missing, newest first.
     *
     * @param after the last one that was taken; `null` begins with the newest
     */
    async next(
      scope: HistoryScope,
      after: Pick<IncompleteConversation, 'activityAt' | 'id'> | null,
      limit: number,
    ): Promise<IncompleteConversation[]> {
      const rows = await sql<IncompleteRow[]>`
        SELECT c.id, c.graph_conversation_id AS graph_id, c.activity_at::text AS activity_at, c.history_cursor,
          c.history_complete, c.synced_to::text AS synced_to, c.gap_cursor, c.gap_to::text AS gap_to, m.stored
        ${incomplete(scope)} AND c.platform = ${scope.platform}
          AND ${after === null ? sql`true` : sql`(c.activity_at, c.id) < (${after.activityAt}::text::timestamptz, ${after.id}::uuid)`}
        ORDER BY c.activity_at DESC, c.id DESC LIMIT ${limit}`;
      return rows.map((row) => ({
        id: row.id,
        graphId: row.graph_id,
        activityAt: row.activity_at,
        historyCursor: row.history_cursor,
        historyComplete: row.history_complete,
        syncedTo: row.synced_to,
        gapCursor: row.gap_cursor,
        gapTo: row.gap_to,
        stored: row.stored,
      }));
    },

    /** Counts what is left, over all platforms of the page, into the job's row. */
    async recount(scope: HistoryScope): Promise<JobProgress> {
      const [row] = await sql<JobProgressRow[]>`
        UPDATE sync_jobs j SET histories_left = (SELECT count(*) ${incomplete(scope)}), revision = nextval('sync_revision')
        WHERE j.id = ${scope.jobId} RETURNING ${sql.unsafe(JOB_PROGRESS_COLUMNS)}`;
      if (row === undefined) throw new Error(`Job ${scope.jobId} is not in the database`);
      return toJobProgress(row);
    },

    /**
     * Stores a page of older messages exactly once; messages that PostgreSQL refuses are set aside with the others stored.
     *
     * @param refresh whether messages that are stored take over what Graph shows now
     * @returns the job afterwards; `null` when somebody else has moved the conversation on meanwhile: nothing was stored
     * @throws PostgresError when the database itself fails; the same page may be tried again
     */
    async storePage(
      scope: HistoryScope,
      before: IncompleteConversation,
      page: HistoryPage,
      refresh: boolean,
    ): Promise<JobProgress | null> {
      try {
        return await writePage(sql, scope, before, page, refresh);
      } catch (error) {
        if (!isDataError(error)) throw error;
        const trial = (events: HistoryPage['events']) =>
          isAccepted(sql, (tx) => writePage(tx, scope, before, { ...page, events, failures: [] }, refresh));
        const bad = new Set(await findRefused(page.events, trial));
        const failures = [...bad].map(
          (event): FailureInput => ({
            itemType: 'message',
            graphId: event.messageId?.slice(0, 500) ?? null,
            conversationGraphId: before.graphId,
            reason: 'not_storable',
            detail: error instanceof Error ? error.message : String(error),
            payload: { id: event.messageId, created_time: event.occurredAt, message: event.text },
          }),
        );
        const events = page.events.filter((event) => !bad.has(event));
        const good = { ...page, events, failures: [...page.failures, ...failures] };
        return await writePage(sql, scope, before, good, refresh);
      }
    },

    /**
     * A conversation's history begins anew because its cursor is dead; what is stored is met again and not written.
     *
     * @returns false when this job has done so before, or somebody else has moved the conversation on
     */
    async restart(jobId: string, before: IncompleteConversation): Promise<boolean> {
      const rows = await sql`
        UPDATE messenger_conversations c SET history_cursor = CASE WHEN gap_to IS NULL THEN NULL ELSE history_cursor END,
          gap_cursor = NULL, history_restarted_by = ${jobId}
        WHERE ${isAsItWas(before)} AND history_restarted_by IS DISTINCT FROM ${jobId} RETURNING id`;
      return rows.length > 0;
    },

    /** The rest of a conversation's history cannot be read: this job leaves it alone. */
    async setAside(
      scope: HistoryScope,
      conversation: IncompleteConversation,
      reason: string,
      detail: string,
      apiCalls: number,
    ): Promise<JobProgress> {
      const { graphId } = conversation;
      const failure = {
        itemType: 'history',
        graphId,
        conversationGraphId: graphId,
        reason,
        detail,
        payload: null,
      } as const;
      const [row] = await sql<JobProgressRow[]>`
        WITH failure AS (${insertFailures(sql, scope, [failure], sql``)})
        UPDATE sync_jobs j SET api_calls = api_calls + ${apiCalls},
          histories_failed = histories_failed + (SELECT count(*) FROM failure)::int,
          histories_left = greatest(0, histories_left - (SELECT count(*) FROM failure)::int),
          validation = ${addedValidation(sql)},
          revision = nextval('sync_revision')
        WHERE j.id = ${scope.jobId} RETURNING ${sql.unsafe(JOB_PROGRESS_COLUMNS)}`;
      if (row === undefined) throw new Error(`Job ${scope.jobId} is not in the database`);
      return toJobProgress(row);
    },
  };

  /**
   * One statement: the messages, where the conversation's history stands then, what was set aside, and the job's
   * counters. The conversation's own state is the idempotency key: when it is no longer what it was when the page was
   * asked for, another attempt, or another job, has stored the page, and nothing is done.
   */
  async function writePage(
    db: Sql,
    scope: HistoryScope,
    before: IncompleteConversation,
    page: HistoryPage,
    refresh: boolean,
  ): Promise<JobProgress | null> {
    const { failures } = page;
    const after = withHistoryPage(before, page);
    const done = isEnough(after, scope.depth) ? 1 : 0;
    const events = page.events.map((event) => ({ graphId: before.graphId, event }));
    const [row] = await db<JobProgressRow[]>`
      WITH moved AS (
        UPDATE messenger_conversations c SET history_cursor = ${after.historyCursor}, history_complete = ${after.historyComplete},
          synced_to = greatest(c.synced_to, ${after.syncedTo}::text::timestamptz),
          gap_cursor = ${after.gapCursor}, gap_to = ${after.gapTo}::text::timestamptz
        WHERE ${isAsItWas(before)}
        RETURNING c.id
      ), event AS (
        INSERT INTO contact_interaction_events AS e
          (page_id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata)
        SELECT ${scope.pageId}::uuid, moved.id, t.type, t.direction, t.message_id, t.occurred_at, t.text, t.attachments, t.metadata
        FROM moved CROSS JOIN ${eventRows(sql, events)}
        WHERE ${isNoStoredMoment(sql, sql`moved.id`)} ${mergeStored(sql, refresh)}
        RETURNING (e.xmax = 0) AS inserted
      ), failure AS (
        ${insertFailures(sql, scope, failures, sql`moved CROSS JOIN`)}
      ), job AS (
        UPDATE sync_jobs j SET events_created = j.events_created + (SELECT count(*) FROM event e WHERE e.inserted),
          api_calls = j.api_calls + ${page.apiCalls}, unavailable = j.unavailable + ${page.unavailable},
          histories = j.histories + ${done}, histories_left = greatest(0, j.histories_left - ${done}),
          validation = ${addedValidation(sql)}, revision = nextval('sync_revision')
        FROM moved WHERE j.id = ${scope.jobId} RETURNING j.*
      ), told AS (
        SELECT pg_notify(${PROGRESS_CHANNEL}, jsonb_build_object('jobId', id, 'revision', revision)::text) FROM job
      )
      SELECT ${sql.unsafe(JOB_PROGRESS_COLUMNS)} FROM job j CROSS JOIN told`;
    return row === undefined ? null : toJobProgress(row);
  }

  function isAsItWas(before: { id: string } & HistoryState) {
    return sql`c.id = ${before.id} AND c.history_complete = ${before.historyComplete}
      AND c.history_cursor IS NOT DISTINCT FROM ${before.historyCursor}
      AND c.gap_cursor IS NOT DISTINCT FROM ${before.gapCursor}
      AND c.gap_to IS NOT DISTINCT FROM ${before.gapTo}::text::timestamptz`;
  }
}
