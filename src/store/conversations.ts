import type {
  ConversationResource,
  EventResource,
  LastMessage,
  ListedConversationResource,
} from '../contract/conversations.ts';
import type { Platform } from '../contract/platform.ts';
import type { ListResource } from '../contract/resources.ts';
import { isUuid, type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';

interface ConversationRow {
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

interface EventRow {
  id: number;
  conversation_id: string;
  event_type: string;
  direction: 'inbound' | 'outbound';
  message_id: string | null;
  occurred_at: Date;
  text: string | null;
  attachments: unknown;
  metadata: Record<string, unknown>;
}

/** `messenger_conversations` and their events, for reading. */
export function createConversationStore(sql: Sql) {
  // the newest one by the index of the conversation's events
  const lastMessage = sql`SELECT json_build_object('text', e.text, 'direction', e.direction,
      'occurredAt', to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'attachments', jsonb_path_query_array(coalesce(e.attachments, '[]'), '$[*].type'),
      'unsent', e.metadata ? 'unsent_at')
    FROM contact_interaction_events e WHERE e.conversation_id = c.id AND e.event_type = 'message'
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1`;
  const columns = sql`id, page_id, platform, graph_conversation_id, contact_id, sender_id, sender_name, last_message_at,
    updated_time, message_count, unread_count, history_complete AND gap_to IS NULL AS history_complete, tags, version,
    (${lastMessage}) AS last_message`;
  return {
    async exists(id: string): Promise<boolean> {
      const rows = await sql`SELECT FROM messenger_conversations WHERE id = ${id}`;
      return rows.length > 0;
    },

    async find(id: string): Promise<ConversationResource | null> {
      const [row] = await sql<ConversationRow[]>`
        SELECT ${columns} FROM messenger_conversations c WHERE id = ${id}`;
      return row === undefined ? null : toConversation(row);
    },

    /** Which of a page's conversations have these Graph ids, or ids of ours in lower case; by what they were named. */
    async resolve(
      pageId: string,
      names: readonly string[],
    ): Promise<Map<string, { platform: Platform; graphId: string }>> {
      const rows = await sql<{ name: string; platform: Platform; graph_conversation_id: string }[]>`
        SELECT graph_conversation_id AS name, platform, graph_conversation_id FROM messenger_conversations
        WHERE page_id = ${pageId} AND graph_conversation_id = ANY(${names.filter((name) => !isUuid(name))})
        UNION ALL SELECT id::text, platform, graph_conversation_id FROM messenger_conversations
        WHERE page_id = ${pageId} AND graph_conversation_id IS NOT NULL AND id = ANY(${names.filter(isUuid)}::uuid[])`;
      return new Map(
        rows.map((row) => [row.name, { platform: row.platform, graphId: row.graph_conversation_id }]),
      );
    },

    /** Whether all of these are stored as they are at Graph. */
    async areStored(
      pageId: string,
      platform: Platform,
      conversations: readonly { id: string; updatedTime: string; messageCount: number | null }[],
    ): Promise<boolean> {
      const [row] = await sql<{ missing: number }[]>`
        SELECT count(*)::int AS missing FROM unnest(${conversations.map((c) => c.id)}::text[],
          ${conversations.map((c) => c.updatedTime)}::text[]::timestamptz[],
          ${conversations.map((c) => c.messageCount)}::int[]) AS t (graph_id, updated_time, message_count)
        WHERE NOT EXISTS (SELECT FROM messenger_conversations c WHERE c.graph_conversation_id = t.graph_id
          AND c.page_id = ${pageId} AND c.platform = ${platform} AND c.updated_time = t.updated_time
          AND coalesce(t.message_count = c.message_count, t.message_count IS NULL))`;
      return row?.missing === 0;
    },

    /** Newest activity first. */
    async list(
      keyset: Keyset,
      filter: { pageId?: string | undefined; platform?: Platform | undefined },
    ): Promise<ListResource<ListedConversationResource>> {
      const rows = await sql<(ConversationRow & { sort_time: string })[]>`
        SELECT ${columns}, activity_at::text AS sort_time
        FROM messenger_conversations c
        WHERE ${filter.pageId === undefined ? sql`true` : sql`page_id = ${filter.pageId}`}
          AND ${filter.platform === undefined ? sql`true` : sql`platform = ${filter.platform}`}
          AND ${keyset.after === null ? sql`true` : sql`(activity_at, id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY activity_at DESC, id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(
        rows,
        keyset.limit,
        (row) => ({ ...toConversation(row), match: null }),
        (row) => [row.sort_time, row.id],
      );
    },

    /** Newest first. */
    async events(conversationId: string, keyset: Keyset): Promise<ListResource<EventResource>> {
      const rows = await sql<(EventRow & { sort_time: string })[]>`
        SELECT id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata,
          occurred_at::text AS sort_time
        FROM contact_interaction_events
        WHERE conversation_id = ${conversationId}
          AND ${keyset.after === null ? sql`true` : sql`(occurred_at, id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::bigint)`}
        ORDER BY occurred_at DESC, id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toEvent, (row) => [row.sort_time, String(row.id)]);
    },
  };
}

function toConversation(row: ConversationRow): ConversationResource {
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

function toEvent(row: EventRow): EventResource {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    eventType: row.event_type,
    direction: row.direction,
    messageId: row.message_id,
    occurredAt: row.occurred_at.toISOString(),
    text: row.text,
    attachments: row.attachments,
    metadata: row.metadata,
  };
}
