import { type Fields, fieldsOf, textOf } from '../../src/contract/json-fields.ts';
import { webAddress } from './text-parts.ts';

/** What is a file of its own. */
export interface MediaAttachment {
  kind: 'image' | 'video' | 'audio' | 'file' | 'sticker';
  url: string | null;
  previewUrl: string | null;
  name: string | null;
  /** In bytes. */
  size: number | null;
  /** When Meta's link stops working; `null`: it does not say. */
  expiresAt: string | null;
}

/** What points at something: a shared post, a template, a place, a mention in a story. */
export interface CardAttachment {
  kind: 'card';
  /** In words: `Shared post`. */
  what: string;
  url: string | null;
  title: string | null;
  lines: string[];
  expiresAt: string | null;
}

export type Attachment = MediaAttachment | CardAttachment;

const MEDIA: Record<string, MediaAttachment['kind']> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  file: 'file',
  sticker: 'sticker',
};

const NOUNS: Record<string, string> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  file: 'File',
  sticker: 'Sticker',
  share: 'Shared post',
  post: 'Shared post',
  ig_post: 'Shared post',
  reel: 'Reel',
  ig_reel: 'Reel',
  template: 'Template',
  fallback: 'Link',
  location: 'Location',
  story_mention: 'Story mention',
  ig_story: 'Story',
  unsupported_type: 'Attachment that Meta does not show',
};

/** More than a person would look at; the rest is counted by nobody. */
const MAX_LINES = 12;

/** What an attachment of a type is, in words: `Photo`. */
export function attachmentNoun(type: string): string {
  const noun = Object.hasOwn(NOUNS, type) ? NOUNS[type] : undefined;
  return noun ?? `Attachment (${type.replaceAll('_', ' ').slice(0, 40)})`;
}

/** The attachments of an event as they are stored. What is no attachment is left out, whatever it is. */
export function readAttachments(stored: unknown): Attachment[] {
  return Array.isArray(stored) ? stored.flatMap((item) => readAttachment(fieldsOf(item))) : [];
}

function readAttachment(item: Fields | null): Attachment[] {
  if (item === null) return [];
  const type = textOf(item.type) ?? 'unknown';
  const url = webAddress(item.url);
  const expiresAt = timeOf(item.expires_at);
  const name = textOf(item.name);
  const kind = Object.hasOwn(MEDIA, type) ? MEDIA[type] : undefined;
  if (kind !== undefined) {
    const size = typeof item.size === 'number' && item.size > 0 ? item.size : null;
    return [{ kind, url, previewUrl: webAddress(item.preview_url), name, size, expiresAt }];
  }
  const payload = fieldsOf(item.payload);
  const title = name ?? textOf(payload?.title) ?? textOf(payload?.text);
  return [
    { kind: 'card', what: attachmentNoun(type), url, title, lines: linesOf(payload, title), expiresAt },
  ];
}

/** What a template or a place says: the titles of its elements and buttons, its coordinates. */
function linesOf(payload: Fields | null, title: string | null): string[] {
  if (payload === null) return [];
  const elements = [payload, fieldsOf(payload.generic), fieldsOf(payload.product)]
    .flatMap((holder) => listOf(holder?.elements))
    .map(fieldsOf);
  const lines = [
    textOf(payload.text),
    ...elements.flatMap((element) => [
      textOf(element?.title),
      textOf(element?.subtitle),
      ...buttonsOf(element),
    ]),
    ...buttonsOf(payload),
    coordinatesOf(payload),
  ];
  return lines.filter((line) => line !== null && line !== title).slice(0, MAX_LINES) as string[];
}

function buttonsOf(holder: Fields | null): (string | null)[] {
  return listOf(holder?.buttons).map((button) => {
    const words = textOf(fieldsOf(button)?.title);
    return words === null ? null : `[ ${words} ]`;
  });
}

function coordinatesOf(payload: Fields): string | null {
  const place = fieldsOf(payload.coordinates);
  return typeof place?.lat === 'number' && typeof place.long === 'number'
    ? `${place.lat}, ${place.long}`
    : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A time that can be shown; `null` for anything else. */
export function timeOf(value: unknown): string | null {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
}
