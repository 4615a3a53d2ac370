import { expect } from 'vitest';
import type { TrueConversation } from '../../simulator/control/truth.ts';
import { PLATFORMS } from '../../src/contract/platform.ts';
import type { Stack, TestPage } from './stack.ts';
import { inboxOf, storedOf } from './truth.ts';

/**
 * The database agrees with an inbox that has changed: `expectInboxStored`, and of an Instagram conversation there may
 * be messages that were stored while they could be read.
 */
export async function expectNothingMissing(stack: Stack, page: TestPage): Promise<void> {
  const [inbox, stored] = [inboxOf(stack, page), await storedOf(stack, page)];
  const all = everyMessage(stack, page);
  expect(stored.length).toBe(inbox.length);
  for (const [index, row] of stored.entries()) {
    const wanted = inbox[index];
    const readable = new Set(wanted?.messages.map((message) => message.id));
    const older = row.messages.filter((message) => row.platform === 'instagram' && !readable.has(message.id));
    const there = row.messages.filter((message) => !older.includes(message));
    // in short first: which messages are missing says more than two long lists
    const missing = wanted?.messages.filter(({ id }) => !there.some((message) => message.id === id)) ?? [];
    expect(
      { conversation: row.id, missing: missing.length, of: wanted?.messages.length },
      `missing: ${missing.map(({ id, at }) => `${id} ${at}`).slice(0, 3)} …`,
    ).toEqual({ conversation: wanted?.id, missing: 0, of: wanted?.messages.length });
    expect({ ...row, messages: there }).toEqual(wanted);
    for (const { id, text } of older) expect(all.get(id)).toBe(text);
  }
}

/** The columns beside the messages agree too, and nothing is left to fetch. */
export async function expectConversationsCounted(stack: Stack, page: TestPage): Promise<void> {
  const rows = await stack.sql<{ id: string; count: number; last: Date; unfinished: boolean }[]>`
    SELECT graph_conversation_id AS id, message_count AS count, last_message_at AS last,
      NOT history_complete OR gap_to IS NOT NULL AS unfinished
    FROM messenger_conversations WHERE page_id = ${page.id}`;
  const stored = rows.map(({ last, ...row }) => ({ ...row, last: last.toISOString() }));
  const wanted = truthOf(stack, page).map(({ id, messages }) => ({
    id,
    count: messages.length,
    unfinished: false,
    last: new Date(messages[0]?.created_time ?? 0).toISOString(),
  }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(stored.sort(byId)).toEqual(wanted.sort(byId));
}

/**
 * The counters of every job add up, and those of all jobs tell what the database holds.
 *
 * @param deleted events that were deleted behind the product's back
 */
export async function expectCountersAddUp(stack: Stack, page: TestPage, deleted: number): Promise<void> {
  const jobs = await stack.sql<Record<'fetched' | 'sum' | 'failed', number>[]>`
    SELECT fetched, inserted + updated + unchanged + failed AS sum, failed FROM sync_jobs WHERE page_id = ${page.id}`;
  for (const job of jobs) expect(job).toEqual({ fetched: job.sum, sum: job.sum, failed: 0 });
  const [totals] = await stack.sql`
    SELECT (SELECT sum(inserted)::int FROM sync_jobs WHERE page_id = ${page.id}) AS conversations,
      (SELECT sum(events_created)::int FROM sync_jobs WHERE page_id = ${page.id}) AS events`;
  const [held] = await stack.sql`
    SELECT (SELECT count(*)::int FROM messenger_conversations WHERE page_id = ${page.id}) AS conversations,
      (SELECT count(*)::int + ${deleted}::int FROM contact_interaction_events WHERE page_id = ${page.id}) AS events`;
  expect(totals).toEqual(held);
}

/** Changes whenever a row of the page's data is written, even with the same values. */
export async function writesOf(stack: Stack, page: TestPage): Promise<unknown> {
  const [row] = await stack.sql`
    SELECT (SELECT md5(string_agg(xmin::text || id, ',' ORDER BY id)) FROM messenger_conversations WHERE page_id = ${page.id}) AS conversations,
      (SELECT md5(string_agg(xmin::text || id, ',' ORDER BY id)) FROM contact_interaction_events WHERE page_id = ${page.id}) AS events,
      (SELECT md5(string_agg(xmin::text || id, ',' ORDER BY id)) FROM contacts WHERE page_id = ${page.id}) AS contacts`;
  return row;
}

/** Each platform's conversations as they really are. */
export function truthOf(stack: Stack, page: TestPage): TrueConversation[] {
  return PLATFORMS.flatMap((platform) => {
    const path = `/inbox?page=${page.facebookPageId}&platform=${platform}&limit=1000000`;
    return stack.simulator.control('GET', path) as TrueConversation[];
  });
}

function everyMessage(stack: Stack, page: TestPage): Map<string, string | null> {
  return new Map(truthOf(stack, page).flatMap((c) => c.messages.map((m) => [m.id, m.text || null])));
}
