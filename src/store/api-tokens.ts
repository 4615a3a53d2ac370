import {
  type ApiTokenResource,
  type CreatedTokenResource,
  type CreateTokenRequest,
  TOKEN_PREFIX,
} from '../contract/access.ts';
import type { ListResource } from '../contract/resources.ts';
import type { Scope } from '../contract/scopes.ts';
import { type Keyset, keysetPage } from './keyset.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import type { Sql } from './sql.ts';

interface TokenRow {
  id: string;
  name: string;
  scope: Scope;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** `api_tokens`: who may use the API without a browser. */
export function createApiTokenStore(sql: Sql) {
  const columns = sql`id, name, scope, created_at, last_used_at, expires_at, revoked_at`;
  return {
    /** Makes a token. It is returned this once: only its hash is stored. */
    async create(request: CreateTokenRequest): Promise<CreatedTokenResource> {
      const token = TOKEN_PREFIX + newSecret();
      const days = request.expiresInDays ?? null;
      const [row] = await sql<TokenRow[]>`
        INSERT INTO api_tokens (name, scope, secret_hash, expires_at)
        VALUES (${request.name}, ${request.scope}, ${hashOfSecret(token)}, now() + ${days}::integer * interval '1 day')
        RETURNING ${columns}`;
      if (row === undefined) throw new Error('INSERT returned no row');
      return { ...toToken(row), token };
    },

    /**
     * Whose token this is, as long as it is good; moves `last_used_at`, at most once a minute.
     *
     * @param secretHash SHA-256 of the token
     */
    async authenticate(secretHash: Buffer): Promise<{ id: string; scope: Scope } | null> {
      const [row] = await sql<{ id: string; scope: Scope }[]>`
        WITH found AS (
          SELECT id, scope FROM api_tokens
          WHERE secret_hash = ${secretHash} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        ), used AS (
          UPDATE api_tokens t SET last_used_at = now() FROM found
          WHERE t.id = found.id AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute')
        )
        SELECT id, scope FROM found`;
      return row ?? null;
    },

    /** All tokens, revoked and expired ones too, newest first. */
    async list(keyset: Keyset): Promise<ListResource<ApiTokenResource>> {
      const rows = await sql<(TokenRow & { sort_time: string })[]>`
        SELECT ${columns}, created_at::text AS sort_time FROM api_tokens
        WHERE ${keyset.after === null ? sql`true` : sql`(created_at, id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY created_at DESC, id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toToken, (row) => [row.sort_time, row.id]);
    },

    /** The token with this id, whatever its state. */
    async find(id: string): Promise<ApiTokenResource | null> {
      const [row] = await sql<TokenRow[]>`SELECT ${columns} FROM api_tokens WHERE id = ${id}`;
      return row === undefined ? null : toToken(row);
    },

    /**
     * From now on the token is none, nor are the sessions and unused sign-in codes that it made, or that those sessions made.
     * Revoking it again changes nothing.
     *
     * @returns `null` when there is none
     */
    async revoke(id: string): Promise<ApiTokenResource | null> {
      const [row] = await sql<TokenRow[]>`
        WITH RECURSIVE makers AS (
          SELECT 'token:' || ${id}::uuid AS maker
          UNION
          SELECT 'session:' || s.id FROM makers JOIN dashboard_sessions s ON s.created_by = makers.maker
        ), sessions AS (
          UPDATE dashboard_sessions SET revoked_at = now()
          WHERE created_by IN (SELECT maker FROM makers) AND revoked_at IS NULL
        ), codes AS (
          DELETE FROM sign_in_codes WHERE created_by IN (SELECT maker FROM makers) AND consumed_at IS NULL
        )
        UPDATE api_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = ${id} RETURNING ${columns}`;
      return row === undefined ? null : toToken(row);
    },
  };
}

function toToken(row: TokenRow): ApiTokenResource {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
