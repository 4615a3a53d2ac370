import type { TokenFacts } from '../contract/page-token.ts';
import type { Sql } from './sql.ts';

/** What Meta says of the tokens: columns `token_…` of `facebook_pages`. */
export function createPageTokenStore(sql: Sql) {
  return {
    /** Connected pages whose token nobody has refused, by their ids. @param after the last one seen; `null` begins */
    async due(after: string | null, limit: number): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        SELECT id FROM facebook_pages WHERE token_state = 'valid' AND (${after}::uuid IS NULL OR id > ${after}::uuid)
        ORDER BY id LIMIT ${limit}`;
      return rows.map((row) => row.id);
    },

    /**
     * Remembers what Meta says of this token; one that is not valid is dead.
     *
     * @param encryptedToken as it was read: what is said of a token that was replaced meanwhile concerns nobody
     * @returns whether it was still the page's
     */
    async note(pageId: string, encryptedToken: string, facts: TokenFacts): Promise<boolean> {
      const rows = await sql`
        UPDATE facebook_pages SET token_checked_at = now(), token_expires_at = ${facts.expiresAt},
          token_data_access_expires_at = ${facts.dataAccessExpiresAt}, token_scopes = ${facts.scopes},
          token_error = ${facts.error}, updated_at = now(),
          token_state = CASE WHEN ${facts.isValid} THEN token_state ELSE 'needs_reconnect' END
        WHERE id = ${pageId} AND access_token = ${encryptedToken} RETURNING id`;
      return rows.length > 0;
    },

    /** Remembers why nothing could be learned of this token. */
    async noteError(pageId: string, encryptedToken: string, error: string): Promise<void> {
      await sql`UPDATE facebook_pages SET token_checked_at = now(), token_error = ${error}, updated_at = now()
        WHERE id = ${pageId} AND access_token = ${encryptedToken}`;
    },
  };
}
