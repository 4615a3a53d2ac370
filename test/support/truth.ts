import { expect } from 'vitest';
import type { TrueConversation } from '../../simulator/control/truth.ts';
import { PLATFORMS } from '../../src/contract/platform.ts';
import { READABLE_MESSAGES } from '../../src/graph/index.ts';
import type { Stack, TestPage } from './stack.ts';

/** The rows of a page, without what differs between two runs (our ids, versions, times of ours). */
export interface StoredRow {
  platform: string;
  id: string;
  updated_time: string;
  sender_id: string | null;
  sender_name: string | null;
  messages: { id: string; at: string; outbound: boolean; text: string | null }[];
}

/** What the simulator's inbox of the page really holds, as it should be stored: all messages that can be read. */
export function inboxOf(stack: Stack, page: TestPage): StoredRow[] {
  return PLATFORMS.flatMap((platform) => {
    if (platform === 'instagram' && page.instagramAccountId === null) return [];
    const path = `/inbox?page=${page.facebookPageId}&platform=${platform}&limit=1000000`;
    return (stack.simulator.control('GET', path) as TrueConversation[]).map((c) => ({
      platform,
      id: c.id,
      updated_time: iso(c.updated_time),
      sender_id: c.customerId,
      sender_name: c.customerName,
      messages: c.messages
        .slice(0, READABLE_MESSAGES[platform])
        .map((m) => ({ id: m.id, at: iso(m.created_time), outbound: m.fromPage, text: m.text || null }))
        .sort(byId),
    }));
  }).sort(byId);
}

/** What PostgreSQL holds of the page. */
export async function storedOf(stack: Stack, page: TestPage): Promise<StoredRow[]> {
  const rows = await stack.sql<
    {
      platform: string;
      id: string;
      updated_time: Date;
      sender_id: string | null;
      sender_name: string | null;
      messages: StoredRow['messages'] | null;
    }[]
  >`
    SELECT c.platform, c.graph_conversation_id AS id, c.updated_time, c.sender_id, c.sender_name,
      json_agg(json_build_object('id', e.message_id, 'at', to_char(e.occurred_at AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'outbound', e.direction = 'outbound', 'text', e.text))
        FILTER (WHERE e.id IS NOT NULL) AS messages
    FROM messenger_conversations c LEFT JOIN contact_interaction_events e ON e.conversation_id = c.id
    WHERE c.page_id = ${page.id} GROUP BY c.id`;
  return rows
    .map((row) => ({
      ...row,
      updated_time: row.updated_time.toISOString(),
      messages: (row.messages ?? []).sort(byId),
    }))
    .sort(byId);
}

/** The database agrees with the inbox, conversation by conversation and message by message. */
export async function expectInboxStored(stack: Stack, page: TestPage): Promise<void> {
  const [inbox, stored] = [inboxOf(stack, page), await storedOf(stack, page)];
  expect(stored.length).toBe(inbox.length);
  // one by one: a failure shows one conversation, not thousands
  for (const [index, row] of stored.entries()) expect(row).toEqual(inbox[index]);
}

function iso(graphTime: string): string {
  return new Date(graphTime).toISOString();
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
