import {
  type NewNotification,
  type NotificationKind,
  type NotificationResource,
  type Severity,
  tokenExpiredNotification,
  tokenExpiringNotification,
  type UnreadCounts,
} from '../contract/notifications.ts';
import type { ListResource, PageResource } from '../contract/resources.ts';
import { type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';

interface NotificationRow {
  id: number;
  page_id: string | null;
  job_id: string | null;
  kind: NotificationKind;
  severity: Severity;
  title: string;
  text: string;
  created_at: Date;
  read_at: Date | null;
}

/** Which notifications a list has. */
export interface NotificationFilter {
  unread?: boolean | undefined;
  pageId?: string | undefined;
  kind?: NotificationKind | undefined;
}

/** `notifications`: what people are told of in the app. */
export function createNotificationStore(sql: Sql) {
  const columns = sql`id, page_id, job_id, kind, severity, title, text, created_at, read_at`;

  /**
   * Tells people of something, once.
   *
   * @returns false when it was told already, or a failure of the page's syncs is still to be read
   */
  async function record(notification: NewNotification): Promise<boolean> {
    const { pageId, jobId, kind, severity, title, text, dedupeKey } = notification;
    const rows = await sql`
      INSERT INTO notifications (page_id, job_id, kind, severity, title, text, dedupe_key)
      VALUES (${pageId}, ${jobId}, ${kind}, ${severity}, ${title}, ${text}, ${dedupeKey})
      ON CONFLICT DO NOTHING RETURNING id`;
    return rows.length > 0;
  }

  /** The page, if its token is in this state; `token` tells it from the next one and is no secret. */
  async function pageWithToken(
    pageId: string,
    state: PageResource['tokenState'],
  ): Promise<{ id: string; name: string; token: string } | null> {
    const [page] = await sql<{ id: string; name: string; token: string }[]>`
      SELECT id, name, extract(epoch FROM token_set_at)::text AS token FROM facebook_pages
      WHERE id = ${pageId} AND token_state = ${state} AND access_token IS NOT NULL`;
    return page ?? null;
  }

  return {
    record,

    /**
     * Tells people that Meta has refused a page's token, once a token.
     *
     * @param jobId that was parked for it, if one was
     * @returns false when it was told already, or the page has a token that Meta has not refused
     */
    async recordTokenExpired(pageId: string, jobId: string | null): Promise<boolean> {
      const page = await pageWithToken(pageId, 'needs_reconnect');
      return page !== null && record(tokenExpiredNotification(page, page.token, jobId));
    },

    /**
     * Tells people that a page's token ends soon, once a token.
     *
     * @param at when, ISO 8601
     */
    async recordTokenExpiring(pageId: string, at: string): Promise<boolean> {
      const page = await pageWithToken(pageId, 'valid');
      return page !== null && record(tokenExpiringNotification(page, page.token, at));
    },

    /** Newest first. */
    async list(keyset: Keyset, filter: NotificationFilter = {}): Promise<ListResource<NotificationResource>> {
      const { unread, pageId, kind } = filter;
      const rows = await sql<NotificationRow[]>`
        SELECT ${columns} FROM notifications
        WHERE ${unread === undefined ? sql`true` : unread ? sql`read_at IS NULL` : sql`read_at IS NOT NULL`}
          AND ${pageId === undefined ? sql`true` : sql`page_id = ${pageId}`}
          AND ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
          AND ${keyset.after === null ? sql`true` : sql`id < ${keyset.after[0]}::text::bigint`}
        ORDER BY id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toNotification, (row) => [String(row.id), '']);
    },

    async find(id: number): Promise<NotificationResource | null> {
      const [row] = await sql<NotificationRow[]>`SELECT ${columns} FROM notifications WHERE id = ${id}`;
      return row === undefined ? null : toNotification(row);
    },

    /** How many are unread. */
    async unread(): Promise<UnreadCounts> {
      const rows = await sql<{ severity: Severity; n: number }[]>`
        SELECT severity, count(*) AS n FROM notifications WHERE read_at IS NULL GROUP BY severity`;
      const counts: UnreadCounts = { info: 0, warning: 0, error: 0 };
      for (const { severity, n } of rows) counts[severity] = n;
      return counts;
    },

    /** Somebody has read it; the first time counts. @returns `null` when there is none */
    async markRead(id: number): Promise<NotificationResource | null> {
      const [row] = await sql<NotificationRow[]>`
        UPDATE notifications SET read_at = coalesce(read_at, now()) WHERE id = ${id} RETURNING ${columns}`;
      return row === undefined ? null : toNotification(row);
    },

    /**
     * Somebody has read all of them.
     *
     * @param upTo the newest one that they have seen: what came after it stays unread; `null`: all
     * @returns how many were unread
     */
    async markAllRead(upTo: number | null): Promise<number> {
      const { count } = await sql`
        UPDATE notifications SET read_at = now() WHERE read_at IS NULL AND (${upTo}::bigint IS NULL OR id <= ${upTo}::bigint)`;
      return count;
    },

    /** Deletes up to `limit` that were read, or are news that nobody has read, more than `days` ago. */
    async deleteOld(days: number, limit: number): Promise<number> {
      const { count } = await sql`
        DELETE FROM notifications WHERE id IN (
          SELECT id FROM notifications WHERE read_at < now() - ${days} * interval '1 day'
            OR read_at IS NULL AND severity = 'info' AND created_at < now() - ${days} * interval '1 day'
          LIMIT ${limit})`;
      return count;
    },
  };
}

function toNotification(row: NotificationRow): NotificationResource {
  return {
    id: row.id,
    pageId: row.page_id,
    jobId: row.job_id,
    kind: row.kind,
    severity: row.severity,
    title: row.title,
    text: row.text,
    createdAt: row.created_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
  };
}
