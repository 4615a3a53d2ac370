import type { Sql } from '../../src/store/index.ts';
import type { Plan, Posts } from './posts.ts';
import { updateAt } from './updates.ts';

/** What has become of what was posted. */
export interface Arrivals {
  /** Acknowledged and not there. */
  lost: number;
  /** There more than once. */
  twice: number;
  /** From when a POST was due to the transaction that wrote its row, in milliseconds. */
  row: number[];
  /** To the mark that its delivery is applied; its row is committed by then. */
  applied: number[];
  /** How many deliveries were applied between two marks, in the mean. */
  deliveriesPerDrain: number | null;
}

/** Time before the first was due from which on rows are looked for. */
const MARGIN_MS = 1000;

/** Looks for the row of every update that was acknowledged, by its key. */
export async function arrivalsOf(sql: Sql, plan: Plan, posts: Posts): Promise<Arrivals> {
  const since = (posts.due[0] ?? 0) - MARGIN_MS;
  const rows = await sql<{ key: string; at: number }[]>`
    SELECT e.event_type || ' ' || CASE e.event_type
        WHEN 'delivery' THEN e.metadata -> 'mids' ->> 0
        WHEN 'read' THEN c.sender_id || ' ' || (extract(epoch FROM e.occurred_at) * 1000)::bigint
        ELSE e.message_id END AS key,
      extract(epoch FROM e.created_at)::float8 * 1000 AS at
    FROM contact_interaction_events e JOIN messenger_conversations c ON c.id = e.conversation_id
    WHERE e.created_at >= to_timestamp(${since / 1000}) AND e.metadata ->> 'source' = 'webhook'`;
  const marks = await sql<{ key: string; at: number }[]>`
    SELECT CASE
        WHEN item ? 'message' THEN 'message ' || (item #>> '{message,mid}')
        WHEN item ? 'reaction' THEN 'reaction ' || (item #>> '{reaction,mid}')
        WHEN item ? 'delivery' THEN 'delivery ' || (item #>> '{delivery,mids,0}')
        ELSE 'read ' || (item #>> '{sender,id}') || ' ' || (item ->> 'timestamp') END AS key,
      extract(epoch FROM d.processed_at)::float8 * 1000 AS at
    FROM webhook_deliveries d CROSS JOIN LATERAL jsonb_array_elements(d.entry -> 'messaging') AS item
    WHERE d.received_at >= to_timestamp(${since / 1000})`;
  const [drains] = await sql<{ size: number | null }[]>`
    SELECT count(*)::float8 / nullif(count(DISTINCT (page_id, processed_at)), 0) AS size
    FROM webhook_deliveries WHERE received_at >= to_timestamp(${since / 1000})`;

  const stored = new Map<string, { at: number; times: number }>();
  for (const { key, at } of rows) stored.set(key, { at, times: (stored.get(key)?.times ?? 0) + 1 });
  const marked = new Map(marks.map(({ key, at }) => [key, at]));
  const arrivals: Arrivals = {
    lost: 0,
    twice: 0,
    row: [],
    applied: [],
    deliveriesPerDrain: drains?.size ?? null,
  };
  posts.due.forEach((due, post) => {
    for (let k = 0; k < plan.updatesPerPost; k++) {
      const n = plan.first + post * plan.updatesPerPost + k;
      const { key } = updateAt(plan.people, n, Math.floor(due));
      const { at = Number.NaN, times = 0 } = stored.get(key) ?? {};
      if (times > 1) arrivals.twice += 1;
      if (posts.answered[post] === null) continue;
      if (times === 0) {
        arrivals.lost += 1;
        continue;
      }
      arrivals.row.push(at - due);
      arrivals.applied.push((marked.get(key) ?? Number.NaN) - due);
    }
  });
  return arrivals;
}

/** Counts the bodies that the reference has stored, and takes them away. */
export async function countBodies(sql: Sql, posts: Posts): Promise<Arrivals> {
  const [row] = await sql<{ bodies: number; different: number }[]>`
    SELECT count(*)::int AS bodies, count(DISTINCT md5(body))::int AS different FROM bench_bodies`;
  const { bodies = 0, different = 0 } = row ?? {};
  await sql`TRUNCATE bench_bodies`;
  const acknowledged = posts.answered.filter((ms) => ms !== null).length;
  return {
    lost: Math.max(0, acknowledged - different),
    twice: bodies - different,
    row: [],
    applied: [],
    deliveriesPerDrain: null,
  };
}
