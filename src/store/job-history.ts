import type { JobBatch, TimelineEntry } from '../contract/job-detail.ts';
import type { Platform } from '../contract/platform.ts';
import type { ListResource } from '../contract/resources.ts';
import { type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';

type TimelineRow = Omit<TimelineEntry, 'at' | 'until'> & { at: Date; until: Date | null };
type BatchRow = Omit<JobBatch, 'createdAt'> & { createdAt: Date; sort_time: string };

/** What has happened to a job, and what it has stored, for reading. Triggers write `sync_job_timeline`. */
export function createJobHistoryStore(sql: Sql) {
  return {
    /** Oldest first. */
    async timeline(jobId: string, keyset: Keyset): Promise<ListResource<TimelineEntry>> {
      const rows = await sql<TimelineRow[]>`
        SELECT seq AS id, at, kind, status, detail, until, times FROM sync_job_timeline
        WHERE job_id = ${jobId}
          AND ${keyset.after === null ? sql`true` : sql`seq > ${keyset.after[0]}::text::int`}
        ORDER BY seq LIMIT ${keyset.limit + 1}`;
      const toEntry = (row: TimelineRow): TimelineEntry => ({
        ...row,
        at: row.at.toISOString(),
        until: row.until?.toISOString() ?? null,
      });
      return keysetPage(rows, keyset.limit, toEntry, (row) => [String(row.id), '']);
    },

    /** Newest first. @param platform of this one alone; absent: of all */
    async batches(
      jobId: string,
      keyset: Keyset,
      platform: Platform | undefined,
    ): Promise<ListResource<JobBatch>> {
      const place = (time: string, key: string) => sql`(${time}::text::timestamptz, ${key}::text)`;
      // of one moment the greater number is the later one: both platforms count for themselves
      const key = sql`lpad(seq::text, 10, '0') || stream`;
      const rows = await sql<BatchRow[]>`
        SELECT stream AS platform, seq, kind, fetched, inserted, updated, unchanged, failed,
          events_created AS "eventsCreated", is_last AS "isLast", created_at AS "createdAt", created_at::text AS sort_time
        FROM sync_batches
        WHERE job_id = ${jobId} AND ${platform === undefined ? sql`true` : sql`stream = ${platform}`}
          AND ${keyset.after === null ? sql`true` : sql`(created_at, ${key}) < ${place(...keyset.after)}`}
        ORDER BY created_at DESC, ${key} DESC LIMIT ${keyset.limit + 1}`;
      const toBatch = ({ sort_time: _, ...row }: BatchRow): JobBatch => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
      });
      return keysetPage(rows, keyset.limit, toBatch, (row) => [
        row.sort_time,
        String(row.seq).padStart(10, '0') + row.platform,
      ]);
    },
  };
}
