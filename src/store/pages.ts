import type { PipelineMode } from '../contract/auto-sync.ts';
import type { PageHealth } from '../contract/page-health.ts';
import { expiresSoon, missingScopes, type TokenFacts } from '../contract/page-token.ts';
import type { SyncCheckpoint } from '../contract/progress.ts';
import type { ConnectPageRequest, PatchPageRequest } from '../contract/requests.ts';
import type { ListResource, PageResource, PageToken, PageWebhooks } from '../contract/resources.ts';
import { isUuid, type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';
import type { TokenCipher } from './token-cipher.ts';

interface PageRow {
  id: string;
  facebook_page_id: string;
  name: string;
  instagram_account_id: string | null;
  token_state: 'valid' | 'needs_reconnect';
  token_checked_at: Date | null;
  token_expires_at: Date | null;
  token_data_access_expires_at: Date | null;
  token_scopes: string[] | null;
  token_error: string | null;
  health: PageHealth;
  disconnected_at: Date | null;
  last_synced_at: Date | null;
  sync_checkpoint: SyncCheckpoint | null;
  auto_sync: boolean;
  sync_interval_seconds: number;
  auto_pipeline_id: string | null;
  auto_pipeline_mode: PipelineMode;
  subscription_state: PageWebhooks['subscription'];
  subscribed_fields: string[];
  subscription_error: string | null;
  subscription_checked_at: Date | null;
  last_webhook_at: Date | null;
  created_at: Date;
}

/** What a Graph call for a page needs. The token never leaves the process that asked for it. */
export interface PageCredentials {
  facebookPageId: string;
  instagramAccountId: string | null;
  accessToken: string;
  /** The token as it is stored: says which token was refused without naming it. */
  encryptedToken: string;
}

/** The stored token cannot be decrypted: no key fits, or it was altered. */
export class UnreadableToken extends Error {
  readonly encryptedToken: string;

  constructor(encryptedToken: string) {
    super('The stored token cannot be read with the keys of TOKEN_ENCRYPTION_KEYS');
    this.encryptedToken = encryptedToken;
  }
}

/** The page is disconnected: it has no token. */
export class PageDisconnected extends Error {
  constructor() {
    super('The page is disconnected');
  }
}

/** `facebook_pages`: pages and their tokens. */
export function createPageStore(sql: Sql, cipher: TokenCipher) {
  const columns = sql`id, facebook_page_id, name, instagram_account_id, token_state, token_checked_at, token_expires_at,
    token_data_access_expires_at, token_scopes, token_error, disconnected_at, last_synced_at, sync_checkpoint, auto_sync,
    sync_interval_seconds, auto_pipeline_id, auto_pipeline_mode, subscription_state, subscribed_fields, subscription_error,
    subscription_checked_at, last_webhook_at, created_at,
    (SELECT s.health FROM page_states s WHERE s.page_id = facebook_pages.id) AS health`;
  const decrypt = (encrypted: string, owner: string) => {
    try {
      return cipher.decrypt(encrypted, owner);
    } catch {
      throw new UnreadableToken(encrypted);
    }
  };

  /** @param reference our UUID or the Facebook page ID */
  async function find(reference: string): Promise<PageResource | null> {
    const [row] = await sql<PageRow[]>`
      SELECT ${columns} FROM facebook_pages
      WHERE ${isUuid(reference) ? sql`id = ${reference}` : sql`facebook_page_id = ${reference}`}`;
    return row === undefined ? null : toPage(row);
  }

  /** What a statement has changed; a page's health is seen by the next one. @returns `null` when there is no such page */
  async function changed(row: { id: string } | undefined): Promise<PageResource | null> {
    return row === undefined ? null : find(row.id);
  }

  return {
    find,

    /**
     * Connects a page, or gives a page that is or was connected a new token and name. An Instagram account that is
     * not named stays; `null` takes it away.
     *
     * @param facts what Meta says of the token; `null` when nobody has asked
     */
    async connect(
      request: ConnectPageRequest,
      facts: TokenFacts | null = null,
    ): Promise<{ page: PageResource; created: boolean }> {
      const token = cipher.encrypt(request.accessToken, request.facebookPageId);
      const instagram = request.instagramAccountId ?? null;
      const [row] = await sql<{ id: string; created: boolean }[]>`
        INSERT INTO facebook_pages AS p (facebook_page_id, name, instagram_account_id, access_token,
          token_checked_at, token_expires_at, token_data_access_expires_at, token_scopes)
        VALUES (${request.facebookPageId}, ${request.name}, ${instagram}, ${token},
          ${facts === null ? null : sql`now()`}, ${facts?.expiresAt ?? null}, ${facts?.dataAccessExpiresAt ?? null},
          ${facts?.scopes ?? null})
        ON CONFLICT (facebook_page_id) DO UPDATE SET
          name = excluded.name,
          instagram_account_id = ${
            request.instagramAccountId === undefined
              ? sql`p.instagram_account_id`
              : sql`excluded.instagram_account_id`
          },
          access_token = excluded.access_token,
          token_state = 'valid',
          token_set_at = now(),
          token_checked_at = excluded.token_checked_at,
          token_expires_at = excluded.token_expires_at,
          token_data_access_expires_at = excluded.token_data_access_expires_at,
          token_scopes = excluded.token_scopes,
          token_error = NULL,
          disconnected_at = NULL,
          updated_at = now()
        RETURNING id, (xmax = 0) AS created`;
      const page = await changed(row);
      if (row === undefined || page === null) throw new Error('The page that was connected is not there');
      return { page, created: row.created };
    },

    /** Changes what is named. @returns `null` when there is no such page */
    async update(pageId: string, change: PatchPageRequest): Promise<PageResource | null> {
      const [row] = await sql<{ id: string }[]>`
        UPDATE facebook_pages SET updated_at = now(), name = coalesce(${change.name ?? null}, name),
          instagram_account_id = ${change.instagramAccountId === undefined ? sql`instagram_account_id` : change.instagramAccountId},
          auto_sync = coalesce(${change.autoSync ?? null}, auto_sync),
          sync_interval_seconds = coalesce(${change.syncIntervalSeconds ?? null}, sync_interval_seconds),
          auto_pipeline_id = ${change.autoPipelineId === undefined ? sql`auto_pipeline_id` : change.autoPipelineId},
          auto_pipeline_mode = coalesce(${change.autoPipelineMode ?? null}, auto_pipeline_mode)
        WHERE id = ${pageId} RETURNING id`;
      return changed(row);
    },

    /**
     * Erases the page's token, also where somebody who signed in has brought it. What was stored of the page stays. May be
     * repeated.
     *
     * @returns `null` when there is no such page
     */
    async disconnect(pageId: string): Promise<PageResource | null> {
      const [row] = await sql<{ id: string }[]>`
        WITH brought AS (
          DELETE FROM facebook_login_pages WHERE facebook_page_id = (SELECT facebook_page_id FROM facebook_pages WHERE id = ${pageId})
        )
        UPDATE facebook_pages SET updated_at = now(), disconnected_at = coalesce(disconnected_at, now()),
          access_token = NULL, token_state = 'needs_reconnect', token_checked_at = NULL, token_expires_at = NULL,
          token_data_access_expires_at = NULL, token_scopes = NULL, token_error = NULL,
          subscription_state = 'unknown', subscribed_fields = '{}', subscribed_at = NULL,
          subscription_checked_at = NULL, subscription_error = NULL
        WHERE id = ${pageId} RETURNING id`;
      return changed(row);
    },

    /** @param connected only those that are, or are not; absent: all */
    async list(keyset: Keyset, connected?: boolean): Promise<ListResource<PageResource>> {
      const rows = await sql<(PageRow & { sort_time: string })[]>`
        SELECT ${columns}, created_at::text AS sort_time FROM facebook_pages
        WHERE ${connected === undefined ? sql`true` : sql`(disconnected_at IS NULL) = ${connected}`}
          AND ${keyset.after === null ? sql`true` : sql`(created_at, id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY created_at DESC, id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toPage, (row) => [row.sort_time, row.id]);
    },

    /** The page's ids, without all that tells how it is: webhooks ask many times a second. */
    async identify(
      facebookPageId: string,
    ): Promise<Pick<PageResource, 'id' | 'facebookPageId' | 'instagramAccountId'> | null> {
      const [row] = await sql<Pick<PageResource, 'id' | 'facebookPageId' | 'instagramAccountId'>[]>`
        SELECT id, facebook_page_id AS "facebookPageId", instagram_account_id AS "instagramAccountId"
        FROM facebook_pages WHERE facebook_page_id = ${facebookPageId}`;
      return row ?? null;
    },

    /** @throws UnreadableToken, PageDisconnected, and an error when the page is gone */
    async credentials(pageId: string): Promise<PageCredentials> {
      const [row] = await sql<
        { facebook_page_id: string; instagram_account_id: string | null; access_token: string | null }[]
      >`SELECT facebook_page_id, instagram_account_id, access_token FROM facebook_pages WHERE id = ${pageId}`;
      if (row === undefined) throw new Error(`Page ${pageId} is not there`);
      if (row.access_token === null) throw new PageDisconnected();
      return {
        facebookPageId: row.facebook_page_id,
        instagramAccountId: row.instagram_account_id,
        accessToken: decrypt(row.access_token, row.facebook_page_id),
        encryptedToken: row.access_token,
      };
    },

    /**
     * Remembers that Meta refused this token.
     *
     * @param error why, in Meta's words
     * @returns false when the page has a newer one by now, with which to try again
     */
    async markTokenDead(pageId: string, encryptedToken: string, error: string): Promise<boolean> {
      const rows =
        await sql`UPDATE facebook_pages SET token_state = 'needs_reconnect', token_error = ${error}, updated_at = now()
        WHERE id = ${pageId} AND access_token = ${encryptedToken} RETURNING id`;
      return rows.length > 0;
    },
  };
}

function toPage(row: PageRow): PageResource {
  return {
    id: row.id,
    facebookPageId: row.facebook_page_id,
    name: row.name,
    instagramAccountId: row.instagram_account_id,
    tokenState: row.token_state,
    token: tokenOf(row),
    health: row.health,
    disconnectedAt: iso(row.disconnected_at),
    lastSyncedAt: iso(row.last_synced_at),
    syncCheckpoint: row.sync_checkpoint,
    autoSync: row.auto_sync,
    syncIntervalSeconds: row.sync_interval_seconds,
    autoPipelineId: row.auto_pipeline_id,
    autoPipelineMode: row.auto_pipeline_mode,
    webhooks: {
      subscription: row.subscription_state,
      fields: row.subscribed_fields,
      error: row.subscription_error,
      checkedAt: iso(row.subscription_checked_at),
      lastDeliveryAt: iso(row.last_webhook_at),
    },
    createdAt: row.created_at.toISOString(),
  };
}

function tokenOf(row: PageRow): PageToken {
  const { token_scopes: scopes } = row;
  const ends = {
    expiresAt: iso(row.token_expires_at),
    dataAccessExpiresAt: iso(row.token_data_access_expires_at),
  };
  return {
    state: row.disconnected_at === null ? row.token_state : 'disconnected',
    ...ends,
    expiresSoon: expiresSoon(ends, Date.now()),
    scopes,
    missingScopes: scopes === null ? [] : missingScopes(scopes, row.instagram_account_id !== null),
    checkedAt: iso(row.token_checked_at),
    error: row.token_error,
  };
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
