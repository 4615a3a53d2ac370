import {
  type MessageHistoryResource,
  RESPONSE_BOUNDS,
  type ResponseTimes,
} from '../contract/message-history.ts';
import type { SyncHistoryQuery } from '../contract/sync-history.ts';
import { dayRange } from './day-range.ts';
import type { Fragment, Sql, Transaction } from './sql.ts';

const HOURS_OF_A_WEEK = 7 * 24;

interface HourRow {
  day: string;
  weekday: number;
  hour: number;
  inbound: number;
  outbound: number;
}

interface ResponseRow {
  conversations: number;
  answered: number;
  unanswered: number;
  percentiles: number[] | null;
  average: number | null;
  within: number[];
}

/** The messages of one page or of all, from the first day to the last: moments for the index, pages by its first column. */
interface Span {
  pages: Fragment;
  begin: Fragment;
  end: Fragment;
}

/** Messages by day and by hour of the week, and how soon customers were answered. */
export async function messageHistory(
  sql: Sql,
  pageId: string | null,
  query: Omit<SyncHistoryQuery, 'pageId'>,
): Promise<MessageHistoryResource> {
  const { timeZone } = query;
  const { first, last } = await dayRange(sql, query);
  const span: Span = {
    pages: pageId === null ? sql`ARRAY(SELECT id FROM facebook_pages)` : sql`ARRAY[${pageId}::uuid]`,
    begin: sql`(${first}::date::timestamp AT TIME ZONE ${timeZone}::text)`,
    end: sql`((${last}::date + 1)::timestamp AT TIME ZONE ${timeZone}::text)`,
  };
  // both look at the same messages
  const [hours, responses] = await sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (tx) => {
    // a year of a large inbox is sorted in memory
    await tx`SET LOCAL work_mem = '64MB'`;
    return [await hourRows(tx, span, timeZone), await responseRow(tx, span)] as const;
  });
  const days = await sql<{ day: string }[]>`
    SELECT to_char(d, 'YYYY-MM-DD') AS day FROM generate_series(${first}::timestamp, ${last}::timestamp, '1 day') d ORDER BY d`;
  const byDay = new Map(days.map(({ day }) => [day, { inbound: 0, outbound: 0 }]));
  const week = Array.from({ length: HOURS_OF_A_WEEK }, () => ({ inbound: 0, outbound: 0 }));
  const totals = { inbound: 0, outbound: 0 };
  for (const { day, weekday, hour, inbound, outbound } of hours) {
    for (const sums of [totals, byDay.get(day), week[(weekday - 1) * 24 + hour]]) {
      if (sums === undefined) throw new Error(`${day} is outside of its range`);
      sums.inbound += inbound;
      sums.outbound += outbound;
    }
  }
  return {
    pageId,
    timeZone,
    from: first,
    to: last,
    totals: { ...totals, conversations: responses.conversations },
    days: [...byDay].map(([day, sums]) => ({ day, ...sums })),
    hours: week.map((sums, place) => ({ weekday: Math.floor(place / 24) + 1, hour: place % 24, ...sums })),
    responses: toResponseTimes(responses),
  };
}

/** Counted by quarters of an hour first, in which all offsets of time zones are: the zone is looked up once for each. */
async function hourRows(tx: Transaction, { pages, begin, end }: Span, timeZone: string): Promise<HourRow[]> {
  return tx<HourRow[]>`
    SELECT to_char(at, 'YYYY-MM-DD') AS day, extract(isodow FROM at)::int AS weekday, extract(hour FROM at)::int AS hour,
      sum(inbound)::bigint AS inbound, sum(outbound)::bigint AS outbound
    FROM (
      SELECT date_bin('15 minutes', e.occurred_at, 'epoch') AT TIME ZONE ${timeZone}::text AS at,
        count(*) FILTER (WHERE e.direction = 'inbound') AS inbound, count(*) FILTER (WHERE e.direction = 'outbound') AS outbound
      FROM contact_interaction_events e
      WHERE e.event_type = 'message' AND e.page_id = ANY(${pages}) AND e.occurred_at >= ${begin} AND e.occurred_at < ${end}
      GROUP BY date_bin('15 minutes', e.occurred_at, 'epoch')
    ) quarters
    GROUP BY 1, 2, 3`;
}

/**
 * A customer waits from the first message after one of ours. In one moment ours is the later: it answers. What was before the first day
 * says whether somebody was waiting already; an answer may come after the last day. `OFFSET 0` has what follows computed once a row,
 * and not for every figure anew.
 */
async function responseRow(tx: Transaction, { pages, begin, end }: Span): Promise<ResponseRow> {
  const [row] = await tx<ResponseRow[]>`
    WITH message AS (
      SELECT e.conversation_id, e.occurred_at, e.direction = 'outbound' AS is_ours,
        lag(e.direction = 'outbound') OVER (PARTITION BY e.conversation_id ORDER BY e.occurred_at, e.direction = 'outbound') AS before
      FROM contact_interaction_events e
      WHERE e.event_type = 'message' AND e.page_id = ANY(${pages}) AND e.occurred_at >= ${begin} AND e.occurred_at < ${end}
    ), turn AS (
      SELECT conversation_id, occurred_at, is_ours, before,
        lead(occurred_at) OVER (PARTITION BY conversation_id ORDER BY occurred_at, is_ours) AS next_at
      FROM message WHERE before IS DISTINCT FROM is_ours
    ), wait AS (
      SELECT before, next_at, conversation_id, occurred_at, NOT is_ours AND CASE WHEN before IS NULL THEN 'inbound' IS DISTINCT FROM (
          SELECT e.direction FROM contact_interaction_events e
          WHERE e.conversation_id = turn.conversation_id AND e.event_type = 'message' AND e.occurred_at < ${begin}
          ORDER BY e.occurred_at DESC, e.direction DESC LIMIT 1) ELSE true END AS is_wait
      FROM turn OFFSET 0
    ), response AS (
      SELECT before, is_wait, CASE WHEN is_wait THEN extract(epoch FROM coalesce(next_at, (
          SELECT e.occurred_at FROM contact_interaction_events e
          WHERE e.conversation_id = wait.conversation_id AND e.event_type = 'message' AND e.direction = 'outbound'
            AND e.occurred_at >= ${end} ORDER BY e.occurred_at LIMIT 1)) - occurred_at)::float8 END AS seconds
      FROM wait OFFSET 0
    )
    SELECT count(*) FILTER (WHERE before IS NULL) AS conversations,
      count(seconds) AS answered, count(*) FILTER (WHERE is_wait AND seconds IS NULL) AS unanswered,
      percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) AS percentiles, avg(seconds) AS average,
      ARRAY[${RESPONSE_BOUNDS.map((bound, index) => tx`${index === 0 ? tx`` : tx`,`} count(*) FILTER (WHERE seconds <= ${bound}::int)::int`)}] AS within
    FROM response`;
  if (row === undefined) throw new Error('SELECT returned no row');
  return row;
}

function toResponseTimes({ answered, unanswered, percentiles, average, within }: ResponseRow): ResponseTimes {
  return {
    answered,
    unanswered,
    medianSeconds: rounded(percentiles?.[0]),
    p90Seconds: rounded(percentiles?.[1]),
    averageSeconds: rounded(average),
    within: RESPONSE_BOUNDS.map((seconds, index) => ({ seconds, answered: within[index] ?? 0 })),
  };
}

/** To one decimal; `null` of nothing. */
function rounded(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : Math.round(10 * seconds) / 10;
}
