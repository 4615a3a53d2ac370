import type { Batch, BatchResult, ConversationInput } from './batch.ts';
import { mergeConversation } from './conversation-merge.ts';
import { eventRows, isNoStoredMoment, mergeStored } from './event-rows.ts';
import { addedValidation, insertFailures } from './failure-rows.ts';
import { JOB_PROGRESS_COLUMNS, type JobProgressRow, toJobProgress } from './job-progress.ts';
import { MAX_ITEMS, PROGRESS_CHANNEL } from './progress-channel.ts';
import type { Sql } from './sql.ts';

/** The key under which a batch is stored; a second one with the same key is refused by it. */
export const BATCH_KEY = 'sync_batches_pkey';

/**
 * Writes a batch in one statement: contacts, conversations, events, what was set aside, the batch's own row
 * and the job's counters, all or nothing (requirement C1).
 *
 * - The batch's row is the idempotency key: a batch that is there already makes the whole statement fail on
 *   `sync_batches_pkey`, so nothing is ever counted twice.
 * - Rows that would not change are not written, nor locked: what is unchanged is left out before `ON CONFLICT`, which
 *   locks whatever it meets, and which looks once more at what has come in between. `version` grows only where something
 *   does (C2); how a reading changes a row says `conversation-merge.ts`.
 * - A conversation or contact that another writer makes in the same moment can be neither returned nor seen by
 *   this statement's snapshot; then `conversation_id` is null or `sender_has_contact` fails, the statement is
 *   undone, and a second run sees the row.
 * - A person's first thread is the one where webhooks store (`is_main`). While a webhook begins a conversation with the same
 *   person, the second of the two fails on `messenger_conversations_main` and is run again, after `adopt_conversations`.
 * - After a restart from the top, unchanged conversations that the stream had covered before are a second reading;
 *   they are not counted again.
 *
 * Look-ups are LATERAL with LIMIT 1, and `IS NOT DISTINCT FROM` keeps the planner off the indexes that begin with the
 * page: a table that has just been filled has no statistics yet, and a plan that reads all of a page's rows for every
 * conversation looks as good as a probe.
 *
 * @throws PostgresError; see `isDataError`
 */
