import { expect } from 'vitest';
import { readPage } from '../../src/graph/conversations.ts';
import type { GraphConversation, GraphMessage, Rejected } from '../../src/graph/index.ts';

/** A token of the kind that Meta gives; every test that has one checks that it comes out nowhere. */
export const TOKEN = `EAAB${'x7Qk2'.repeat(20)}ZDZD`;

export const PAGE = '100200300400500';
export const INSTAGRAM = '17841400000000001';
export const OWN: ReadonlySet<string> = new Set([PAGE, INSTAGRAM]);

/** A time as Graph writes it. */
export function graphTime(minute: number): string {
  return `2026-01-31T12:${String(minute).padStart(2, '0')}:00+0000`;
}

/** The conversation that the product reads out of one item of a list. */
export function conversationOf(item: Record<string, unknown>): GraphConversation {
  const page = readPage({ data: [item] }, null);
  expect(page.rejected).toEqual([]);
  const [conversation] = page.conversations;
  if (conversation === undefined) throw new Error('The item was not read');
  return conversation;
}

/** The message that the product reads out of one item of a conversation. */
export function messageOf(item: Record<string, unknown>): GraphMessage {
  const [message] = conversationOf({
    id: 't_1',
    messages: { data: [{ created_time: graphTime(0), ...item }] },
  }).messages;
  if (message === undefined) throw new Error('The message was not read');
  return message;
}

/** What is set aside of one item of a list. */
export function rejectionsOf(item: unknown): Rejected[] {
  return readPage({ data: [item] }, null).rejected;
}
