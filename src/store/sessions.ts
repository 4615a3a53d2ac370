import type { BrowserSessionResource } from '../contract/access.ts';
import type { ListResource } from '../contract/resources.ts';
import type { Scope } from '../contract/scopes.ts';
import { type Keyset, keysetPage } from './keyset.ts';
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

/** A session as those see it who look after all of them. */
export type StoredSession = Omit<BrowserSessionResource, 'current'>;

interface SessionRow {
  id: string;
  scope: Scope;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date;
  created_by: string;
}

/** `sign_in_codes` and `dashboard_sessions`: a code opens one session. */
export function createSessionStore(sql: Sql) {
  const columns = sql`id, scope, expires_at AS "expiresAt"`;
  const allColumns = sql`id, scope, created_at, last_used_at, expires_at, created_by`;
  const isOpen = sql`revoked_at IS NULL AND expires_at > now()`;
  // a link that was being made or followed while its maker's token was revoked
  const isOfRevoked = sql`EXISTS (SELECT FROM api_tokens t WHERE t.revoked_at IS NOT NULL
    AND t.id = CASE WHEN created_by LIKE 'token:%' THEN substr(created_by, 7)::uuid END)`;
  return {
    /**
     * Makes the code of a sign-in link. It is returned this once: only its hash is stored.
     *
     * @param createdBy the principal that makes it
     */
    async createCode(scope: Scope, createdBy: string): Promise<{ code: string; expiresAt: Date }> {
      const code = newSecret();
      const [row] = await sql<{ expires_at: Date }[]>`
        INSERT INTO sign_in_codes (code_hash, scope, created_by, expires_at)
        VALUES (${hashOfSecret(code)}, ${scope}, ${createdBy}, now() + ${CODE_MINUTES} * interval '1 minute')
        RETURNING expires_at`;
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
          WHERE code_hash = ${hashOfSecret(code)} AND consumed_at IS NULL AND expires_at > now() AND NOT ${isOfRevoked}
          RETURNING scope, created_by
        )
        INSERT INTO dashboard_sessions (scope, created_by, expires_at)
        SELECT scope, created_by, now() + ${SESSION_DAYS} * interval '1 day' FROM consumed RETURNING ${columns}`;
      return session ?? null;
    },

    /** The session with this id, as long as it is open; moves `last_used_at`, at most once a minute. */
    async authenticate(id: string): Promise<Session | null> {
      const [session] = await sql<Session[]>`
        WITH found AS (
          SELECT ${columns} FROM dashboard_sessions
          WHERE id = ${id} AND ${isOpen} AND NOT ${isOfRevoked}
        ), used AS (
          UPDATE dashboard_sessions s SET last_used_at = now() FROM found
          WHERE s.id = found.id AND (s.last_used_at IS NULL OR s.last_used_at < now() - interval '1 minute')
        )
        SELECT * FROM found`;
      return session ?? null;
    },

    /** All browsers that are signed in, newest first. */
    async list(keyset: Keyset): Promise<ListResource<StoredSession>> {
      const rows = await sql<(SessionRow & { sort_time: string })[]>`
        SELECT ${allColumns}, created_at::text AS sort_time FROM dashboard_sessions
        WHERE ${isOpen} AND NOT ${isOfRevoked}
          AND ${keyset.after === null ? sql`true` : sql`(created_at, id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY created_at DESC, id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toSession, (row) => [row.sort_time, row.id]);
    },

    /**
     * Signs the browser out: a copy of its cookie is worth nothing any more.
     *
     * @returns the session that was ended; `null` when it was over, or there is none
     */
    async revoke(id: string): Promise<StoredSession | null> {
      const [row] = await sql<SessionRow[]>`
        UPDATE dashboard_sessions SET revoked_at = now() WHERE id = ${id} AND ${isOpen} RETURNING ${allColumns}`;
      return row === undefined ? null : toSession(row);
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

function toSession(row: SessionRow): StoredSession {
  return {
    id: row.id,
    scope: row.scope,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    expiresAt: row.expires_at.toISOString(),
    createdBy: row.created_by,
  };
}
