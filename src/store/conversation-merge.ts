import type { Fragment, Sql } from './sql.ts';

/**
 * How a reading of a conversation changes the stored row (`c`): every column that may change, with its new value.
 * Written only where something differs, so each column stands here once.
 *
 * - Newer data wins: what belongs to an older `updated_time` overwrites nothing, times only move forward (C5).
 * - The reading holds the newest messages, from `oldest_at` up to its `synced_to`. They either join what is
 *   stored, or leave a gap above `c.synced_to`, which the history phase closes from `gap_cursor` downwards. A message
 *   that a webhook stored is no proof that those before it are there: only `synced_to` is.
 * - Times are whole seconds: a reading that goes no further down than the second up to which there are messages already
 *   may leave some of that second out. It leaves a gap too, when there are more messages than there were.
 * - A reading without any message says nothing of them, except that there are newer ones when it is not complete.
 *
 * How far the messages are stored is bookkeeping: `isVisible` says whether anything changes that people see.
 *
 * @param from `reading`, as it was read; or `excluded`, as `ON CONFLICT` calls it, where the row may be newer than the
 *   statement's snapshot
 */
export function mergeConversation(
  sql: Sql,
  from: 'reading' | 'excluded',
): { assignments: Fragment; isChange: Fragment; isVisible: Fragment } {
  // the newest message that is known to be there, stored in one piece or beyond the gap
  const known = sql`coalesce(c.gap_to, c.synced_to)`;
  const r = from === 'reading' ? sql`reading` : sql`excluded`;
  const oldest =
    from === 'reading'
      ? sql`reading.oldest_at`
      : sql`(SELECT i.oldest_at FROM input i WHERE i.graph_id = excluded.graph_conversation_id)`;
  const another = sql`(${r}.synced_to = ${known} AND (${oldest} < ${known}) IS NOT TRUE
    AND ${r}.message_count > c.message_count)`;
  const newer = sql`(${r}.synced_to IS NOT NULL
    AND (${known} IS NULL OR ${r}.synced_to > ${known} OR coalesce(${another}, false)))`;
  const whole = sql`coalesce(${r}.history_complete AND (${known} IS NULL OR ${r}.synced_to >= ${known}), false)`;
  const joins = sql`(c.synced_to IS NULL OR ${oldest} < c.synced_to)`;
  const closes = sql`(${whole} OR ${newer} AND ${joins})`;
  const visible: Record<string, Fragment> = {
    contact_id: sql`coalesce(c.contact_id, ${r}.contact_id)`,
    sender_id: sql`coalesce(c.sender_id, ${r}.sender_id)`,
    sender_name: latest(sql, r, 'sender_name'),
    message_count: latest(sql, r, 'message_count'),
    unread_count: latest(sql, r, 'unread_count'),
    last_message_at: sql`greatest(c.last_message_at, ${r}.last_message_at)`,
    updated_time: sql`greatest(c.updated_time, ${r}.updated_time)`,
  };
  const columns: Record<string, Fragment> = {
    ...visible,
    is_main: sql`CASE WHEN c.sender_id IS NULL AND ${r}.sender_id IS NOT NULL
      THEN NOT EXISTS (SELECT FROM messenger_conversations m WHERE m.sender_id = ${r}.sender_id
        AND m.page_id = c.page_id AND m.platform = c.platform AND m.is_main AND m.graph_conversation_id IS NOT NULL)
      ELSE c.is_main END`,
    history_cursor: sql`CASE WHEN ${whole} THEN NULL WHEN c.synced_to IS NULL THEN ${r}.history_cursor
      ELSE c.history_cursor END`,
    history_complete: sql`(${whole} OR c.history_complete AND c.synced_to IS NOT NULL)`,
    synced_to: sql`CASE WHEN ${closes} THEN greatest(c.synced_to, ${r}.synced_to) ELSE c.synced_to END`,
    gap_to: sql`CASE WHEN ${closes} THEN NULL WHEN ${newer} THEN ${r}.synced_to ELSE c.gap_to END`,
    gap_cursor: sql`CASE WHEN ${closes} THEN NULL WHEN ${newer} THEN ${r}.history_cursor ELSE c.gap_cursor END`,
  };
  const list = (names: string[], item: (name: string) => Fragment) =>
    names.map(item).reduce((before, after) => sql`${before}, ${after}`);
  const differ = (names: string[]) =>
    sql`(${list(names, (name) => columns[name] as Fragment)}) IS DISTINCT FROM (${list(names, (name) => sql`c.${sql(name)}`)})`;
  const all = Object.keys(columns);
  return {
    assignments: list(all, (name) => sql`${sql(name)} = ${columns[name] as Fragment}`),
    isChange: differ(all),
    isVisible: differ(Object.keys(visible)),
  };
}

/** The incoming value, unless it is absent or older than what is stored. */
function latest(sql: Sql, r: Fragment, column: string): Fragment {
  const name = sql(column);
  return sql`CASE WHEN c.updated_time > coalesce(${r}.updated_time, '-infinity')
    THEN coalesce(c.${name}, ${r}.${name}) ELSE coalesce(${r}.${name}, c.${name}) END`;
}
