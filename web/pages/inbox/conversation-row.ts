import type {
  ConversationResource,
  LastMessage,
  ListedConversationResource,
} from '../../../src/contract/conversations.ts';
import type { Platform } from '../../../src/contract/platform.ts';
import { attachmentNoun } from '../../thread/attachments.ts';
import { shortened } from '../../thread/message-item.ts';

/** What the list keeps of a conversation: a hundred thousand of them may be there. */
export interface ConversationRow {
  id: string;
  pageId: string;
  platform: Platform;
  name: string;
  /** Of the last activity. */
  at: string | null;
  snippet: string;
  unread: number;
  tags: readonly string[];
  /** The text in which the search has found it. */
  match: { text: string; at: string } | null;
  version: number;
}

const SNIPPET_LENGTH = 140;
/** Enough to show what stands around a match. */
const MATCH_LENGTH = 20_000;
const NO_TAGS: readonly string[] = [];

export function toRow(conversation: ListedConversationResource): ConversationRow {
  const { id, pageId, platform, lastMessageAt, updatedTime, unreadCount, tags, match, version } =
    conversation;
  return {
    id,
    pageId,
    platform,
    name: nameOf(conversation),
    at: lastMessageAt ?? updatedTime,
    snippet: snippetOf(conversation.lastMessage),
    unread: unreadCount,
    tags: tags.length === 0 ? NO_TAGS : tags,
    match: match && { text: match.text.slice(0, MATCH_LENGTH), at: match.occurredAt },
    version,
  };
}

/** Who it is with; of somebody without a name what is known. */
export function nameOf({ senderName, senderId, platform }: ConversationResource): string {
  if (senderName !== null && senderName.trim() !== '') return senderName;
  const who = platform === 'instagram' ? 'Instagram user' : 'Messenger user';
  return senderId === null ? `${who} without a name` : `${who} …${senderId.slice(-4)}`;
}

/** The last message in a line. */
export function snippetOf(message: LastMessage | null): string {
  if (message === null) return 'No messages stored yet';
  const says = wordsOf(message);
  return message.direction === 'outbound' && !message.unsent ? `You: ${says}` : says;
}

function wordsOf({ unsent, text, attachments }: LastMessage): string {
  if (unsent) return 'Message unsent';
  const line = shortened(text ?? '', SNIPPET_LENGTH);
  if (line !== '') return line;
  const [first] = attachments;
  if (first === undefined) return 'A message without text';
  const same = attachments.every((type) => type === first);
  return attachments.length > 1 && same && first === 'image'
    ? `${attachments.length} photos`
    : [...new Set(attachments.map(attachmentNoun))].join(', ');
}

/** One or two letters for a name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /\p{L}|\p{N}|\p{Extended_Pictographic}/u.test(word));
  const first = words[0] ?? name.trim();
  const last = words.length > 1 ? words.at(-1) : undefined;
  return (
    [first, last]
      .map((word) => firstCharacter(word ?? ''))
      .join('')
      .toUpperCase() || '?'
  );
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function firstCharacter(word: string): string {
  // a character of many code points would be cut by anything shorter
  for (const { segment } of characters.segment(word.slice(0, 40))) return segment;
  return '';
}
