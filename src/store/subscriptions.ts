import type { Sql } from './sql.ts';

/** What Meta delivers of each page: columns `subscription…` of `facebook_pages`. */
export function createSubscriptionStore(sql: Sql) {
  return {
    /** Pages whose subscription can be looked at, by their ids. @param after the last one seen; `null` begins */
    async due(after: string | null, limit: number): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        SELECT id FROM facebook_pages WHERE token_state = 'valid' AND (${after}::uuid IS NULL OR id > ${after}::uuid)
        ORDER BY id LIMIT ${limit}`;
      return rows.map((row) => row.id);
    },

    /**
     * Remembers what a look has found, unless the page was disconnected meanwhile.
     *
     * @param fields that Meta delivers; `null` when nobody could tell: those that were known stay
     * @param error why not all that are wanted; `null` when they are
     * @returns whether the page is connected
     */
    async note(pageId: string, fields: readonly string[] | null, error: string | null): Promise<boolean> {
      const rows = await sql`
        UPDATE facebook_pages SET subscription_checked_at = now(), subscription_error = ${error},
          subscription_state = ${error === null ? 'subscribed' : 'failed'},
          subscribed_fields = coalesce(${fields === null ? null : [...fields]}::text[], subscribed_fields),
          subscribed_at = CASE WHEN ${error}::text IS NULL THEN coalesce(subscribed_at, now()) END
        WHERE id = ${pageId} AND disconnected_at IS NULL RETURNING id`;
      return rows.length > 0;
    },
  };
}
