import { createHash } from 'node:crypto';
import type { Platform } from '../contract/platform.ts';
import type { WebhookOutcome } from '../contract/webhooks.ts';
import type { EventInput } from './batch.ts';
import { jsonText } from './event-rows.ts';
import type { Sql } from './sql.ts';

/** What a webhook says of one person's conversation. */
export interface WebhookItem extends EventInput {
  platform: Platform;
  /** Page-scoped id of the person. */
  personId: string;
  /** A kind of event; `edit` and `unsend` change the message `messageId`. */
  type: string;
}

/** What an item did. */
export interface AppliedItem {
  conversationId: string;
  version: number;
  /** Whether the item began the conversation. */
  isNew: boolean;
  eventsCreated: number;
  outcome: Extract<WebhookOutcome, 'applied' | 'duplicate' | 'pending'>;
}

/** An item that could not be applied. */
export interface WebhookFailure {
  deliveryId: number;
  kind: string;
  reason: 'malformed' | 'no_person' | 'not_storable';
  detail: string | null;
  payload: unknown;
}

/** Items of deliveries, and what waits for its message. The work is done by functions of `migrations/0005_webhooks.sql`. */
export function createWebhookItemStore(sql: Sql) {
  return {
    /**
     * Applies one item, all or nothing (requirement E4). Any number of times and in any order: the rows are the same.
     *
     * @throws PostgresError; see `isDataError`
     */
    async apply(pageId: string, item: WebhookItem): Promise<AppliedItem> {
      const [row] = await sql<AppliedItem[]>`
        SELECT conversation_id AS "conversationId", version, is_new AS "isNew", events_created AS "eventsCreated", outcome
        FROM apply_webhook_item(${pageId}, ${item.platform}, ${item.personId}, ${item.type}, ${item.direction},
          ${item.messageId}, ${item.occurredAt}::text::timestamptz, ${item.text}, ${jsonText(item.attachments)}::text::jsonb,
          ${jsonText(item.metadata)}::text::jsonb)`;
      if (row === undefined) throw new Error('apply_webhook_item returned no row');
      return row;
    },

    /** Sets an item aside, once however often it comes. */
    async setAside(pageId: string, failure: WebhookFailure): Promise<void> {
      const payload = jsonText(failure.payload) ?? 'null';
      // one without the thing itself is known by what is said of it
      const identity =
        failure.payload === null ? `${failure.deliveryId} ${failure.kind} ${failure.detail}` : payload;
      await sql`
        INSERT INTO webhook_failures (page_id, delivery_id, kind, reason, detail, payload, item_hash)
        VALUES (${pageId}, ${failure.deliveryId}, ${failure.kind}, ${failure.reason}, ${failure.detail},
          ${payload}::text::jsonb, ${createHash('md5').update(identity).digest('hex')})
        ON CONFLICT DO NOTHING`;
    },

    /** Applies changes whose message came in the moment when they were kept. @returns how many */
    async settle(): Promise<number> {
      const [row] = await sql<{ settled: number }[]>`SELECT settle_pending_changes() AS settled`;
      return row?.settled ?? 0;
    },

    /**
     * Conversations with an edit that has waited for its message longer than `ms`, each named once: reading them again
     * brings the message. Of an unsent message nothing is to be had.
     */
    async takeRepairs(
      ms: number,
      limit: number,
    ): Promise<
      { id: string; graphId: string; platform: Platform; pageId: string; facebookPageId: string }[]
    > {
      return sql`
        WITH waiting AS (
          UPDATE webhook_pending_changes w SET repair_asked_at = now()
          WHERE w.conversation_id IN (
            SELECT p.conversation_id FROM webhook_pending_changes p JOIN messenger_conversations c ON c.id = p.conversation_id
            WHERE p.change = 'edit' AND p.repair_asked_at IS NULL AND p.created_at <= now() - ${ms} * interval '1 ms'
              AND c.graph_conversation_id IS NOT NULL AND EXISTS (SELECT FROM facebook_pages f WHERE f.id = p.page_id
                AND f.token_state = 'valid' AND (c.platform = 'messenger' OR f.instagram_account_id IS NOT NULL))
            LIMIT ${limit})
          RETURNING w.conversation_id
        )
        SELECT c.id, c.graph_conversation_id AS "graphId", c.platform, c.page_id AS "pageId",
          p.facebook_page_id AS "facebookPageId"
        FROM messenger_conversations c JOIN facebook_pages p ON p.id = c.page_id
        WHERE c.id IN (SELECT conversation_id FROM waiting)`;
    },

    /** Lets the repair of a conversation be asked for again: it could not be started. */
    async giveBackRepair(conversationId: string): Promise<void> {
      await sql`UPDATE webhook_pending_changes SET repair_asked_at = NULL WHERE conversation_id = ${conversationId}`;
    },

    /** Gives up changes that have waited for longer than `days`: their message never came. @returns how many */
    async dropPending(days: number): Promise<number> {
      const [row] = await sql<{ dropped: number }[]>`
        WITH dropped AS (
          DELETE FROM webhook_pending_changes WHERE created_at < now() - ${days} * interval '1 day' RETURNING change
        ), counted AS (
          INSERT INTO webhook_counters AS c (day, kind, outcome, items)
          SELECT current_date, change, 'dropped', count(*) FROM dropped GROUP BY change
          ON CONFLICT (day, kind, outcome) DO UPDATE SET items = c.items + excluded.items
        )
        SELECT count(*)::int AS dropped FROM dropped`;
      return row?.dropped ?? 0;
    },
  };
}
