import type { WebhookCounts } from '../contract/webhooks.ts';
import { tellOfConversations } from './change-channel.ts';
import type { Fragment, Sql } from './sql.ts';

/** An entry that waits to be applied. */
export interface PendingDelivery {
  id: number;
  object: string;
  entry: Record<string, unknown>;
}

/** A page with deliveries to apply. */
export interface DeliveryPage {
  facebookPageId: string;
}

/** How many items of a kind had an outcome. */
export interface ItemCount {
  kind: string;
  outcome: keyof WebhookCounts | 'not_ours';
  items: number;
}

/** `webhook_deliveries`: stored before Meta gets its 200, applied afterwards. */
export function createDeliveryStore(sql: Sql) {
  return {
    /**
     * Stores what one POST brought, all or nothing, in one statement. Entries of pages that are not (or no longer) connected are counted
     * and dropped: connecting a page reads what came before.
     *
     * @returns the pages that have something to apply, and that no drain is looking after
     */
    async store(
      object: string,
      entries: readonly { id: string; json: string }[],
      counts: readonly ItemCount[],
    ): Promise<DeliveryPage[]> {
      return sql<DeliveryPage[]>`
        WITH incoming AS (
          SELECT * FROM unnest(${entries.map((e) => e.id)}::text[], ${entries.map((e) => e.json)}::text[])
            WITH ORDINALITY AS t (id, entry, n)
        ), owned AS (
          SELECT i.*, p.page_id, p.facebook_page_id FROM incoming i LEFT JOIN LATERAL (
            (SELECT id AS page_id, facebook_page_id FROM facebook_pages
              WHERE facebook_page_id = i.id AND disconnected_at IS NULL)
            UNION ALL (SELECT id, facebook_page_id FROM facebook_pages WHERE instagram_account_id = i.id AND disconnected_at IS NULL
              ORDER BY created_at, id LIMIT 1)
            LIMIT 1) p ON true
        ), stored AS (
          INSERT INTO webhook_deliveries (page_id, object, entry)
          SELECT page_id, ${object.slice(0, 80)}, entry::jsonb FROM owned WHERE page_id IS NOT NULL ORDER BY n
        ), held AS (
          -- a locking read sees the newest version of the row, whatever the statement's snapshot; it waits for a hold that
          -- is being given up (DELETE), not for one that is being kept (UPDATE)
          SELECT d.page_id FROM (SELECT page_id, held_until FROM webhook_drains
            WHERE page_id IN (SELECT page_id FROM owned) ORDER BY page_id FOR KEY SHARE) d
          WHERE d.held_until > now()
        ), counted AS (
          ${addCounts(sql, counts, sql`SELECT 'entry', 'not_ours', 1 FROM owned WHERE page_id IS NULL`)}
        )
        SELECT DISTINCT facebook_page_id AS "facebookPageId" FROM owned o
        WHERE page_id IS NOT NULL AND NOT EXISTS (SELECT FROM held WHERE held.page_id = o.page_id)`;
    },

    /**
     * Takes the hold on the page's deliveries, whoever had it: for so long, in milliseconds, nobody need be woken for them.
     *
     * @param owner a UUID of the attempt's own
     */
    async take(facebookPageId: string, owner: string, ms: number): Promise<void> {
      await sql`
        INSERT INTO webhook_drains AS d (page_id, owner, held_until)
        SELECT id, ${owner}, now() + ${ms} * interval '1 ms' FROM facebook_pages WHERE facebook_page_id = ${facebookPageId}
        ON CONFLICT (page_id) DO UPDATE SET owner = excluded.owner, held_until = excluded.held_until`;
    },

    /** Keeps the hold for so long from now, in milliseconds. @returns false when another attempt has taken it */
    async keep(facebookPageId: string, owner: string, ms: number): Promise<boolean> {
      const rows = await sql`
        UPDATE webhook_drains d SET held_until = now() + ${ms} * interval '1 ms' FROM facebook_pages p
        WHERE p.facebook_page_id = ${facebookPageId} AND d.page_id = p.id AND d.owner = ${owner} RETURNING d.page_id`;
      return rows.length > 0;
    },

    /**
     * Gives up the hold, when those who counted on it have stored what they had: look once more after it.
     *
     * @returns false when another attempt has taken it
     */
    async release(facebookPageId: string, owner: string): Promise<boolean> {
      const rows = await sql`
        DELETE FROM webhook_drains d USING facebook_pages p
        WHERE p.facebook_page_id = ${facebookPageId} AND d.page_id = p.id AND d.owner = ${owner} RETURNING d.page_id`;
      return rows.length > 0;
    },

    /**
     * The page's next deliveries, in order of arrival: no more than `limit`, nor than `bytes` as they are stored, but one at
     * least. Meta puts up to 1,000 items into one.
     */
    async pending(facebookPageId: string, limit: number, bytes: number): Promise<PendingDelivery[]> {
      return sql<PendingDelivery[]>`
        SELECT id, object, entry FROM (
          SELECT *, sum(size) OVER (ORDER BY id) - size AS before FROM (
            SELECT d.id, d.object, d.entry, pg_column_size(d.entry) AS size
            FROM facebook_pages p JOIN webhook_deliveries d ON d.page_id = p.id
            WHERE p.facebook_page_id = ${facebookPageId} AND d.processed_at IS NULL ORDER BY d.id LIMIT ${limit}
          ) next) sized
        WHERE before < ${bytes} ORDER BY id`;
    },

    /**
     * Remembers that these are applied, and what became of their items; people who look on are told of the conversations.
     *
     * @param conversationIds that the items are about, also those of which an earlier attempt had applied them
     */
    async finish(
      pageId: string,
      ids: readonly number[],
      counts: readonly ItemCount[],
      conversationIds: readonly string[],
    ): Promise<void> {
      // by itself, and first: whoever commits with a NOTIFY keeps all others that do waiting, which is short when there is
      // nothing to write to the log; an attempt that dies after it says it once more
      if (conversationIds.length > 0) await tellOfConversations(sql, pageId, conversationIds);
      await sql`
        WITH done AS (
          UPDATE webhook_deliveries SET processed_at = now()
          WHERE id = ANY(${[...ids]}) AND processed_at IS NULL RETURNING received_at
        )
        UPDATE facebook_pages p SET last_webhook_at = newest.at FROM (SELECT max(received_at) AS at FROM done) newest
        WHERE p.id = ${pageId} AND (p.last_webhook_at < newest.at) IS NOT FALSE`;
      // by itself: all pages share these rows, and nobody shall wait for them with others locked
      await addCounts(sql, counts, sql`SELECT NULL, NULL, 0 WHERE false`);
    },

    /** Pages with deliveries that have waited for longer than `ms`: nobody is applying them. */
    async stuckPages(ms: number): Promise<DeliveryPage[]> {
      return sql<DeliveryPage[]>`
        SELECT p.facebook_page_id AS "facebookPageId" FROM facebook_pages p
        WHERE EXISTS (SELECT FROM webhook_deliveries d WHERE d.page_id = p.id AND d.processed_at IS NULL
          AND d.received_at <= now() - ${ms} * interval '1 ms')`;
    },
  };
}

/**
 * An INSERT into `webhook_counters`.
 *
 * @param more rows `(kind, outcome, items)` besides `counts`
 */
function addCounts(sql: Sql, counts: readonly ItemCount[], more: Fragment) {
  return sql`
    INSERT INTO webhook_counters AS c (day, kind, outcome, items)
    SELECT current_date, kind, outcome, sum(items) FROM (
      SELECT * FROM unnest(${counts.map((c) => c.kind)}::text[], ${counts.map((c) => c.outcome)}::text[],
        ${counts.map((c) => c.items)}::int[]) AS t (kind, outcome, items)
      UNION ALL ${more}
    ) counted GROUP BY kind, outcome ORDER BY kind, outcome
    ON CONFLICT (day, kind, outcome) DO UPDATE SET items = c.items + excluded.items`;
}