export async function upsertBatch(sql: Sql, batch: Batch): Promise<BatchResult> {
  const { conversations, failures } = batch;
  const merge = mergeConversation(sql, 'excluded');
  const sid = sql(batch.platform === 'messenger' ? 'messenger_psid' : 'instagram_sid');
  const of = <T>(pick: (c: ConversationInput) => T) => conversations.map(pick);
  const events = conversations.flatMap((c) => c.events.map((event) => ({ graphId: c.graphId, event })));

  const [row] = await sql<UpsertRow[]>`
    WITH input AS (
      SELECT * FROM unnest(
        ${of((c) => c.graphId)}::text[], ${of((c) => c.senderId)}::text[], ${of((c) => c.senderName)}::text[],
        ${of((c) => c.username)}::text[], ${of((c) => c.updatedTime)}::text[]::timestamptz[],
        ${of((c) => c.lastMessageAt)}::text[]::timestamptz[], ${of((c) => c.messageCount)}::int[],
        ${of((c) => c.unreadCount)}::int[], ${of((c) => c.historyCursor)}::text[],
        ${of((c) => String(c.historyComplete))}::text[]::bool[], ${of(newestAt)}::text[]::timestamptz[],
        ${of(oldestAt)}::text[]::timestamptz[], ${of((c) => c.unavailable)}::int[]
      ) WITH ORDINALITY AS t (graph_id, sender_id, sender_name, username, updated_time, last_message_at, message_count,
        unread_count, history_cursor, history_complete, newest_at, oldest_at, unavailable, n)
    ), before AS (
      SELECT fetched_so_far, covered_down_to, covered_ids, reread_down_to, reread_ids FROM sync_batches
      WHERE job_id = ${batch.jobId} AND stream = ${batch.platform} AND seq = ${batch.seq - 1}
      UNION ALL SELECT 0, NULL, '{}', NULL, '{}' WHERE ${batch.seq}::int = 1
    ), contact AS (
      INSERT INTO contacts AS c (page_id, ${sid}, name, username, last_interaction_at)
      SELECT ${batch.pageId}::uuid, p.sender_id, p.sender_name, p.username, p.last_message_at
      FROM (SELECT DISTINCT ON (sender_id) * FROM input WHERE sender_id IS NOT NULL
        ORDER BY sender_id, last_message_at DESC NULLS LAST) p
      LEFT JOIN LATERAL (SELECT id, name, username, last_interaction_at FROM contacts
        WHERE page_id = ${batch.pageId}::uuid AND ${sid} = p.sender_id LIMIT 1) c ON true
      WHERE c.id IS NULL OR (coalesce(p.sender_name, c.name), coalesce(p.username, c.username),
          greatest(c.last_interaction_at, p.last_message_at))
        IS DISTINCT FROM (c.name, c.username, c.last_interaction_at)
      ON CONFLICT (page_id, ${sid}) DO UPDATE SET
        name = coalesce(excluded.name, c.name),
        username = coalesce(excluded.username, c.username),
        last_interaction_at = greatest(c.last_interaction_at, excluded.last_interaction_at),
        updated_at = now()
      WHERE (coalesce(excluded.name, c.name), coalesce(excluded.username, c.username),
          greatest(c.last_interaction_at, excluded.last_interaction_at))
        IS DISTINCT FROM (c.name, c.username, c.last_interaction_at)
      RETURNING id, ${sid} AS sid
    ), person AS (
      SELECT sid, id FROM contact
      UNION SELECT i.sender_id, c.id FROM input i CROSS JOIN LATERAL (
        SELECT id FROM contacts WHERE page_id = ${batch.pageId}::uuid AND ${sid} = i.sender_id LIMIT 1) c
    ), stored AS (
      SELECT c.* FROM input i CROSS JOIN LATERAL (
        SELECT * FROM messenger_conversations
        WHERE graph_conversation_id = i.graph_id AND page_id IS NOT DISTINCT FROM ${batch.pageId}::uuid
          AND platform = ${batch.platform} LIMIT 1) c
    ), reading AS (
      SELECT i.graph_id AS graph_conversation_id, p.id AS contact_id, i.sender_id, i.sender_name, i.last_message_at,
        i.updated_time, i.message_count, i.unread_count, i.history_cursor, i.history_complete, i.newest_at AS synced_to,
        i.oldest_at, i.sender_id IS NULL OR row_number() OVER (PARTITION BY i.sender_id ORDER BY i.n) = 1 AS is_first
      FROM input i LEFT JOIN person p ON p.sid = i.sender_id
    ), conversation AS (
      INSERT INTO messenger_conversations AS c (page_id, platform, graph_conversation_id, contact_id, sender_id,
        sender_name, last_message_at, updated_time, message_count, unread_count, history_cursor, history_complete, synced_to,
        is_main)
      SELECT ${batch.pageId}::uuid, ${batch.platform}::text, reading.graph_conversation_id, reading.contact_id,
        reading.sender_id, reading.sender_name, reading.last_message_at, reading.updated_time, reading.message_count,
        reading.unread_count, reading.history_cursor, reading.history_complete, reading.synced_to,
        reading.is_first AND NOT EXISTS (SELECT FROM messenger_conversations m WHERE m.sender_id = reading.sender_id
          AND m.page_id = ${batch.pageId}::uuid AND m.platform = ${batch.platform} AND m.is_main
          AND m.graph_conversation_id IS NOT NULL)
      FROM reading LEFT JOIN stored c ON c.graph_conversation_id = reading.graph_conversation_id
      WHERE c.id IS NULL OR ${mergeConversation(sql, 'reading').isChange}
      ORDER BY reading.graph_conversation_id
      ON CONFLICT (page_id, platform, graph_conversation_id) DO UPDATE SET
        ${merge.assignments}, version = c.version + (${merge.isVisible})::int,
        updated_at = CASE WHEN ${merge.isVisible} THEN now() ELSE c.updated_at END
      WHERE ${merge.isChange}
      RETURNING c.id, c.graph_conversation_id, (c.xmax = 0) AS inserted, (c.updated_at = now()) AS changed
    ), known AS (
      SELECT graph_conversation_id, id FROM conversation
      UNION SELECT graph_conversation_id, id FROM stored
    ), event AS (
      INSERT INTO contact_interaction_events AS e
        (page_id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata)
      SELECT ${batch.pageId}::uuid, k.id, t.type, t.direction, t.message_id, t.occurred_at, t.text, t.attachments, t.metadata
      FROM ${eventRows(sql, events)}
      LEFT JOIN known k ON k.graph_conversation_id = t.graph_id
      LEFT JOIN LATERAL (SELECT NOT e.webhook_only AS read FROM contact_interaction_events e
        WHERE e.page_id = ${batch.pageId}::uuid AND e.message_id = t.message_id AND e.event_type = t.type
        LIMIT 1) known_event ON true
      WHERE ${isNoStoredMoment(sql, sql`k.id`)} AND ${batch.refresh ? sql`true` : sql`read IS NOT TRUE`}
      ${mergeStored(sql, batch.refresh)}
      RETURNING e.conversation_id, (e.xmax = 0) AS inserted
    ), failure AS (
      ${insertFailures(sql, batch, failures, sql``)}
    ), outcome AS (
      SELECT i.n, i.sender_name, c.inserted IS TRUE AS inserted,
        c.inserted IS FALSE AND c.changed AS updated,
        (c.id IS NULL OR NOT c.inserted AND NOT c.changed) AND (i.updated_time > b.reread_down_to
          OR i.updated_time = b.reread_down_to AND i.graph_id = ANY(b.reread_ids)) IS NOT TRUE AS unchanged,
        coalesce(e.events, 0) AS events, i.unavailable, k.id
      FROM input i CROSS JOIN before b
      LEFT JOIN conversation c ON c.graph_conversation_id = i.graph_id
      LEFT JOIN known k ON k.graph_conversation_id = i.graph_id
      LEFT JOIN (SELECT conversation_id, count(*)::int AS events FROM event e WHERE e.inserted GROUP BY 1) e ON e.conversation_id = k.id
    ), counted AS (
      SELECT count(*) FILTER (WHERE inserted)::int AS inserted, count(*) FILTER (WHERE updated)::int AS updated,
        count(*) FILTER (WHERE unchanged)::int + ${batch.repeated}::int AS unchanged,
        coalesce(sum(events), 0)::int AS events,
        coalesce(sum(unavailable) FILTER (WHERE inserted OR updated OR unchanged), 0) AS unavailable,
        (SELECT count(*)::int FROM failure WHERE item_type = 'conversation') AS failed
      FROM outcome
    ), covered AS (
      SELECT low AS down_to, CASE WHEN b.covered_down_to = low THEN b.covered_ids ELSE '{}' END || ARRAY(
          SELECT graph_id FROM input WHERE updated_time = low AND graph_id <> ALL (b.covered_ids)) AS ids
      FROM before b
      CROSS JOIN LATERAL (SELECT least(b.covered_down_to, min(updated_time)) AS low FROM input) lowest
    ), saved AS (
      INSERT INTO sync_batches (job_id, stream, seq, next_cursor, is_last, inserted, updated, unchanged, failed,
        fetched, events_created, fetched_so_far, covered_down_to, covered_ids, reread_down_to, reread_ids,
        last_conversation_id, conversation_ids)
      SELECT ${batch.jobId}::uuid, ${batch.platform}::text, ${batch.seq}::int, ${batch.nextCursor}::text, ${batch.isLast}::bool,
        inserted, updated, unchanged, failed, inserted + updated + unchanged + failed, events,
        b.fetched_so_far + inserted + updated + unchanged + failed,
        covered.down_to, covered.ids, b.reread_down_to, b.reread_ids, ${conversations.at(-1)?.graphId ?? null}::text,
        ${batch.keepIds ? sql`(SELECT array_agg(id) FILTER (WHERE id IS NOT NULL) FROM outcome)` : null}
      FROM counted CROSS JOIN before b CROSS JOIN covered
      RETURNING fetched, fetched_so_far
    ), job AS (
      UPDATE sync_jobs j SET fetched = j.fetched + s.fetched, inserted = j.inserted + n.inserted,
        updated = j.updated + n.updated, unchanged = j.unchanged + n.unchanged, failed = j.failed + n.failed,
        events_created = j.events_created + n.events, unavailable = j.unavailable + n.unavailable, batches = j.batches + 1,
        api_calls = j.api_calls + ${batch.apiCalls}, revision = nextval('sync_revision'),
        current_name = coalesce((SELECT sender_name FROM outcome ORDER BY n DESC LIMIT 1), j.current_name),
        validation = ${addedValidation(sql)}
      FROM counted n CROSS JOIN saved s WHERE j.id = ${batch.jobId}
      RETURNING j.*
    ), items AS (
      -- at most 20 of the batch, evenly spread, each with the counts up to and with it
      SELECT json_agg(item ORDER BY n) AS items FROM (
        SELECT n, json_build_array(left(sender_name, 60), sum(inserted::int) OVER w, sum(updated::int) OVER w,
            sum(unchanged::int) OVER w, sum(events) OVER w) AS item, count(*) OVER () AS size
        FROM outcome WINDOW w AS (ORDER BY n)
      ) running WHERE n * ${MAX_ITEMS}::int / size > (n - 1) * ${MAX_ITEMS}::int / size
    ), hint AS (
      SELECT jsonb_build_object('jobId', j.id, 'revision', j.revision, 'batch', jsonb_build_object(
        'total', j.total, 'histories', j.histories, 'historiesLeft', j.histories_left, 'before', jsonb_build_object('fetched', j.fetched - s.fetched,
          'inserted', j.inserted - n.inserted, 'updated', j.updated - n.updated,
          'unchanged', j.unchanged - n.unchanged, 'failed', j.failed - n.failed,
          'events', j.events_created - n.events))) AS short, to_jsonb(items) AS items
      FROM job j CROSS JOIN counted n CROSS JOIN saved s CROSS JOIN items
    ), told AS (
      SELECT pg_notify(${PROGRESS_CHANNEL}, CASE
        WHEN items IS NULL OR octet_length(short::text) + octet_length(items::text) > 7500 THEN short
        ELSE jsonb_set(short, '{batch,items}', items) END::text)
      FROM hint
    )
    SELECT ${sql.unsafe(JOB_PROGRESS_COLUMNS)}, s.fetched_so_far
    FROM job j CROSS JOIN saved s CROSS JOIN told`;

  if (row === undefined) throw new Error(`Job ${batch.jobId} is not in the database`);
  return {
    position: {
      seq: batch.seq,
      nothingNew: false,
      nextCursor: batch.nextCursor,
      isLast: batch.isLast,
      fetched: row.fetched_so_far,
    },
    job: toJobProgress(row),
  };
}

interface UpsertRow extends JobProgressRow {
  fetched_so_far: number;
}

/** The newest message of a reading; that of one which does not show what there is, is about as new as the conversation. */
function newestAt(conversation: ConversationInput): string | null {
  const newest = messageTimes(conversation).at(-1);
  return newest ?? (conversation.historyComplete ? null : conversation.updatedTime);
}

function oldestAt(conversation: ConversationInput): string | null {
  return messageTimes(conversation)[0] ?? null;
}

/** ISO times in UTC sort as text. */
function messageTimes(conversation: ConversationInput): string[] {
  return conversation.events
    .filter((event) => event.type === 'message')
    .map((event) => event.occurredAt)
    .sort();
}
