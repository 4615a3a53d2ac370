import type { EventInput } from './batch.ts';
import type { Fragment, Sql } from './sql.ts';

/** JSON for a `jsonb` array parameter; nothing stays nothing. */
export function jsonText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** An event that is stored stays as it is. */
export function keepStored(sql: Sql) {
  return sql`ON CONFLICT DO NOTHING`;
}

/**
 * A message that is stored takes over what Graph shows now (links expire, messages are edited); what Graph no longer
 * shows stays.
 */
export function refreshStored(sql: Sql) {
  return sql`ON CONFLICT (page_id, message_id, event_type) WHERE message_id IS NOT NULL DO UPDATE SET
    text = coalesce(excluded.text, e.text), attachments = coalesce(excluded.attachments, e.attachments)
    WHERE (coalesce(excluded.text, e.text), coalesce(excluded.attachments, e.attachments))
      IS DISTINCT FROM (e.text, e.attachments)`;
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
 * Events as rows `(graph_id, type, direction, message_id, occurred_at, text, attachments, metadata)`.
 *
 * @param graphIds the Graph id of each event's conversation
 */
export function eventRows(sql: Sql, events: readonly EventInput[], graphIds: readonly string[]) {
  const of = <T>(pick: (event: EventInput) => T) => events.map(pick);
  return sql`unnest(
    ${[...graphIds]}::text[], ${of((e) => e.type)}::text[], ${of((e) => e.direction)}::text[],
    ${of((e) => e.messageId)}::text[], ${of((e) => e.occurredAt)}::text[]::timestamptz[], ${of((e) => e.text)}::text[],
    ${of((e) => jsonText(e.attachments))}::text[]::jsonb[], ${of((e) => jsonText(e.metadata))}::text[]::jsonb[]
  ) AS t (graph_id, type, direction, message_id, occurred_at, text, attachments, metadata)`;
}
