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

/** Items that are read at a time where all are wanted. */
const AT_ONCE = 500;

/** `sync_failures`: what was set aside. Written with the batch it belongs to. */
export function createFailureStore(sql: Sql) {
  /** A job's set-aside items, oldest first. @param withPayload whether also the things themselves */
  async function list(
    jobId: string,
    keyset: Keyset,
    withPayload = true,
  ): Promise<ListResource<FailureResource>> {
    const rows = await sql<FailureRow[]>`
      SELECT id, platform, item_type, graph_id, conversation_graph_id, reason, detail,
        ${withPayload ? sql`payload` : sql`NULL AS payload`}, created_at, resolved_at FROM sync_failures
      WHERE job_id = ${jobId} AND id > ${keyset.after?.[0] ?? '0'}::bigint
      ORDER BY id LIMIT ${keyset.limit + 1}`;
    return keysetPage(rows, keyset.limit, toFailure, (row) => [String(row.id), '']);
  }

  return {
    list,

    /** All of a job's set-aside items, however many: read in parts, so that a slow reader holds no connection. */
    async *all(jobId: string, withPayload: boolean): AsyncGenerator<FailureResource> {
      let after: Keyset['after'] = null;
      do {
        const { data, nextCursor } = await list(jobId, { after, limit: AT_ONCE }, withPayload);
        yield* data;
        after = nextCursor === null ? null : [String(data.at(-1)?.id), ''];
      } while (after !== null);
    },

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
