import type {
  ConversationMatch,
  ConversationResource,
  LastMessage,
  ListedConversationResource,
} from '../contract/conversations.ts';
import type { Platform } from '../contract/platform.ts';
import type { Keyset } from './keyset.ts';
import type { Fragment, Sql } from './sql.ts';

/** A row of `conversationColumns`. */
export interface ConversationRow {
  id: string;
  page_id: string;
  platform: Platform;
  graph_conversation_id: string | null;
  contact_id: string | null;
  sender_id: string | null;
  sender_name: string | null;
  last_message_at: Date | null;
  updated_time: Date | null;
  message_count: number | null;
  unread_count: number;
  history_complete: boolean;
  tags: string[];
  version: number;
  last_message: LastMessage | null;
}

/** The same in a list: with its place there, and the message by which it was found. */
export interface ListedRow extends ConversationRow {
  sort_time: string;
  match: ConversationMatch | null;
}

/** What narrows a list of conversations; all of it holds. Times are ISO 8601. */
export interface ConversationFilter {
  pageId?: string | undefined;
  platform?: Platform | undefined;
  unread?: boolean | undefined;
  tag?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Of `messenger_conversations c`. The newest message is one probe of the index of the conversation's events. */
export function conversationColumns(sql: Sql): Fragment {
  return sql`c.id, c.page_id, c.platform, c.graph_conversation_id, c.contact_id, c.sender_id, c.sender_name, c.last_message_at,
    c.updated_time, c.message_count, c.unread_count, c.history_complete AND c.gap_to IS NULL AS history_complete, c.tags,
    c.version, (SELECT json_build_object('text', e.text, 'direction', e.direction, 'occurredAt', ${isoTime(sql)},
        'attachments', jsonb_path_query_array(coalesce(e.attachments, '[]'), '$[*].type ? (@.type() == "string")'),
        'unsent', e.metadata ? 'unsent_at')
      FROM contact_interaction_events e WHERE e.conversation_id = c.id AND e.event_type = 'message'
      ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1) AS last_message`;
}

/** The moment of `contact_interaction_events e`, as the API writes it. */
export function isoTime(sql: Sql): Fragment {
  return sql`to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** The condition on `messenger_conversations c` to be in this page of the list. */
export function isListed(sql: Sql, { after }: Keyset, filter: ConversationFilter): Fragment {
  const given = <T>(value: T | undefined, condition: (value: T) => Fragment) =>
    value === undefined ? sql`true` : condition(value);
  return sql`${given(filter.pageId, (pageId) => sql`c.page_id = ${pageId}`)}
    AND ${given(filter.platform, (platform) => sql`c.platform = ${platform}`)}
    AND ${given(filter.unread, (unread) => (unread ? sql`c.unread_count > 0` : sql`c.unread_count = 0`))}
    AND ${given(filter.tag, (tag) => sql`c.tags @> ARRAY[${tag}::text] AND c.tags <> '{}'`)}
    AND ${given(filter.since, (since) => sql`c.activity_at >= ${since}::text::timestamptz`)}
    AND ${given(filter.until, (until) => sql`c.activity_at < ${until}::text::timestamptz + interval '1 ms'`)}
    AND ${after === null ? sql`true` : sql`(c.activity_at, c.id) < (${after[0]}::text::timestamptz, ${after[1]}::uuid)`}`;
}

export function toConversation(row: ConversationRow): ConversationResource {
  return {
    id: row.id,
    pageId: row.page_id,
    platform: row.platform,
    graphConversationId: row.graph_conversation_id,
    contactId: row.contact_id,
    senderId: row.sender_id,
    senderName: row.sender_name,
    lastMessageAt: row.last_message_at?.toISOString() ?? null,
    lastMessage: row.last_message,
    updatedTime: row.updated_time?.toISOString() ?? null,
    messageCount: row.message_count,
    unreadCount: row.unread_count,
    historyComplete: row.history_complete,
    tags: row.tags,
    version: row.version,
  };
}

export function toListed(row: ListedRow): ListedConversationResource {
  return { ...toConversation(row), match: row.match };
}
