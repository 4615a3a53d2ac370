import type { GraphConversation, GraphMessage, GraphPerson } from '../src/graph/index.ts';
import type { ConversationInput, EventInput } from '../src/store/index.ts';
import { mapAttachments } from './map-attachments.ts';

/** Ids by which the page itself appears among the people of a conversation. */
export type OwnIds = ReadonlySet<string>;

/**
 * Turns a Graph conversation into what is stored (requirement C6 names the odd cases):
 *
 * - The person is the first participant who is not the page, else the first sender or author who is not. A
 *   participant without an id gives a name and no contact; nobody but the page gives neither.
 * - A message of which Graph gives id and time alone is left out.
 * - An absent `unread_count` is 0: Graph leaves it out then.
 * - `last_message_at` is the time of the newest message, else `updated_time`.
 *
 * @param source `metadata.source` of the events
 */
export function mapConversation(
  conversation: GraphConversation,
  own: OwnIds,
  source: string,
): ConversationInput {
  const person = personOf(conversation, own);
  const events = mapMessages(conversation.messages, own, source);
  const newest = events.reduce<string | null>(
    (latest, event) => (latest === null || event.occurredAt > latest ? event.occurredAt : latest),
    null,
  );
  return {
    graphId: conversation.id,
    senderId: person?.id ?? null,
    senderName: person?.name || person?.username || null,
    username: person?.username ?? null,
    updatedTime: conversation.updatedTime,
    lastMessageAt: newest ?? conversation.updatedTime,
    messageCount: conversation.messageCount,
    unreadCount: conversation.unreadCount ?? 0,
    historyCursor: conversation.messagesAfter,
    historyComplete: conversation.messagesComplete,
    unavailable: conversation.unavailable,
    events,
    payload: conversation.payload,
  };
}

/** Messages as events, each once; those of which Graph shows nothing are left out. */
export function mapMessages(messages: readonly GraphMessage[], own: OwnIds, source: string): EventInput[] {
  const events = messages.filter(isReadable).map((message) => mapMessage(message, own, source));
  const first = new Map(events.map((event, index) => [event.messageId, index] as const).reverse());
  return events.filter((event, index) => event.messageId === null || first.get(event.messageId) === index);
}

/** Of old Instagram messages Graph gives id and time alone: there is nothing to store, not even a direction. */
export function isReadable(message: GraphMessage): boolean {
  return (
    !!message.from ||
    typeof message.message === 'string' ||
    !!message.sticker ||
    !!message.story ||
    message.is_unsupported === true ||
    [message.attachments, message.shares].some((edge) => (edge?.data.length ?? 0) > 0)
  );
}

function isOwn(person: GraphPerson, own: OwnIds): boolean {
  return (
    (typeof person.id === 'string' && own.has(person.id)) || (!!person.user_id && own.has(person.user_id))
  );
}

function personOf(conversation: GraphConversation, own: OwnIds): GraphPerson | null {
  const others = (conversation.participants ?? []).filter((person) => !isOwn(person, own));
  const candidates = [
    ...others,
    ...conversation.senders,
    ...conversation.messages.flatMap((message) => [message.from ?? null, ...(message.to?.data ?? [])]),
  ].filter((person): person is GraphPerson => person !== null && !isOwn(person, own));
  // somebody with an id, preferably among the participants; else a name alone
  return candidates.find((person) => !!person.id) ?? others[0] ?? null;
}

function mapMessage(message: GraphMessage, own: OwnIds, source: string): EventInput {
  const attachments = mapAttachments(message);
  const { from } = message;
  const toOwn = message.to?.data.some((person) => isOwn(person, own));
  const outbound = from ? isOwn(from, own) : toOwn === false && (message.to?.data.length ?? 0) > 0;
  return {
    type: 'message',
    direction: outbound ? 'outbound' : 'inbound',
    messageId: message.id ?? null,
    occurredAt: message.created_time,
    text: message.message === undefined || message.message === '' ? null : message.message,
    attachments: attachments.length > 0 ? attachments : null,
    metadata: {
      source,
      ...(from?.id ? { from_id: from.id } : {}),
      ...(from ? {} : { direction_assumed: true }),
      ...(message.reactions === undefined ? {} : { reactions: message.reactions }),
      ...(message.story ? { story: message.story } : {}),
      ...(message.is_unsupported ? { is_unsupported: true } : {}),
    },
  };
}
