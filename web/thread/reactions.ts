import type { EventResource } from '../../src/contract/conversations.ts';
import { fieldsOf, textOf } from '../../src/contract/json-fields.ts';

/** One emoji on a message, and whose it is. */
export interface Reaction {
  emoji: string;
  by: ('customer' | 'page')[];
}

/** Meta's names of reactions that come without their emoji. */
const EMOJI: Record<string, string> = {
  love: '❤️',
  like: '👍',
  yes: '👍',
  dislike: '👎',
  no: '👎',
  smile: '😆',
  haha: '😆',
  wow: '😮',
  sad: '😢',
  angry: '😠',
  care: '🥰',
};

/**
 * The reactions to a message: what Graph showed when it was read, and what webhooks have told since, the newest of each
 * person. One that was removed is gone.
 *
 * @param onMessage `metadata` of the message
 * @param told `metadata` of its reaction event
 */
export function reactionsTo(onMessage: unknown, told: unknown, customerId: string | null): Reaction[] {
  const byPerson = new Map<string, string | null>();
  for (const item of graphReactions(onMessage)) {
    const emoji = emojiOf(item);
    for (const user of usersOf(item)) byPerson.set(user, emoji);
  }
  for (const [person, value] of Object.entries(fieldsOf(fieldsOf(told)?.by) ?? {})) {
    const fields = fieldsOf(value);
    byPerson.set(person, fields?.action === 'unreact' ? null : emojiOf(fields));
  }
  const reactions = new Map<string, Reaction>();
  for (const [person, emoji] of byPerson) {
    if (emoji === null) continue;
    const reaction = reactions.get(emoji) ?? { emoji, by: [] };
    reaction.by.push(person === customerId ? 'customer' : 'page');
    reactions.set(emoji, reaction);
  }
  return [...reactions.values()];
}

/** Who has done what to a message that is not stored: `null` when nothing of it is left. */
export function reactionToNothing(event: EventResource, customerId: string | null): Reaction | null {
  return reactionsTo(null, event.metadata, customerId)[0] ?? null;
}

function graphReactions(metadata: unknown): unknown[] {
  const reactions = fieldsOf(metadata)?.reactions;
  const list = Array.isArray(reactions) ? reactions : fieldsOf(reactions)?.data;
  return Array.isArray(list) ? list : [];
}

function usersOf(item: unknown): string[] {
  const users = fieldsOf(item)?.users;
  const list = Array.isArray(users) ? users : fieldsOf(users)?.data;
  return (Array.isArray(list) ? list : []).map((user) => String(fieldsOf(user)?.id ?? ''));
}

function emojiOf(item: unknown): string | null {
  const fields = fieldsOf(item);
  const name = textOf(fields?.reaction);
  const known = name !== null && Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
  return textOf(fields?.emoji) ?? known ?? name;
}
