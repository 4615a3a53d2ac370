import type { BudgetMeter } from '../contract/budget.ts';
import type { Platform } from '../contract/platform.ts';
import { GraphError } from './errors.ts';
import { nextCursor } from './paging.ts';
import { withoutPagingLinks } from './redact.ts';
import { type GraphEndpoint, graphGet } from './request.ts';
import {
  conversationSchema,
  type GraphMessage,
  type GraphPerson,
  idOf,
  listSchema,
  messageSchema,
  reasonOf,
} from './schemas.ts';
import { createTurns } from './turns.ts';

/**
 * The most messages that are asked for inside a page of conversations; older ones are paged by themselves. Of an
 * Instagram conversation only the 20 newest can be read at all.
 */
export const NESTED_MESSAGES: Record<Platform, number> = { messenger: 25, instagram: 20 };

/** Always named: Graph's default fields differ between platforms and versions. */
const MESSAGE_FIELDS =
  'id,created_time,from,to,message,sticker,tags,attachments{id,mime_type,name,size,image_data,video_data,file_url,generic_template},shares{id,name,description,link,template},reactions,story,is_unsupported';
const CONVERSATION_FIELDS = 'id,updated_time,message_count,unread_count,participants,senders';

/** One page of conversations to ask for. */
export interface ConversationsQuery {
  pageId: string;
  /** The page for Messenger, the Instagram account for Instagram: whose budget the call is. */
  asset: string;
  token: string;
  platform: Platform;
  after: string | null;
  limit: number;
  /** Newest messages of each conversation; 0 asks for none. */
  messages: number;
}

/** A conversation with the messages that came with it, newest first. */
export interface GraphConversation {
  id: string;
  updatedTime: string | null;
  messageCount: number | null;
  unreadCount: number | null;
  participants: GraphPerson[] | null;
  senders: GraphPerson[];
  messages: GraphMessage[];
  /** Where older messages begin; `null` when these are all. */
  messagesAfter: string | null;
  /** Whether `messages` are all there are. */
  messagesComplete: boolean;
  /** The conversation as Graph sent it, without links that embed the token. */
  payload(): unknown;
}

/** An item that the schemas could not take. */
export interface Rejected {
  itemType: 'conversation' | 'message';
  graphId: string | null;
  detail: string;
  /** As Graph sent it, without links that embed the token. */
  payload: unknown;
}

export interface ConversationsPage {
  conversations: GraphConversation[];
  rejected: Rejected[];
  after: string | null;
}

/** The Graph API as the product uses it. Every call waits for its turn in the asset's budget. */
export type GraphClient = ReturnType<typeof createGraphClient>;

/** @param longestWaitMs turns further away than this are not waited for: the call throws `throttle` instead */
export function createGraphClient(endpoint: GraphEndpoint, budget: BudgetMeter, longestWaitMs: number) {
  const inTurn = createTurns(budget, longestWaitMs);
  return {
    /**
     * `GET /{page}/conversations`, newest first.
     *
     * @param onCall called when a call really goes out
     * @throws GraphError
     */
    async listConversations(
      query: ConversationsQuery,
      signal: AbortSignal,
      onCall: () => void,
    ): Promise<ConversationsPage> {
      const nested = query.messages > 0 ? `,messages.limit(${query.messages}){${MESSAGE_FIELDS}}` : '';
      const path = `${encodeURIComponent(query.pageId)}/conversations`;
      const params = {
        platform: query.platform,
        fields: CONVERSATION_FIELDS + nested,
        limit: String(query.limit),
        ...(query.after === null ? {} : { after: query.after }),
      };
      const { body } = await inTurn(query.asset, signal, () => {
        onCall();
        return graphGet(endpoint, query.token, path, params, signal);
      });
      return readPage(body, query.after, query.messages > 0);
    },
  };
}

/**
 * Reads an answer item by item: a bad conversation, or a bad message in a good one, is set aside alone.
 *
 * @param asked the cursor that was asked for
 * @param withMessages whether messages were asked for; without, nothing is known of them
 */
export function readPage(body: unknown, asked: string | null, withMessages = true): ConversationsPage {
  const list = listSchema.safeParse(body);
  if (!list.success) throw new GraphError('transient', { detail: 'Graph answered without a list of data' });
  const page: ConversationsPage = {
    conversations: [],
    rejected: [],
    after: nextCursor(list.data.paging, asked),
  };
  for (const raw of list.data.data) {
    const parsed = conversationSchema.safeParse(raw);
    if (parsed.success) {
      page.conversations.push(readConversation(parsed.data, raw, page.rejected, withMessages));
    } else {
      page.rejected.push(reject('conversation', raw, reasonOf(parsed.error)));
    }
  }
  return page;
}

function readConversation(
  item: ReturnType<typeof conversationSchema.parse>,
  raw: unknown,
  rejected: Rejected[],
  withMessages: boolean,
): GraphConversation {
  const messages: GraphMessage[] = [];
  for (const rawMessage of item.messages?.data ?? []) {
    const parsed = messageSchema.safeParse(rawMessage);
    if (parsed.success) messages.push(parsed.data);
    else rejected.push(reject('message', rawMessage, reasonOf(parsed.error)));
  }
  const older = olderMessages(item.messages?.paging);
  const missing = (item.messages?.data.length ?? 0) === 0 && (item.message_count ?? 0) > 0;
  return {
    id: item.id,
    updatedTime: item.updated_time ?? null,
    messageCount: item.message_count ?? null,
    unreadCount: item.unread_count ?? null,
    participants: item.participants?.data ?? null,
    senders: item.senders?.data ?? [],
    messages,
    messagesAfter: older.after,
    messagesComplete: withMessages && older.complete && !missing,
    payload: () => withoutPagingLinks(raw),
  };
}

function reject(itemType: Rejected['itemType'], raw: unknown, detail: string): Rejected {
  return { itemType, graphId: idOf(raw), detail, payload: withoutPagingLinks(raw) };
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
