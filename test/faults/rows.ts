import type { Sql } from './house.ts';

/** The stored rows of a page by what they are, as text, without what differs between two runs: our ids and our times. */
export type Rows = Map<string, string>;

export interface StoredPage {
  rows: Rows;
  /** Rows that are there twice. */
  twice: string[];
}

/** Reads all that syncs and webhooks store of a page. A column that is added later is compared too. */
export async function storedRows(sql: Sql, facebookPageId: string): Promise<StoredPage> {
  const stored: StoredPage = { rows: new Map(), twice: [] };
  const read = sql<{ key: string; row: string }[]>`
    WITH page AS (SELECT * FROM facebook_pages WHERE facebook_page_id = ${facebookPageId})
    SELECT 'page' AS key, jsonb_build_object('name', name, 'token_state', token_state,
      'synced', last_synced_at IS NOT NULL, 'messenger', messenger_watermark IS NOT NULL,
      'instagram', instagram_watermark IS NOT NULL, 'sync_checkpoint', sync_checkpoint)::text AS row
    FROM page
    UNION ALL
    SELECT concat_ws(' ', 'contact', c.messenger_psid, c.instagram_sid),
      (to_jsonb(c) - ARRAY['id', 'page_id', 'created_at', 'updated_at'])::text
    FROM contacts c JOIN page ON page.id = c.page_id
    UNION ALL
    SELECT concat_ws(' ', 'conversation', c.platform, coalesce(c.graph_conversation_id, c.sender_id)),
      (to_jsonb(c) - ARRAY['id', 'page_id', 'contact_id', 'created_at', 'updated_at', 'activity_at',
          'history_restarted_by']
        || jsonb_build_object('contact', coalesce(k.messenger_psid, k.instagram_sid)))::text
    FROM messenger_conversations c JOIN page ON page.id = c.page_id LEFT JOIN contacts k ON k.id = c.contact_id
    UNION ALL
    SELECT concat_ws(' ', 'event', e.event_type, coalesce(e.message_id, concat_ws(' ', k.conversation, e.occurred_at))),
      (to_jsonb(e) - ARRAY['id', 'page_id', 'conversation_id', 'created_at']
        || jsonb_build_object('conversation', k.conversation))::text
    FROM contact_interaction_events e JOIN page ON page.id = e.page_id
    LEFT JOIN LATERAL (SELECT coalesce(c.graph_conversation_id, c.sender_id) AS conversation
      FROM messenger_conversations c WHERE c.id = e.conversation_id) k ON true
    UNION ALL
    SELECT concat_ws(' ', 'waiting', w.change, w.message_id),
      (to_jsonb(w) - ARRAY['page_id', 'conversation_id', 'created_at', 'repair_asked_at'])::text
    FROM webhook_pending_changes w JOIN page ON page.id = w.page_id
    UNION ALL
    SELECT concat_ws(' ', 'webhook set aside', f.item_hash),
      (to_jsonb(f) - ARRAY['id', 'page_id', 'delivery_id', 'created_at'])::text
    FROM webhook_failures f JOIN page ON page.id = f.page_id
    UNION ALL
    SELECT concat_ws(' ', 'set aside', f.platform, f.item_type, f.graph_id),
      (to_jsonb(f) - ARRAY['id', 'page_id', 'job_id', 'created_at', 'resolved_at'])::text
    FROM sync_failures f JOIN page ON page.id = f.page_id`.cursor(5000);
  for await (const some of read) {
    for (const { key, row } of some) {
      if (stored.rows.has(key)) stored.twice.push(key);
      stored.rows.set(key, row);
    }
  }
  return stored;
}

/** What is not the same in both, each in a line. */
export function differencesOf(expected: Rows, actual: Rows): string[] {
  const differences: string[] = [];
  for (const [key, row] of expected) {
    const other = actual.get(key);
    if (other === undefined) differences.push(`missing: ${key}`);
    else if (other !== row) differences.push(`${key}: ${other} instead of ${row}`);
  }
  for (const key of actual.keys())
    if (!expected.has(key)) differences.push(`not in the undisturbed run: ${key}`);
  return differences;
}
