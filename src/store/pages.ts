import type { PipelineMode } from '../contract/auto-sync.ts';
import type { SyncCheckpoint } from '../contract/progress.ts';
import type { ConnectPageRequest, PatchPageRequest } from '../contract/requests.ts';
import type { ListResource, PageResource, PageWebhooks } from '../contract/resources.ts';
import { isUuid, type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';
import type { TokenCipher } from './token-cipher.ts';

interface PageRow {
  id: string;
  facebook_page_id: string;
  name: string;
  instagram_account_id: string | null;
  token_state: 'valid' | 'needs_reconnect';
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

/** `facebook_pages`: pages and their tokens. */
export function createPageStore(sql: Sql, cipher: TokenCipher) {
  const columns = sql`id, facebook_page_id, name, instagram_account_id, token_state, last_synced_at,
    sync_checkpoint, auto_sync, sync_interval_seconds, auto_pipeline_id, auto_pipeline_mode, subscription_state, subscribed_fields, subscription_error, subscription_checked_at, last_webhook_at,
    created_at`;
  const decrypt = (encrypted: string, owner: string) => {
    try {
      return cipher.decrypt(encrypted, owner);
    } catch {
      throw new UnreadableToken(encrypted);
    }
  };
  return {
    /**
     * Connects a page, or gives a page that is connected a new token and name. An Instagram account that is
     * not named stays; `null` takes it away.
     */
    async connect(request: ConnectPageRequest): Promise<{ page: PageResource; created: boolean }> {
      const token = cipher.encrypt(request.accessToken, request.facebookPageId);
      const instagram = request.instagramAccountId ?? null;
      const [row] = await sql<(PageRow & { created: boolean })[]>`
        INSERT INTO facebook_pages AS p (facebook_page_id, name, instagram_account_id, access_token)
        VALUES (${request.facebookPageId}, ${request.name}, ${instagram}, ${token})
        ON CONFLICT (facebook_page_id) DO UPDATE SET
          name = excluded.name,
          instagram_account_id = ${
            request.instagramAccountId === undefined
              ? sql`p.instagram_account_id`
              : sql`excluded.instagram_account_id`
          },
          access_token = excluded.access_token,
          token_state = 'valid',
          updated_at = now()
        RETURNING ${columns}, (xmax = 0) AS created`;
      if (row === undefined) throw new Error('INSERT returned no row');
      return { page: toPage(row), created: row.created };
    },

    /** Changes what is named. @returns `null` when there is no such page */
    async update(pageId: string, change: PatchPageRequest): Promise<PageResource | null> {
      const [row] = await sql<PageRow[]>`
        UPDATE facebook_pages SET updated_at = now(),
          auto_sync = coalesce(${change.autoSync ?? null}, auto_sync),
          sync_interval_seconds = coalesce(${change.syncIntervalSeconds ?? null}, sync_interval_seconds),
          auto_pipeline_id = ${change.autoPipelineId === undefined ? sql`auto_pipeline_id` : change.autoPipelineId},
          auto_pipeline_mode = coalesce(${change.autoPipelineMode ?? null}, auto_pipeline_mode)
        WHERE id = ${pageId} RETURNING ${columns}`;
      return row === undefined ? null : toPage(row);
    },

    /** @param reference our UUID or the Facebook page ID */
    async find(reference: string): Promise<PageResource | null> {
      const [row] = await sql<PageRow[]>`
        SELECT ${columns} FROM facebook_pages
        WHERE ${isUuid(reference) ? sql`id = ${reference}` : sql`facebook_page_id = ${reference}`}`;
      return row === undefined ? null : toPage(row);
    },

    async list(keyset: Keyset): Promise<ListResource<PageResource>> {
      const rows = await sql<(PageRow & { sort_time: string })[]>`
        SELECT ${columns}, created_at::text AS sort_time FROM facebook_pages
        WHERE ${keyset.after === null ? sql`true` : sql`(created_at, id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY created_at DESC, id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toPage, (row) => [row.sort_time, row.id]);
    },

    /** @throws UnreadableToken, and an error when the page is gone */
    async credentials(pageId: string): Promise<PageCredentials> {
      const [row] = await sql<
        { facebook_page_id: string; instagram_account_id: string | null; access_token: string }[]
      >`SELECT facebook_page_id, instagram_account_id, access_token FROM facebook_pages WHERE id = ${pageId}`;
      if (row === undefined) throw new Error(`Page ${pageId} is not connected`);
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
     * @returns false when the page has a newer one by now, with which to try again
     */
    async markTokenDead(pageId: string, encryptedToken: string): Promise<boolean> {
      const rows = await sql`UPDATE facebook_pages SET token_state = 'needs_reconnect', updated_at = now()
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
    lastSyncedAt: row.last_synced_at?.toISOString() ?? null,
    syncCheckpoint: row.sync_checkpoint,
    autoSync: row.auto_sync,
    syncIntervalSeconds: row.sync_interval_seconds,
    autoPipelineId: row.auto_pipeline_id,
    autoPipelineMode: row.auto_pipeline_mode,
    webhooks: {
      subscription: row.subscription_state,
      fields: row.subscribed_fields,
      error: row.subscription_error,
      checkedAt: row.subscription_checked_at?.toISOString() ?? null,
      lastDeliveryAt: row.last_webhook_at?.toISOString() ?? null,
    },
    createdAt: row.created_at.toISOString(),
  };
}
