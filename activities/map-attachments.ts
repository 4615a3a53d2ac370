import { type Fields, fieldsOf, textOf } from '../src/contract/json-fields.ts';
import type { GraphMessage } from '../src/graph/index.ts';

/** What is kept of an attachment: links and when they expire, never the media. */
export interface StoredAttachment {
  type: string;
  id: string | null;
  name: string | null;
  mime_type: string | null;
  size: number | null;
  url: string | null;
  preview_url: string | null;
  /** ISO time at which Meta's signed link stops working, where the link says so. */
  expires_at: string | null;
}

/** Attachments, shares and sticker of a message. An item that is no object is left out. */
export function mapAttachments(message: GraphMessage): StoredAttachment[] {
  const attachments = objects(message.attachments?.data).map((item) => {
    const image = fieldsOf(item.image_data);
    const video = fieldsOf(item.video_data);
    const url = textOf(image?.url) ?? textOf(video?.url) ?? textOf(item.file_url);
    const mime = textOf(item.mime_type);
    return stored(item, {
      type: kindOf(item, mime, image !== null, video !== null),
      mime_type: mime,
      size: typeof item.size === 'number' && item.size > 0 ? item.size : null,
      url,
      preview_url: textOf(image?.preview_url) ?? textOf(video?.preview_url),
    });
  });
  const shares = objects(message.shares?.data).map((item) =>
    stored(item, { type: 'share', url: textOf(item.link) }),
  );
  const sticker = message.sticker ? [stored({}, { type: 'sticker', url: message.sticker })] : [];
  return [...attachments, ...shares, ...sticker];
}

function stored(item: Fields, known: Partial<StoredAttachment> & { type: string }): StoredAttachment {
  return {
    id: textOf(item.id),
    name: textOf(item.name),
    mime_type: null,
    size: null,
    url: null,
    preview_url: null,
    expires_at: linkExpiry(known.url ?? null),
    ...known,
  };
}

function kindOf(item: Fields, mime: string | null, image: boolean, video: boolean): string {
  if (item.generic_template) return 'template';
  // a video carries image_data too, for its size
  const family = mime?.split('/')[0];
  if (family === 'image' || family === 'video' || family === 'audio') return family;
  return video ? 'video' : image ? 'image' : 'file';
}

/** When a link stops working: Meta's media links carry their expiry as `oe`, hexadecimal seconds since 1970. */
export function linkExpiry(url: string | null): string | null {
  const hex = url === null ? null : /[?&]oe=([0-9a-f]{8})\b/i.exec(url)?.[1];
  return hex ? new Date(Number.parseInt(hex, 16) * 1000).toISOString() : null;
}

function objects(values: unknown[] | undefined): Fields[] {
  return (values ?? []).map(fieldsOf).filter((item) => item !== null);
}
