import type { Change, ConversationsChange } from '../contract/change-resources.ts';
import { MAX_NAMED_CONVERSATIONS } from '../contract/changes.ts';
import type { Sql } from './sql.ts';

/** The NOTIFY channel of hints of change. Triggers of `migrations/0014_changes.sql` tell on it, and drains of webhooks. */
const CHANGE_CHANNEL = 'changes';

/** A hint of what has changed. Whoever listens must be able to do without any single one. */
export type ChangeHint = Exclude<Change, { name: 'reset' }>;

/** Tells of conversations that webhooks have changed. */
export async function tellOfConversations(
  sql: Sql,
  pageId: string,
  conversationIds: readonly string[],
): Promise<void> {
  const named = conversationIds.length > MAX_NAMED_CONVERSATIONS ? [] : [...conversationIds];
  const data: ConversationsChange = { pageId, conversationIds: named };
  const hint: ChangeHint = { name: 'conversations', data };
  await sql`SELECT pg_notify(${CHANGE_CHANNEL}, ${JSON.stringify(hint)})`;
}

/**
 * Listens on the connection that hears of jobs as well.
 *
 * @param onReady called at the start and after every reconnect: hints may have been missed
 */
export async function listenToChanges(
  sql: Sql,
  onHint: (hint: ChangeHint) => void,
  onReady: () => void,
): Promise<void> {
  await sql.listen(CHANGE_CHANNEL, (payload) => onHint(JSON.parse(payload) as ChangeHint), onReady);
}
