import type { EventResource } from '../../src/contract/conversations.ts';
import { fieldsOf, textOf } from '../../src/contract/json-fields.ts';
import { type Attachment, readAttachments, timeOf } from './attachments.ts';
import { referralWords } from './event-lines.ts';
import { type Reaction, reactionsTo } from './reactions.ts';
import type { Receipt } from './receipts.ts';
import { webAddress } from './text-parts.ts';

/** The message that another one answers. */
export interface Quote {
  /** Of the message's item; `null`: it is not there (yet). */
  key: string | null;
  direction: 'inbound' | 'outbound' | null;
  words: string;
}

/** A message as it is shown. */
export interface MessageItem {
  kind: 'message';
  key: string;
  at: string;
  direction: 'inbound' | 'outbound';
  text: string | null;
  attachments: Attachment[];
  /** When it was taken back. */
  unsentAt: string | null;
  /** What it said before, oldest first. */
  earlierTexts: string[];
  editedAt: string | null;
  reactions: Reaction[];
  quote: Quote | null;
  story: { relation: 'reply' | 'mention'; url: string | null } | null;
  /** What else is known of it, a few words each. */
  notes: string[];
  receipt: Receipt | null;
  /** The last of several of one side that follow each other closely. */
  endsGroup: boolean;
}

/** What a message's item is made of besides its own event. */
export interface MessageContext {
  customerId: string | null;
  /** `metadata` of the reaction event, if there is one. */
  reaction: unknown;
  /** There is a postback with the message's id: a button was pressed. */
  isPostback: boolean;
  receipt: Receipt | null;
  find: (messageId: string) => EventResource | undefined;
}

/** How much of a message is quoted. */
const QUOTE_LENGTH = 160;

/** What is known of a message, out of what is stored, which may be anything. */
export function messageItem(event: EventResource, context: MessageContext): MessageItem {
  const { metadata } = event;
  const unsent = metadata.unsent_at !== undefined;
  return {
    kind: 'message',
    key: keyOf(event),
    at: event.occurredAt,
    direction: event.direction,
    text: unsent ? null : event.text,
    attachments: unsent ? [] : readAttachments(event.attachments),
    unsentAt: unsent ? (timeOf(metadata.unsent_at) ?? event.occurredAt) : null,
    earlierTexts: unsent ? [] : earlierTexts(metadata.texts),
    editedAt: timeOf(metadata.edited_at),
    reactions: reactionsTo(metadata, context.reaction, context.customerId),
    quote: quoteOf(metadata.reply_to, context.find),
    story: unsent ? null : storyOf(event),
    notes: notesOf(event, context.isPostback),
    receipt: context.receipt,
    endsGroup: true,
  };
}

export function keyOf(event: EventResource): string {
  return `e${event.id}`;
}

/** A text in a line, cut where it gets long. */
export function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  const characters = Array.from(line.slice(0, length * 2 + 2));
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : line;
}

/** All texts but the one that is shown: `{"0": what was sent, "1": the first edit, …}`. */
function earlierTexts(texts: unknown): string[] {
  return Object.entries(fieldsOf(texts) ?? {})
    .filter(([number, text]) => /^\d+$/.test(number) && typeof text === 'string')
    .sort(([a], [b]) => Number(a) - Number(b))
    .slice(0, -1)
    .map(([, text]) => text as string);
}

function quoteOf(replyTo: unknown, find: MessageContext['find']): Quote | null {
  const messageId = textOf(fieldsOf(replyTo)?.mid);
  if (messageId === null) return null;
  const answered = find(messageId);
  if (answered === undefined) return { key: null, direction: null, words: 'An earlier message' };
  return { key: keyOf(answered), direction: answered.direction, words: wordsOf(answered) };
}

function wordsOf(event: EventResource): string {
  if (event.metadata.unsent_at !== undefined) return 'Message unsent';
  if (event.text !== null && event.text !== '') return shortened(event.text, QUOTE_LENGTH);
  const [first] = readAttachments(event.attachments);
  if (first === undefined) return 'A message without text';
  return first.kind === 'card' ? (first.title ?? first.what) : MEDIA_WORDS[first.kind];
}

const MEDIA_WORDS = { image: 'Photo', video: 'Video', audio: 'Audio', file: 'File', sticker: 'Sticker' };

/** A story that the message answers (webhooks name it in `reply_to`, Graph in `story`) or mentions the page in. */
function storyOf({ metadata }: EventResource): MessageItem['story'] {
  const replied =
    fieldsOf(fieldsOf(metadata.reply_to)?.story) ?? fieldsOf(fieldsOf(metadata.story)?.reply_to);
  if (replied !== null) return { relation: 'reply', url: storyLink(replied) };
  const mention = fieldsOf(fieldsOf(metadata.story)?.mention);
  return mention === null ? null : { relation: 'mention', url: storyLink(mention) };
}

function storyLink(story: Record<string, unknown>): string | null {
  return webAddress(story.url) ?? webAddress(story.link);
}

function notesOf({ metadata }: EventResource, isPostback: boolean): string[] {
  const notes = [
    isPostback ? 'Pressed a button' : null,
    fieldsOf(metadata.quick_reply) === null ? null : 'Quick reply',
    referralWords(metadata.referral),
    metadata.standby === true ? 'Standby: another app had the conversation' : null,
    metadata.direction_assumed === true ? 'Meta does not say who wrote it' : null,
  ];
  return notes.filter((note) => note !== null);
}
