import type { Platform } from '../contract/platform.ts';
import { GraphError } from './errors.ts';
import { READABLE_MESSAGES } from './fields.ts';
import { type Rejected, readMessages, reject } from './messages.ts';
import { nextCursor } from './paging.ts';
import { withoutPagingLinks } from './redact.ts';
import {
  conversationSchema,
  type GraphMessage,
  type GraphPerson,
  idOf,
  listSchema,
  reasonOf,
} from './schemas.ts';

/** A conversation with the messages that came with it, newest first. */
export interface GraphConversation {
  id: string;
  updatedTime: string | null;
  messageCount: number | null;
  unreadCount: number | null;
  participants: GraphPerson[] | null;
  senders: GraphPerson[];
  messages: GraphMessage[];
  /** Where older messages begin that can be read; `null` when there are none. */
  messagesAfter: string | null;
  /** Whether `messages` are all that can be read. */
  messagesComplete: boolean;
  /** Older messages that Graph counts and does not show. */
  unavailable: number;
  /** The conversation as Graph sent it, without links that embed the token. */
  payload(): unknown;
}

export interface ConversationsPage {
  conversations: GraphConversation[];
  rejected: Rejected[];
  after: string | null;
}

/** What was asked for of each conversation's messages; 0 asks for none, and nothing is known of them. */
export interface Nested {
  platform: Platform;
  messages: number;
}

/**
 * Reads an answer item by item: a bad conversation, or a bad message in a good one, is set aside alone.
 *
 * @param asked the cursor that was asked for
 */
export function readPage(
  body: unknown,
  asked: string | null,
  nested: Nested = { platform: 'messenger', messages: 25 },
): ConversationsPage {
  const list = listSchema.safeParse(body);
  if (!list.success) throw new GraphError('transient', { detail: 'Graph answered without a list of data' });
  return lazily(nextCursor(list.data.paging, asked), () => readConversations(list.data.data, nested));
}

/** The cursor at once, so that the next page can be asked for; the items when somebody looks at them. */
function lazily(after: string | null, readItems: () => Omit<ConversationsPage, 'after'>): ConversationsPage {
  let items: Omit<ConversationsPage, 'after'> | null = null;
  const read = () => {
    items ??= readItems();
    return items;
  };
  return {
    after,
    get conversations() {
      return read().conversations;
    },
    get rejected() {
      return read().rejected;
    },
  };
}

/** Conversations one by one, each by itself good or set aside. */
export function readConversations(
  items: readonly unknown[],
  nested: Nested,
): Omit<ConversationsPage, 'after'> {
  const conversations: GraphConversation[] = [];
  const rejected: Rejected[] = [];
  for (const raw of items) {
    const parsed = conversationSchema.safeParse(raw);
    if (parsed.success) conversations.push(readConversation(parsed.data, raw, rejected, nested));
    else rejected.push(reject('conversation', raw, idOf(raw), reasonOf(parsed.error)));
  }
  return { conversations, rejected };
}

function readConversation(
  item: ReturnType<typeof conversationSchema.parse>,
  raw: unknown,
  rejected: Rejected[],
  nested: Nested,
): GraphConversation {
  const got = readMessages(item.messages?.data ?? [], item.id);
  rejected.push(...got.rejected);
  const older = olderMessages(item.messages?.paging);
  const count = item.message_count ?? null;
  const read = got.messages.length + got.rejected.length;
  const missing = read === 0 && (count ?? 0) > 0;
  const beyondReach = !older.complete && read >= READABLE_MESSAGES[nested.platform];
  return {
    id: item.id,
    updatedTime: item.updated_time ?? null,
    messageCount: count,
    unreadCount: item.unread_count ?? null,
    participants: item.participants?.data ?? null,
    senders: item.senders?.data ?? [],
    messages: got.messages,
    messagesAfter: beyondReach ? null : older.after,
    messagesComplete: nested.messages > 0 && (beyondReach || older.complete) && !missing,
    unavailable: beyondReach ? Math.max(1, (count ?? 0) - read) : 0,
    payload: () => withoutPagingLinks(raw),
  };
}

/** A nested page without `next` is complete; one whose cursor cannot be read is not, and spoils nothing else. */
function olderMessages(paging: unknown): { after: string | null; complete: boolean } {
  try {
    const after = nextCursor(paging, null);
    return { after, complete: after === null };
  } catch {
    return { after: null, complete: false };
  }
}
