import type { FailureResource, ListResource } from '../contract/resources.ts';
import { type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';

interface FailureRow {
  id: number;
  platform: FailureResource['platform'];
  item_type: FailureResource['itemType'];
  graph_id: string | null;
  conversation_graph_id: string | null;
  reason: string;
  detail: string | null;
  payload: unknown;
  created_at: Date;
  resolved_at: Date | null;
}

/** `sync_failures`: what was set aside. Written with the batch it belongs to. */
export function createFailureStore(sql: Sql) {
  return {
    /**
     * Conversations of which a job has set something aside that nobody has read since, each once.
     *
     * @param limit the most to return
     */
    async retryable(
      jobId: string,
      limit: number,
    ): Promise<{ platform: FailureResource['platform']; graphId: string }[]> {
      const rows = await sql<{ platform: FailureResource['platform']; conversation_graph_id: string }[]>`
        SELECT f.platform, f.conversation_graph_id FROM sync_failures f
        WHERE f.job_id = ${jobId} AND f.resolved_at IS NULL AND f.conversation_graph_id IS NOT NULL
        GROUP BY f.platform, f.conversation_graph_id
        -- those last that a later job has set aside again
        ORDER BY (SELECT count(*) FROM sync_failures again WHERE again.page_id = min(f.page_id::text)::uuid
          AND again.platform = f.platform AND again.conversation_graph_id = f.conversation_graph_id
          AND again.resolved_at IS NULL AND again.id > max(f.id)), min(f.id) LIMIT ${limit}`;
      return rows.map((row) => ({ platform: row.platform, graphId: row.conversation_graph_id }));
    },

    /** A job's set-aside items, oldest first. */
    async list(jobId: string, keyset: Keyset): Promise<ListResource<FailureResource>> {
      const rows = await sql<FailureRow[]>`
        SELECT id, platform, item_type, graph_id, conversation_graph_id, reason, detail, payload, created_at, resolved_at FROM sync_failures
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
    conversationGraphId: row.conversation_graph_id,
    reason: row.reason,
    detail: row.detail,
    payload: row.payload,
    createdAt: row.created_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
  };
}
