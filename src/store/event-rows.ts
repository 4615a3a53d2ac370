import type { EventInput } from './batch.ts';
import type { Fragment, Sql } from './sql.ts';

/** JSON for a `jsonb` array parameter; nothing stays nothing. */
export function jsonText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/**
 * What a reading makes of a message that is stored. One that only a webhook has brought takes over what Graph shows of it,
 * and keeps what Graph does not show: its exact time, and the text as it was sent. Others stay as they are, or are
 * refreshed (links expire, messages are edited); what Graph no longer shows stays. An old reading brings back neither the
 * content of a message that was unsent nor a text that was edited since.
 */
export function mergeStored(sql: Sql, refresh: boolean) {
  const text = sql`CASE WHEN e.metadata ? 'unsent_at' THEN NULL
    WHEN EXISTS (SELECT FROM jsonb_each_text(e.metadata -> 'texts') WHERE value = excluded.text) THEN e.text
    ELSE coalesce(excluded.text, e.text) END`;
  const attachments = sql`CASE WHEN NOT e.metadata ? 'unsent_at' THEN coalesce(excluded.attachments, e.attachments) END`;
  return sql`ON CONFLICT (page_id, message_id, event_type) WHERE message_id IS NOT NULL DO UPDATE SET
    text = ${text}, attachments = ${attachments}, webhook_only = false,
    metadata = CASE WHEN e.webhook_only AND e.metadata ? 'unsent_at'
        THEN without_content(excluded.metadata - 'direction_assumed') || e.metadata
        WHEN e.webhook_only THEN excluded.metadata - 'direction_assumed' || e.metadata ELSE e.metadata END
      || CASE WHEN e.metadata ->> 'source' = 'webhook' AND excluded.text <> coalesce(e.text, '')
          AND NOT e.metadata ?| '{texts,unsent_at}'
        THEN jsonb_build_object('texts', jsonb_strip_nulls(jsonb_build_object('0', e.text))) ELSE '{}' END
    WHERE e.webhook_only OR ${refresh ? sql`(${text}, ${attachments}) IS DISTINCT FROM (e.text, e.attachments)` : sql`false`}`;
}

/**
 * Whether an event of `eventRows` is no message without id that is stored already: it would meet another key than the one
 * by which messages are refreshed.
 */
export function isNoStoredMoment(sql: Sql, conversationId: Fragment) {
  return sql`NOT (t.message_id IS NULL AND EXISTS (SELECT FROM contact_interaction_events m
    WHERE m.conversation_id = ${conversationId} AND m.event_type = t.type AND m.occurred_at = t.occurred_at
      AND m.message_id IS NULL))`;
}

/**
 * Events as rows `(graph_id, type, direction, message_id, occurred_at, text, attachments, metadata)`. One that is there
 * twice, by its message or its moment, is there once: the statement may meet each row once. A message that Graph shows in two
 * conversations is the first one's.
 *
 * @param all with the Graph id of each event's conversation
 */
export function eventRows(sql: Sql, all: readonly { graphId: string; event: EventInput }[]) {
  const seen = new Set<string>();
  const rows = all.filter(({ graphId, event: { type, messageId, occurredAt } }) => {
    const key = messageId ?? `${graphId} ${type} ${Date.parse(occurredAt)}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
  const of = <T>(pick: (event: EventInput) => T) => rows.map(({ event }) => pick(event));
  return sql`unnest(
    ${rows.map(({ graphId }) => graphId)}::text[], ${of((e) => e.type)}::text[], ${of((e) => e.direction)}::text[],
    ${of((e) => e.messageId)}::text[], ${of((e) => e.occurredAt)}::text[]::timestamptz[], ${of((e) => e.text)}::text[],
    ${of((e) => jsonText(e.attachments))}::text[]::jsonb[], ${of((e) => jsonText(e.metadata))}::text[]::jsonb[]
  ) AS t (graph_id, type, direction, message_id, occurred_at, text, attachments, metadata)`;
}
