import type { WebhookItem } from '../../src/store/index.ts';
import { mapWebhookAttachments } from './map-webhook-attachments.ts';
import type { WebhookMessage } from './webhook-item.ts';

/** What an item's kind adds to what all items have. */
export type ItemContent = Pick<WebhookItem, 'type' | 'messageId' | 'text' | 'attachments'> & {
  metadata: Record<string, unknown>;
};

/** Captures of old webhooks have `mid.…` where Graph has `m_mid.…`; today both are the same. */
export function messageIdOf(mid: string | null | undefined): string | null {
  if (mid === null || mid === undefined) return null;
  return mid.startsWith('mid.') ? `m_${mid}` : mid;
}

/** A message, an echo of ours, or the news that a message was unsent. */
export function mapMessage(message: WebhookMessage): ItemContent {
  const messageId = messageIdOf(message.mid);
  if (message.is_deleted) {
    return { type: 'unsend', messageId, text: null, attachments: null, metadata: {} };
  }
  return {
    type: 'message',
    messageId,
    text: message.text || null,
    attachments: mapWebhookAttachments(message),
    metadata: present({
      is_echo: message.is_echo || null,
      app_id: message.app_id,
      // what the app that sent it wrote along
      developer_metadata: message.metadata,
      is_unsupported: message.is_unsupported || null,
      quick_reply: message.quick_reply,
      reply_to: replyOf(message),
      referral: message.referral,
      prior_message: message.prior_message,
      sticker_id: message.sticker_id,
    }),
  };
}

/** The message replied to, by the id that it is stored under; or the story. */
function replyOf({ reply_to }: WebhookMessage): Record<string, unknown> | null {
  if (!reply_to) return null;
  const { mid } = reply_to;
  return typeof mid === 'string' ? { ...reply_to, mid: messageIdOf(mid) } : reply_to;
}

/** Without the fields that say nothing. */
export function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}
