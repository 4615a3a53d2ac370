import type { Platform } from '../contract/platform.ts';
import type { FailureInput } from './batch.ts';
import { jsonText } from './event-rows.ts';
import type { Fragment, Sql } from './sql.ts';

/**
 * Sets items aside, each once a job; returns `item_type, reason` of the new ones.
 *
 * @param guard a row source that must have a row for anything to be written, such as `moved CROSS JOIN`; empty for none
 */
export function insertFailures(
  sql: Sql,
  of: { jobId: string; pageId: string; platform: Platform },
  failures: readonly FailureInput[],
  guard: Fragment,
) {
  const all = <T>(pick: (failure: FailureInput) => T) => failures.map(pick);
  return sql`
    INSERT INTO sync_failures
      (job_id, page_id, platform, item_type, graph_id, conversation_graph_id, reason, detail, payload)
    SELECT ${of.jobId}::uuid, ${of.pageId}::uuid, ${of.platform}::text, t.* FROM ${guard} unnest(
      ${all((f) => f.itemType)}::text[], ${all((f) => f.graphId)}::text[], ${all((f) => f.conversationGraphId)}::text[],
      ${all((f) => f.reason)}::text[], ${all((f) => f.detail)}::text[],
      ${all((f) => jsonText(f.payload))}::text[]::jsonb[]) AS t
    ON CONFLICT DO NOTHING
    RETURNING item_type, reason`;
}

/** `sync_jobs.validation` of `j` with the reasons of the CTE `failure` added (requirement D1). */
export function addedValidation(sql: Sql) {
  return sql`(SELECT coalesce(jsonb_object_agg(reason, count), '{}') FROM (
    SELECT reason, sum(count) AS count FROM (
      SELECT key AS reason, value::int AS count FROM jsonb_each_text(j.validation)
      UNION ALL SELECT reason, count(*)::int FROM failure GROUP BY reason) each GROUP BY reason) all_of_them)`;
}
