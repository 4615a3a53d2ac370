import type {
  ConversationResource,
  EventResource,
  ListedConversationResource,
  TagResource,
} from '../contract/conversations.ts';
import type { Platform } from '../contract/platform.ts';
import type { ListResource } from '../contract/resources.ts';
import {
  type ConversationFilter,
  type ConversationRow,
  conversationColumns,
  isListed,
  type ListedRow,
  toConversation,
  toListed,
} from './conversation-rows.ts';
import { SEARCH_INDEXES, searchConversations } from './conversation-search.ts';
import { isUuid, type Keyset, keysetPage } from './keyset.ts';
import { areBuilt } from './late-indexes.ts';
import type { Sql } from './sql.ts';

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
  const columns = conversationColumns(sql);
  let searchable = false;
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

    /** Newest activity first. @param text found in the name or in a message; absent: all */
    async list(
      keyset: Keyset,
      filter: ConversationFilter = {},
      text?: string,
    ): Promise<ListResource<ListedConversationResource>> {
      const rows =
        text === undefined
          ? await sql<ListedRow[]>`
            SELECT ${columns}, c.activity_at::text AS sort_time, NULL AS match FROM messenger_conversations c
            WHERE ${isListed(sql, keyset, filter)}
            ORDER BY c.activity_at DESC, c.id DESC LIMIT ${keyset.limit + 1}`
          : await searchConversations(sql, keyset, filter, text);
      return keysetPage(rows, keyset.limit, toListed, (row) => [row.sort_time, row.id]);
    },

    /** Whether names and messages can be searched: the indexes are there. */
    async isSearchable(): Promise<boolean> {
      searchable ||= await areBuilt(sql, SEARCH_INDEXES);
      return searchable;
    },

    /** The tags in use, of one page or of all, most used first. */
    async tags(pageId: string | null): Promise<TagResource[]> {
      return sql<TagResource[]>`
        SELECT tag, count(*) AS conversations FROM messenger_conversations c, unnest(c.tags) tag
        WHERE c.tags <> '{}' AND ${pageId === null ? sql`true` : sql`c.page_id = ${pageId}`}
        GROUP BY tag ORDER BY conversations DESC, tag`;
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
