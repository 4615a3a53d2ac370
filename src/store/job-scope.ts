import type { Platform } from '../contract/platform.ts';
import type { Selection, SyncMode } from '../contract/sync-options.ts';
import type { Transaction } from './sql.ts';

/** What a job is to do. */
export interface JobScope {
  mode: SyncMode;
  /** Whether the page has an Instagram account. */
  instagram: boolean;
  selection: Selection | null;
  /** Where each platform's walk may stop, ISO 8601. */
  stopBelow: Partial<Record<Platform, string>>;
}

/** Columns of `sync_jobs j` and its page `p`. */
export const SCOPE_COLUMNS = `j.mode, j.options->'selection' AS selection, j.stop_below,
  p.instagram_account_id IS NOT NULL AS instagram`;

export interface ScopeRow {
  mode: SyncMode;
  instagram: boolean;
  selection: Selection | null;
  stop_below: Partial<Record<Platform, string>>;
}

export function toScope(row: ScopeRow): JobScope {
  return { mode: row.mode, instagram: row.instagram, selection: row.selection, stopBelow: row.stop_below };
}

/**
 * How far behind its watermark an incremental walk goes on: what our clock and Meta's may differ by, and then some.
 */
const OVERLAP = '5 minutes';

/** Where an incremental walk of the platform may stop, as the text of a time; NULL without a watermark. */
export function stopBelow(tx: Transaction, platform: Platform) {
  const watermark = tx(`${platform}_watermark`);
  return tx`to_char((p.${watermark} - ${OVERLAP}::interval) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** The state of a conversation of whose messages nothing counts as stored. */
const NOTHING_STORED =
  'history_cursor = NULL, history_complete = false, synced_to = NULL, gap_cursor = NULL, gap_to = NULL';

/** A repair fetches everything anew: nothing of the conversation's history counts as stored. */
export async function forgetHistory(tx: Transaction, conversationId: string): Promise<void> {
  await tx`UPDATE messenger_conversations SET ${tx.unsafe(NOTHING_STORED)} WHERE id = ${conversationId}`;
}

/**
 * What earlier jobs had set aside is over once this one has read it, on platforms that it has covered: all of it after a
 * full sync, else the conversations that the job names; but for what it has set aside itself. Of a message among those
 * that a full sync does not read again, only being stored tells.
 */
export async function resolveFailures(
  tx: Transaction,
  jobId: string,
  platforms: readonly Platform[],
): Promise<void> {
  await tx`
    UPDATE sync_failures f SET resolved_at = now() FROM sync_jobs j
    WHERE j.id = ${jobId} AND j.status = 'COMPLETED' AND j.options->>'maxConversations' IS NULL
      AND f.page_id = j.page_id AND f.job_id <> j.id AND f.resolved_at IS NULL AND f.platform = ANY(${[...platforms]})
      AND (j.options->'selection'->'conversations'->f.platform ? f.conversation_graph_id
        OR j.mode = 'full' AND j.options->>'messageDepth' = 'all' AND (f.item_type <> 'message' OR EXISTS (
          SELECT FROM contact_interaction_events e WHERE e.page_id = f.page_id AND e.message_id = f.graph_id)))
      AND NOT EXISTS (SELECT FROM sync_failures again WHERE again.job_id = j.id AND again.platform = f.platform
        AND coalesce(again.conversation_graph_id, '') = coalesce(f.conversation_graph_id, ''))`;
}

/** Messages that were set aside may be older than what comes with a conversation: its history is read anew. */
export async function forgetHistoriesOfFailures(
  tx: Transaction,
  pageId: string,
  conversations: Record<Platform, string[]>,
): Promise<void> {
  await tx`
    UPDATE messenger_conversations c SET ${tx.unsafe(NOTHING_STORED)}
    FROM sync_failures f
    WHERE f.page_id = ${pageId} AND f.item_type = 'message' AND f.resolved_at IS NULL
      AND f.conversation_graph_id = ANY(${[...conversations.messenger, ...conversations.instagram]})
      AND c.page_id = f.page_id AND c.platform = f.platform AND c.graph_conversation_id = f.conversation_graph_id`;
}
