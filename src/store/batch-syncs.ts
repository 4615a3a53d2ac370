import type { BatchPageResource, BatchResource, CreateBatchRequest } from '../contract/batch-resources.ts';
import { type BatchPageState, type BatchStatus, WORKING_PAGE_STATES } from '../contract/batches.ts';
import type { ListResource } from '../contract/resources.ts';
import {
  BATCH_COLUMNS,
  BATCH_PAGE_COLUMNS,
  BATCH_PAGE_FROM,
  type BatchPageRow,
  type BatchRow,
  toBatch,
  toBatchPage,
} from './batch-rows.ts';
import { isUuid, type Keyset, keysetPage } from './keyset.ts';
import type { Sql } from './sql.ts';

/** What has changed in a batch since somebody looked. */
export interface BatchChanges {
  batch: BatchResource;
  /** Pages that have moved since, and those that are at work, by revision. */
  pages: BatchPageResource[];
}

/** `batch_syncs`: made and read. `batch-steps.ts` moves them on. */
export function createBatchSyncStore(sql: Sql) {
  const columns = sql.unsafe(BATCH_COLUMNS);
  const pageColumns = sql.unsafe(BATCH_PAGE_COLUMNS);
  const pageFrom = sql.unsafe(BATCH_PAGE_FROM);

  async function find(id: string): Promise<BatchResource | null> {
    const [row] = await sql<BatchRow[]>`SELECT ${columns} FROM batch_syncs b WHERE b.id = ${id}`;
    return row === undefined ? null : toBatch(row);
  }

  return {
    find,

    /**
     * Makes a batch of the pages that are named, each once and in this order, or of all that are connected. A name that
     * is no page's keeps it from being made.
     *
     * @param id a UUID
     * @returns the names that are no page's, and how many pages the batch has: without any it is not made either
     */
    async create(id: string, request: CreateBatchRequest): Promise<{ unknown: string[]; pages: number }> {
      const { mode, messageDepth, concurrency } = request;
      const names = request.pageIds ?? [];
      const pages = request.all
        ? sql`SELECT NULL::text AS name, p.id, row_number() OVER (ORDER BY p.created_at, p.id) AS n FROM facebook_pages p
            WHERE p.disconnected_at IS NULL`
        : sql`SELECT t.name, coalesce(f.id, u.id) AS id, t.n
            FROM unnest(${names}::text[], ${names.map((name) => (isUuid(name) ? name : null))}::uuid[])
              WITH ORDINALITY AS t (name, uuid, n)
            LEFT JOIN facebook_pages f ON f.facebook_page_id = t.name LEFT JOIN facebook_pages u ON u.id = t.uuid`;
      const [made] = await sql<{ unknown: string[]; pages: number }[]>`
        WITH named AS (${pages}), chosen AS (
          SELECT id, min(n) AS n FROM named WHERE NOT EXISTS (SELECT FROM named WHERE id IS NULL) GROUP BY id
        ), batch AS (
          INSERT INTO batch_syncs (id, mode, message_depth, concurrency)
          SELECT ${id}, ${mode}, ${messageDepth === 'all' ? null : messageDepth}, ${concurrency}
          WHERE EXISTS (SELECT FROM chosen) RETURNING id, revision
        ), stored AS (
          INSERT INTO batch_sync_pages (batch_id, page_id, position, revision)
          SELECT batch.id, chosen.id, row_number() OVER (ORDER BY chosen.n), batch.revision FROM batch, chosen RETURNING 1
        )
        SELECT (SELECT coalesce(array_agg(name ORDER BY n), '{}') FROM named WHERE id IS NULL) AS unknown,
          (SELECT count(*)::int FROM stored) AS pages`;
      if (made === undefined) throw new Error('The statement returned no row');
      return made;
    },

    /** Takes back a batch that no workflow has taken up, and none will. */
    async discard(id: string): Promise<void> {
      await sql`DELETE FROM batch_syncs WHERE id = ${id} AND workflow_run_ids = '{}'`;
    },

    /**
     * Batches that have not ended, and were neither made nor begun within `graceMs`.
     *
     * @param after id of the last one seen; `null` begins
     */
    async open(graceMs: number, after: string | null, limit: number): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        SELECT id FROM batch_syncs WHERE completed_at IS NULL AND (${after}::uuid IS NULL OR id > ${after}::uuid)
          AND coalesce(started_at, created_at) <= now() - ${graceMs} * interval '1 ms' ORDER BY id LIMIT ${limit}`;
      return rows.map(({ id }) => id);
    },

    async list(
      keyset: Keyset,
      filter: { status?: BatchStatus | undefined },
    ): Promise<ListResource<BatchResource>> {
      const rows = await sql<(BatchRow & { sort_time: string })[]>`
        SELECT ${columns}, b.created_at::text AS sort_time FROM batch_syncs b
        WHERE ${filter.status === undefined ? sql`true` : sql`b.status = ${filter.status}`}
          AND ${keyset.after === null ? sql`true` : sql`(b.created_at, b.id) < (${keyset.after[0]}::text::timestamptz, ${keyset.after[1]}::uuid)`}
        ORDER BY b.created_at DESC, b.id DESC LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toBatch, (row) => [row.sort_time, row.id]);
    },

    /** The batch's pages, in the order of their turns. */
    async pages(
      id: string,
      keyset: Keyset,
      filter: { state?: BatchPageState | undefined },
    ): Promise<ListResource<BatchPageResource>> {
      const rows = await sql<BatchPageRow[]>`
        SELECT ${pageColumns} FROM ${pageFrom} WHERE bp.batch_id = ${id}
          AND ${filter.state === undefined ? sql`true` : sql`bp.state = ${filter.state}`}
          AND ${keyset.after === null ? sql`true` : sql`bp.position > ${keyset.after[0]}::text::int`}
        ORDER BY bp.position LIMIT ${keyset.limit + 1}`;
      return keysetPage(rows, keyset.limit, toBatchPage, (row) => [String(row.position), row.page_id]);
    },

    /**
     * What has changed since a revision of the batch; `null` when there is no such batch. Changes of a batch become visible
     * in the order of their revisions, so nothing is left out.
     */
    async changes(id: string, since: number): Promise<BatchChanges | null> {
      return sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (tx) => {
        const [row] = await tx<BatchRow[]>`SELECT ${columns} FROM batch_syncs b WHERE b.id = ${id}`;
        if (row === undefined) return null;
        const pages = await tx<BatchPageRow[]>`
          SELECT ${pageColumns} FROM ${pageFrom} WHERE bp.batch_id = ${id}
            AND (bp.revision > ${since} OR bp.state = ANY(${[...WORKING_PAGE_STATES]}))
          ORDER BY greatest(bp.revision, j.revision), bp.position`;
        return { batch: toBatch(row), pages: pages.map(toBatchPage) };
      });
    },
  };
}
