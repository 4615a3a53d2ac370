import { type ItemContent, mapMessage, messageIdOf, present } from './map-message.ts';
import {
  anyFields,
  deliverySchema,
  editSchema,
  type ItemKind,
  messageSchema,
  postbackSchema,
  reactionSchema,
  readSchema,
} from './webhook-item.ts';
import { readWebhookTime } from './webhook-time.ts';

/** What is known of an item besides what its kind says. */
export interface ItemContext {
  /** Id of whoever sent it. */
  senderId: string | null;
  /** ISO time of the item. */
  at: string | null;
}

/** What an item's kind says, and its time where only that has one. */
export type MappedKind = ItemContent & { at?: string | null };

const EMPTY = { messageId: null, text: null, attachments: null };

/** Every kind of item, and how it is stored (Graph document, Messenger Platform and Instagram: "Webhook Events"). */
export const MAP_KIND: Record<ItemKind, (value: unknown, context: ItemContext) => MappedKind> = {
  message: (value) => mapMessage(messageSchema.parse(value)),
  message_edit: (value) => {
    const { mid, text, num_edit } = editSchema.parse(value);
    return { ...EMPTY, type: 'edit', messageId: messageIdOf(mid), metadata: { texts: { [num_edit]: text } } };
  },
  reaction: (value, { senderId, at }) => {
    const { mid, action, reaction, emoji } = reactionSchema.parse(value);
    const by = { [senderId ?? '']: present({ action, reaction, emoji, at }) };
    return { ...EMPTY, type: 'reaction', messageId: messageIdOf(mid), metadata: { by } };
  },
  read: (value) => {
    const { mid, watermark } = readSchema.parse(value);
    const up = readWebhookTime(watermark);
    return {
      ...EMPTY,
      type: 'read',
      messageId: messageIdOf(mid),
      at: up,
      metadata: present({ watermark: up }),
    };
  },
  delivery: (value) => {
    const { mids, watermark } = deliverySchema.parse(value);
    const up = readWebhookTime(watermark);
    const ids = [...new Set((mids ?? []).map(messageIdOf))].sort();
    // several of one moment are one: their time is the watermark, whenever they were sent
    return { ...EMPTY, type: 'delivery', at: up, metadata: present({ watermark: up, mids: ids }) };
  },
  postback: (value) => {
    const { mid, title, payload, referral } = postbackSchema.parse(value);
    return {
      type: 'postback',
      messageId: messageIdOf(mid),
      text: title || null,
      attachments: null,
      metadata: present({ payload, referral }),
    };
  },
  optin: asItCame('optin'),
  referral: asItCame('referral'),
  account_linking: asItCame('account_linking'),
  pass_thread_control: handover('pass_thread_control'),
  take_thread_control: handover('take_thread_control'),
  request_thread_control: handover('request_thread_control'),
  app_roles: asItCame('app_roles'),
  message_request: (value) => ({ ...EMPTY, type: 'message_request', metadata: { message_request: value } }),
};

function asItCame(type: 'optin' | 'referral' | 'account_linking' | 'app_roles') {
  return (value: unknown) => ({ ...EMPTY, type, metadata: { [type]: anyFields.parse(value) } });
}

/** The handover protocol: which app talks to the person. */
function handover(kind: ItemKind) {
  return (value: unknown) => ({
    ...EMPTY,
    type: 'handover',
    metadata: { kind, ...anyFields.parse(value) },
  });
}
