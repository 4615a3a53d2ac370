import { z } from 'zod';
import { PLATFORMS } from './platform.ts';
import { count, time } from './progress-schemas.ts';

// Conversations and what has happened in them, as the API shows them.

const direction = z.enum(['inbound', 'outbound']);

const lastMessage = z
  .object({
    text: z.string().nullable(),
    direction: direction.describe('`inbound`: the customer’s; `outbound`: the page’s.'),
    occurredAt: time,
    attachments: z.array(z.string()).describe('The types of its attachments, such as `image`.'),
    unsent: z.boolean().describe('It was taken back: its text and attachments are gone.'),
  })
  .meta({ id: 'LastMessage' });
/** The newest message of a conversation. */
export type LastMessage = z.infer<typeof lastMessage>;

export const conversationResource = z
  .object({
    id: z.uuid(),
    pageId: z.uuid(),
    platform: z.enum(PLATFORMS),
    graphConversationId: z
      .string()
      .nullable()
      .describe('null while only webhooks know the conversation: they name its person, not the thread.'),
    contactId: z.uuid().nullable(),
    senderId: z.string().nullable(),
    senderName: z.string().nullable(),
    lastMessageAt: time.nullable(),
    lastMessage: lastMessage.nullable().describe('The newest message that is stored; null without any.'),
    updatedTime: time.nullable(),
    messageCount: count.nullable(),
    unreadCount: count,
    historyComplete: z.boolean().describe('Whether all messages that Graph shows are stored.'),
    tags: z.array(z.string()),
    version: z.int().describe('Grows by one on every real change.'),
  })
  .meta({ id: 'Conversation' });
/** A conversation. */
export type ConversationResource = z.infer<typeof conversationResource>;

const conversationMatch = z
  .object({ eventId: z.int(), text: z.string(), occurredAt: time })
  .meta({ id: 'ConversationMatch' });
/** The message by which a conversation was found. */
export type ConversationMatch = z.infer<typeof conversationMatch>;

export const listedConversationResource = conversationResource
  .extend({
    match: conversationMatch
      .nullable()
      .describe('The newest message in which `q` is; null when the name has it, or without `q`.'),
  })
  .meta({ id: 'ListedConversation' });
/** A conversation in a list. */
export type ListedConversationResource = z.infer<typeof listedConversationResource>;

export const eventResource = z
  .object({
    id: z.int(),
    conversationId: z.uuid(),
    eventType: z.string(),
    direction,
    messageId: z.string().nullable(),
    occurredAt: time,
    text: z.string().nullable(),
    attachments: z.unknown(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
/** One event of a conversation. */
export type EventResource = z.infer<typeof eventResource>;

export const tagResource = z
  .object({ tag: z.string(), conversations: count.describe('Conversations that have it.') })
  .meta({ id: 'Tag' });
/** A tag that is in use. */
export type TagResource = z.infer<typeof tagResource>;

export const tagsResource = z
  .object({ data: z.array(tagResource).describe('Most used first; those alike by name.') })
  .meta({ id: 'Tags' });
/** `GET /api/tags` */
export type TagsResource = z.infer<typeof tagsResource>;
