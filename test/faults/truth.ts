import type { TrueConversation } from '../../simulator/control/truth.ts';
import { PLATFORMS } from '../../src/contract/platform.ts';
import { NESTED_MESSAGES } from '../../src/contract/slice.ts';
import type { Graph, InboxPage } from './graph.ts';
import type { Rows } from './rows.ts';

/**
 * Whether the rows are what the inbox really holds: every conversation, and of each all messages that can be read if
 * it is stored as complete, else the newest ones.
 */
export function untruths(graph: Graph, page: InboxPage, rows: Rows): string[] {
  const wrong: string[] = [];
  const messages = new Map<string, Map<string, EventRow>>();
  for (const [key, row] of rows) {
    if (!key.startsWith('event ')) continue;
    const event: EventRow = JSON.parse(row);
    const there = messages.get(event.conversation) ?? new Map<string, EventRow>();
    messages.set(event.conversation, there.set(event.message_id, event));
  }
  let conversations = 0;
  for (const platform of PLATFORMS) {
    const path = `/inbox?page=${page.facebookPageId}&platform=${platform}&limit=1000000`;
    for (const truth of graph.control('GET', path) as TrueConversation[]) {
      conversations += 1;
      const row = rows.get(`conversation ${platform} ${truth.id}`);
      if (row === undefined) wrong.push(`conversation ${truth.id} is not stored`);
      else wrong.push(...untruthsOf(truth, JSON.parse(row), messages.get(truth.id) ?? new Map()));
    }
  }
  if (conversations !== page.conversations) wrong.push(`the inbox has ${conversations} conversations`);
  return wrong;
}

interface ConversationRow {
  updated_time: string;
  sender_id: string;
  sender_name: string | null;
  history_complete: boolean;
  version: number;
  contact: string;
}

interface EventRow {
  conversation: string;
  message_id: string;
  occurred_at: string;
  direction: string;
  text: string | null;
}

function untruthsOf(truth: TrueConversation, row: ConversationRow, events: Map<string, EventRow>): string[] {
  const readable = truth.messages.filter((message) => message.details);
  const newest = NESTED_MESSAGES[truth.platform === 'instagram' ? 'instagram' : 'messenger'];
  const expected = row.history_complete ? readable : readable.slice(0, newest);
  const pairs: [string, unknown, unknown][] = [
    ['updated_time', at(row.updated_time), at(truth.updated_time)],
    ['sender_id', row.sender_id, truth.customerId],
    ['contact', row.contact, truth.customerId],
    ['sender_name', row.sender_name, truth.customerName],
    ['version', row.version, 1],
    ['messages', events.size, expected.length],
    ...expected.flatMap((message): [string, unknown, unknown][] => {
      const event = events.get(message.id);
      return [
        [`time of ${message.id}`, event && at(event.occurred_at), at(message.created_time)],
        [`direction of ${message.id}`, event?.direction, message.fromPage ? 'outbound' : 'inbound'],
        [`text of ${message.id}`, event?.text, message.text || null],
      ];
    }),
  ];
  return pairs
    .filter(([, is, should]) => is !== should)
    .map(([what, is, should]) => `${truth.id}: ${what} is ${is} instead of ${should}`);
}

function at(time: string): number {
  return Date.parse(time);
}
