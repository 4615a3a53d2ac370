import type { ConversationInput, Sql } from '../../src/store/index.ts';
import { expectStored } from '../stack/inbox.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { createTools, START, timed } from './walk.ts';

/**
 * The loop that first comes to mind: of every conversation look whether it is there, insert or update it, then insert
 * each message, one statement each, every one a transaction. As many loops at once as there are pages.
 *
 * @returns seconds
 */
export async function rowLoop(installation: Installation, pages: readonly BenchPage[]): Promise<number> {
  const { open } = createTools(installation);
  const seconds = await timed(pages, async (page) => {
    const reader = await open(page, 'messenger');
    let position = START;
    while (!position.isLast) {
      const batch = await reader.read(position);
      for (const conversation of batch.conversations)
        await storeRowByRow(installation.sql, page.id, conversation);
      const { seq, nextCursor, isLast } = batch;
      position = { ...START, seq, nextCursor, isLast };
    }
  });
  await expectStored(installation, pages);
  return seconds;
}

async function storeRowByRow(sql: Sql, pageId: string, c: ConversationInput): Promise<void> {
  // a conversation with a person needs their contact: our tables ask for it
  const [contact] = await sql<{ id: string }[]>`
    INSERT INTO contacts (page_id, messenger_psid, name, username, last_interaction_at)
    VALUES (${pageId}, ${c.senderId}, ${c.senderName}, ${c.username}, ${c.lastMessageAt}::text::timestamptz)
    ON CONFLICT (page_id, messenger_psid) DO UPDATE SET name = excluded.name RETURNING id`;
  const [there] = await sql<{ id: string }[]>`
    SELECT id FROM messenger_conversations
    WHERE page_id = ${pageId} AND platform = 'messenger' AND graph_conversation_id = ${c.graphId}`;
  const columns = {
    contact_id: contact?.id ?? null,
    sender_id: c.senderId,
    sender_name: c.senderName,
    last_message_at: c.lastMessageAt,
    updated_time: c.updatedTime,
    message_count: c.messageCount,
    unread_count: c.unreadCount,
    history_cursor: c.historyCursor,
    history_complete: c.historyComplete,
  };
  const [row] =
    there === undefined
      ? await sql<{ id: string }[]>`INSERT INTO messenger_conversations ${sql({
          page_id: pageId,
          platform: 'messenger',
          graph_conversation_id: c.graphId,
          ...columns,
        })} RETURNING id`
      : await sql<
          { id: string }[]
        >`UPDATE messenger_conversations SET ${sql(columns)} WHERE id = ${there.id} RETURNING id`;
  for (const event of c.events) {
    await sql`
      INSERT INTO contact_interaction_events
        (page_id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata)
      VALUES (${pageId}, ${row?.id ?? null}, ${event.type}, ${event.direction}, ${event.messageId},
        ${event.occurredAt}::text::timestamptz, ${event.text},
        ${event.attachments === null ? null : JSON.stringify(event.attachments)}::text::jsonb,
        ${JSON.stringify(event.metadata)}::text::jsonb)
      ON CONFLICT DO NOTHING`;
  }
}
