import { GraphError } from './errors.ts';
import { nextCursor } from './paging.ts';
import { withoutPagingLinks } from './redact.ts';
import { type GraphMessage, idOf, listSchema, messageSchema, reasonOf } from './schemas.ts';

/** An item that the schemas could not take. */
export interface Rejected {
  itemType: 'conversation' | 'message';
  graphId: string | null;
  /** The conversation that it is, or belongs to. */
  conversationId: string | null;
  detail: string;
  /** As Graph sent it, without links that embed the token. */
  payload: unknown;
}

/** Messages of one conversation, newest first. */
export interface MessagesPage {
  messages: GraphMessage[];
  rejected: Rejected[];
  /** Where older ones begin; `null` when there are none. */
  after: string | null;
}

/** Reads messages one by one: a bad one is set aside alone. */
export function readMessages(items: readonly unknown[], conversationId: string): Omit<MessagesPage, 'after'> {
  const messages: GraphMessage[] = [];
  const rejected: Rejected[] = [];
  for (const raw of items) {
    const parsed = messageSchema.safeParse(raw);
    if (parsed.success) messages.push(parsed.data);
    else rejected.push(reject('message', raw, conversationId, reasonOf(parsed.error)));
  }
  return { messages, rejected };
}

/**
 * Reads an answer of `GET /{conversation}/messages`.
 *
 * @param asked the cursor that was asked for
 * @throws GraphError `transient` without a list, `bad_request` when the paging leads nowhere
 */
export function readMessagesPage(body: unknown, conversationId: string, asked: string | null): MessagesPage {
  const list = listSchema.safeParse(body);
  if (!list.success)
    throw new GraphError('transient', { detail: 'Graph answered without a list of messages' });
  return { ...readMessages(list.data.data, conversationId), after: nextCursor(list.data.paging, asked) };
}

export function reject(
  itemType: Rejected['itemType'],
  raw: unknown,
  conversationId: string | null,
  detail: string,
): Rejected {
  return { itemType, graphId: idOf(raw), conversationId, detail, payload: withoutPagingLinks(raw) };
}
