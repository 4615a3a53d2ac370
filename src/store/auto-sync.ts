import type { AutoSyncPage } from '../contract/auto-sync.ts';
import type { Sql } from './sql.ts';

/** A page as an automatic sync finds it. */
export interface AutoSyncState extends AutoSyncPage {
  /** Whether a sync can go by what an earlier one has covered, at least on one platform. */
  hasMark: boolean;
  isConnected: boolean;
}

/** What the schedules of automatic syncs go by: columns of `facebook_pages`. */
export function createAutoSyncStore(sql: Sql) {
  const columns = sql`id AS "pageId", facebook_page_id AS "facebookPageId", auto_sync AND disconnected_at IS NULL AS wanted,
    sync_interval_seconds AS "intervalSeconds", token_state = 'needs_reconnect' AS "needsReconnect"`;
  return {
    /** @returns `null` when there is no such page */
    async find(pageId: string): Promise<AutoSyncState | null> {
      const [row] = await sql<AutoSyncState[]>`
        SELECT ${columns}, coalesce(messenger_watermark, instagram_watermark) IS NOT NULL AS "hasMark",
          disconnected_at IS NULL AS "isConnected"
        FROM facebook_pages WHERE id = ${pageId}`;
      return row ?? null;
    },

    /** Pages that are to have a schedule. @param after id of the last page seen; `null` begins */
    async wanting(after: string | null, limit: number): Promise<AutoSyncPage[]> {
      return sql<AutoSyncPage[]>`
        SELECT ${columns} FROM facebook_pages
        WHERE auto_sync AND disconnected_at IS NULL AND (${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT ${limit}`;
    },

    /** Those of these pages that there are. */
    async named(facebookPageIds: readonly string[]): Promise<AutoSyncPage[]> {
      return sql<AutoSyncPage[]>`
        SELECT ${columns} FROM facebook_pages WHERE facebook_page_id = ANY(${[...facebookPageIds]})`;
    },
  };
}
