import {
  type ConversationFilter,
  conversationColumns,
  isListed,
  isoTime,
  type ListedRow,
} from './conversation-rows.ts';
import type { Keyset } from './keyset.ts';
import type { Fragment, Sql } from './sql.ts';

/** Without these a search would read all messages. */
export const SEARCH_INDEXES = ['contact_interaction_events_words', 'messenger_conversations_name'];

/** Conversations that are looked at one by one before the indexes are asked: what is in many of them is found among these. */
const WALKED = 300;

/** The same where a fifth of the page was found among the first: the indexes would bring more than this costs. */
const WALKED_ON = 2000;

/** What is searched for, as PostgreSQL takes it. */
interface Searched {
  /** In lower case: a part of the name. */
  part: string;
  /** What indexes of names know of it; none of a short text. */
  grams: string[];
  /** A `tsquery` of its words, the last of which may go on; `null` without any: then only names can have it. */
  query: string | null;
  /** The longest of its words. */
  word: string | null;
}

/**
 * Conversations whose name has the text as a part or that have a message with its words, newest activity first: up to one
 * more than the page takes. What is in many conversations is found by looking at them in their order; what is in few by the
 * indexes, whose answers come in none. docs/decisions/0019.
 */
export async function searchConversations(
  sql: Sql,
  keyset: Keyset,
  filter: ConversationFilter,
  text: string,
): Promise<ListedRow[]> {
  const searched = await read(sql, text);
  const listed = isListed(sql, keyset, filter);
  let newest = await walk(sql, searched, listed, keyset.limit, WALKED);
  if (newest.length > keyset.limit || !(await hasMore(sql, listed, WALKED))) return newest;
  if (newest.length > keyset.limit / 5) {
    newest = await walk(sql, searched, listed, keyset.limit, WALKED_ON);
    if (newest.length > keyset.limit || !(await hasMore(sql, listed, WALKED_ON))) return newest;
  }
  return askIndexes(sql, searched, listed, keyset.limit, filter.pageId);
}

async function read(sql: Sql, text: string): Promise<Searched> {
  const [searched] = await sql<Searched[]>`
    SELECT lower(${text}::text) AS part, search_grams(${text}) AS grams, search_query(${text})::text AS query,
      (SELECT lexeme FROM unnest(search_words(${text})) ORDER BY length(lexeme) DESC LIMIT 1) AS word`;
  if (searched === undefined) throw new Error('SELECT returned no row');
  return searched;
}

async function walk(
  sql: Sql,
  searched: Searched,
  listed: Fragment,
  limit: number,
  conversations: number,
): Promise<ListedRow[]> {
  return sql<ListedRow[]>`
    SELECT ${conversationColumns(sql)}, c.activity_at::text AS sort_time, m.match
    FROM (SELECT * FROM messenger_conversations c WHERE ${listed} ORDER BY c.activity_at DESC, c.id DESC LIMIT ${conversations}) c
    LEFT JOIN LATERAL (${newestMatch(sql, searched)}) m ON true
    WHERE ${hasName(sql, searched)} OR m.match IS NOT NULL
    ORDER BY c.activity_at DESC, c.id DESC LIMIT ${limit + 1}`;
}

/** Whether there are more conversations than these. */
async function hasMore(sql: Sql, listed: Fragment, conversations: number): Promise<boolean> {
  const rows =
    await sql`SELECT FROM messenger_conversations c WHERE ${listed} ORDER BY c.activity_at DESC, c.id DESC OFFSET ${conversations} LIMIT 1`;
  return rows.length > 0;
}

async function askIndexes(
  sql: Sql,
  searched: Searched,
  listed: Fragment,
  limit: number,
  pageId: string | undefined,
): Promise<ListedRow[]> {
  const { query, grams } = searched;
  return sql<ListedRow[]>`
    WITH by_message AS MATERIALIZED (
      SELECT DISTINCT e.conversation_id AS id FROM contact_interaction_events e
      WHERE e.event_type = 'message' AND search_words(e.text) @@ ${query}::text::tsquery
        AND ${pageId === undefined ? sql`true` : sql`e.page_id = ${pageId}`}
    ), by_name AS MATERIALIZED (
      SELECT c.id FROM messenger_conversations c
      WHERE ${hasName(sql, searched)} AND ${grams.length === 0 ? sql`true` : sql`search_grams(c.sender_name) @> ${grams}::text[]`}
        AND ${listed}
    ), found AS (
      SELECT c.* FROM (SELECT id FROM by_message UNION SELECT id FROM by_name) f
      CROSS JOIN LATERAL (SELECT * FROM messenger_conversations c WHERE c.id = f.id AND ${listed} LIMIT 1) c
      ORDER BY c.activity_at DESC, c.id DESC LIMIT ${limit + 1}
    )
    SELECT ${conversationColumns(sql)}, c.activity_at::text AS sort_time, m.match
    FROM found c LEFT JOIN LATERAL (${newestMatch(sql, searched)}) m ON true
    ORDER BY c.activity_at DESC, c.id DESC`;
}

function hasName(sql: Sql, { part }: Searched): Fragment {
  return sql`strpos(lower(c.sender_name), ${part}) > 0`;
}

/**
 * The newest message of conversation `c` in which the words are; none when the name has the text. Few messages have the longest
 * word, and only their words are set apart. `IS TRUE` keeps the planner from asking the index of words for every conversation.
 */
function newestMatch(sql: Sql, searched: Searched): Fragment {
  const { query, word } = searched;
  return sql`SELECT json_build_object('eventId', e.id, 'text', e.text, 'occurredAt', ${isoTime(sql)}) AS match
    FROM contact_interaction_events e
    WHERE e.conversation_id = c.id AND e.event_type = 'message' AND ${hasName(sql, searched)} IS NOT TRUE
      AND strpos(lower(e.text), ${word}::text) > 0 AND (search_words(e.text) @@ ${query}::text::tsquery) IS TRUE
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1`;
}
