import type { FailureResource, ListResource } from '../contract/resources.ts';
import { type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';

interface FailureRow {
  id: number;
  platform: FailureResource['platform'];
  item_type: FailureResource['itemType'];
  graph_id: string | null;
  reason: string;
  detail: string | null;
  payload: unknown;
  created_at: Date;
}

/** `sync_failures`: what was set aside. Written with the batch it belongs to. */
export function createFailureStore(sql: Sql) {
  return {
    /** A job's set-aside items, oldest first. */
    async list(jobId: string, keyset: Keyset): Promise<ListResource<FailureResource>> {
      const rows = await sql<FailureRow[]>`
        SELECT id, platform, item_type, graph_id, reason, detail, payload, created_at FROM sync_failures
        WHERE job_id = ${jobId} AND id > ${keyset.after?.[0] ?? '0'}::bigint
        ORDER BY id LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toFailure, (row) => [String(row.id), '']);
    },
  };
}

function toFailure(row: FailureRow): FailureResource {
  return {
    id: row.id,
    platform: row.platform,
    itemType: row.item_type,
    graphId: row.graph_id,
    reason: row.reason,
    detail: row.detail,
    payload: row.payload,
    createdAt: row.created_at.toISOString(),
  };
}
