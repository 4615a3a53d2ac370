import type { Scope } from '../contract/access.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import type { Sql } from './sql.ts';

/** How long a sign-in link can be used. */
const CODE_MINUTES = 10;

/** How long a browser stays signed in. */
const SESSION_DAYS = 30;

/** A browser that is signed in. */
export interface Session {
  id: string;
  scope: Scope;
  expiresAt: Date;
}

/** `sign_in_codes` and `dashboard_sessions`: a code opens one session. */
export function createSessionStore(sql: Sql) {
  const columns = sql`id, scope, expires_at AS "expiresAt"`;
  return {
    /** Makes the code of a sign-in link. It is returned this once: only its hash is stored. */
    async createCode(scope: Scope): Promise<{ code: string; expiresAt: Date }> {
      const code = newSecret();
      const [row] = await sql<{ expires_at: Date }[]>`
        INSERT INTO sign_in_codes (code_hash, scope, expires_at)
        VALUES (${hashOfSecret(code)}, ${scope}, now() + ${CODE_MINUTES} * interval '1 minute') RETURNING expires_at`;
      if (row === undefined) throw new Error('INSERT returned no row');
      return { code, expiresAt: row.expires_at };
    },

    /**
     * Opens the session of a code and uses the code up, in one statement: of two who have it, one gets in.
     *
     * @returns `null` when it is unknown, used or too old
     */
    async open(code: string): Promise<Session | null> {
      const [session] = await sql<Session[]>`
        WITH consumed AS (
          UPDATE sign_in_codes SET consumed_at = now()
          WHERE code_hash = ${hashOfSecret(code)} AND consumed_at IS NULL AND expires_at > now() RETURNING scope
        )
        INSERT INTO dashboard_sessions (scope, expires_at)
        SELECT scope, now() + ${SESSION_DAYS} * interval '1 day' FROM consumed RETURNING ${columns}`;
      return session ?? null;
    },

    /** The session with this id, as long as it is open; moves `last_used_at`, at most once a minute. */
    async authenticate(id: string): Promise<Session | null> {
      const [session] = await sql<Session[]>`
        WITH found AS (
          SELECT ${columns} FROM dashboard_sessions
          WHERE id = ${id} AND revoked_at IS NULL AND expires_at > now()
        ), used AS (
          UPDATE dashboard_sessions s SET last_used_at = now() FROM found
          WHERE s.id = found.id AND (s.last_used_at IS NULL OR s.last_used_at < now() - interval '1 minute')
        )
        SELECT * FROM found`;
      return session ?? null;
    },

    /** Signs the browser out: a copy of its cookie is worth nothing any more. */
    async revoke(id: string): Promise<void> {
      await sql`UPDATE dashboard_sessions SET revoked_at = coalesce(revoked_at, now()) WHERE id = ${id}`;
    },

    /** Deletes up to `limit` codes and as many sessions that ended `days` ago. */
    async deleteExpired(days: number, limit: number): Promise<number> {
      const [row] = await sql<{ deleted: number }[]>`
        WITH codes AS (
          DELETE FROM sign_in_codes WHERE code_hash IN (SELECT code_hash FROM sign_in_codes
            WHERE expires_at < now() - ${days} * interval '1 day' LIMIT ${limit}) RETURNING 1
        ), sessions AS (
          DELETE FROM dashboard_sessions WHERE id IN (SELECT id FROM dashboard_sessions
            WHERE expires_at < now() - ${days} * interval '1 day' LIMIT ${limit}) RETURNING 1
        )
        SELECT (SELECT count(*) FROM codes) + (SELECT count(*) FROM sessions) AS deleted`;
      return row?.deleted ?? 0;
    },
  };
}
