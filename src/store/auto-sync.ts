import type { AutoSyncPage } from '../contract/auto-sync.ts';
import type { Sql } from './sql.ts';

/** A page as an automatic sync finds it. */
export interface AutoSyncState extends AutoSyncPage {
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
        SELECT ${columns}, disconnected_at IS NULL AS "isConnected" FROM facebook_pages WHERE id = ${pageId}`;
      return row ?? null;
    },

    /**
     * Whether a new sync would throw away how far a job has come: it begins at the top of every platform of the page that
     * no sync has covered yet. Where the job has read nothing of one, there is nothing to lose.
     */
    async wouldLosePlace(pageId: string, jobId: string): Promise<boolean> {
      const [row] = await sql<{ loses: boolean }[]>`
        SELECT EXISTS (SELECT FROM facebook_pages p JOIN sync_batches b ON b.job_id = ${jobId} AND b.fetched_so_far > 0
          WHERE p.id = ${pageId} AND (b.stream = 'messenger' AND p.messenger_watermark IS NULL
            OR b.stream = 'instagram' AND p.instagram_watermark IS NULL AND p.instagram_account_id IS NOT NULL)) AS loses`;
      return row?.loses ?? false;
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
