import { type Fields, fieldsOf, textOf } from '../../src/contract/json-fields.ts';
import { linkExpiry, type StoredAttachment } from '../map-attachments.ts';
import type { WebhookMessage } from './webhook-item.ts';

/** As `StoredAttachment`, and what a template, a place or a shared thing says besides its link. */
export type WebhookAttachment = StoredAttachment & { payload?: unknown };

/** Kinds that are nothing but their link. */
const MEDIA = new Set(['image', 'video', 'audio', 'file', 'story_mention', 'sticker']);

/** A payload longer than this, as JSON, is left out: the delivery has it. */
const MAX_PAYLOAD = 20_000;

/** Attachments of a webhook's message: links and when they expire, never the media. What is no object is left out. */
export function mapWebhookAttachments(message: WebhookMessage): WebhookAttachment[] | null {
  const attachments = (message.attachments ?? []).map(fieldsOf).filter((item) => item !== null);
  const mapped = attachments.map((item) => mapAttachment(item, message));
  // since August 2026 a sticker stands in a field of its own, and in no image
  const sticker = textOf(message.sticker) ?? textOf(fieldsOf(message.sticker)?.url);
  if (sticker !== null && !mapped.some(({ type }) => type === 'sticker')) {
    mapped.push(attachment('sticker', sticker, null, null));
  }
  return mapped.length > 0 ? mapped : null;
}

function mapAttachment(item: Fields, message: WebhookMessage): WebhookAttachment {
  const payload = fieldsOf(item.payload);
  const url =
    textOf(payload?.url) ??
    textOf(payload?.story_media_url) ??
    textOf(item.story_media_url) ??
    textOf(item.url);
  const isSticker = payload?.sticker_id !== undefined || (message.sticker_id ?? null) !== null;
  const type = isSticker ? 'sticker' : (textOf(item.type)?.slice(0, 80) ?? 'unknown');
  const name = textOf(item.title) ?? textOf(payload?.title);
  return attachment(type, url, name, MEDIA.has(type) ? null : (item.payload ?? null));
}

function attachment(
  type: string,
  url: string | null,
  name: string | null,
  payload: unknown,
): WebhookAttachment {
  const kept = payload !== null && JSON.stringify(payload).length <= MAX_PAYLOAD;
  return {
    type,
    id: null,
    name,
    mime_type: null,
    size: null,
    url,
    preview_url: null,
    expires_at: linkExpiry(url),
    ...(kept ? { payload } : {}),
  };
}
