import type { Content } from '../inbox/content.ts';
import { LAST_TIME } from '../inbox/oddities.ts';
import type { MessageRef } from '../inbox/thread.ts';
import { graphTime } from '../time.ts';
import type { Json } from '../types.ts';
import { contentOf } from './content.ts';
import { type Field, type Fields, prune } from './fields.ts';
import { INSTAGRAM_DETAILS, type View } from './view.ts';

/** Fields of a message node; those without data are left out of the answer, as Graph does. */
export const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'created_time',
  'from',
  'to',
  'message',
  'attachments',
  'shares',
  'sticker',
  'tags',
  'reactions',
  'story',
  'is_unsupported',
  'thread_id',
]);

/** A message with the asked fields; a string where the conversation's oddity demands a broken item. */
export function renderMessage(view: View, index: number, fields: Fields): Json | string {
  const ref = view.thread.at(index);
  const odd = ref.code === 0 && view.thread.oddities.size > 0;
  if (odd && view.thread.oddities.has('message-not-object')) return 'not a message';
  const bare = view.platform === 'instagram' && index >= INSTAGRAM_DETAILS;
  let content: Content | null = null;
  const message: Json = {};
  for (const field of fields.list) {
    if (field.name === 'id') message.id = view.inbox.ids.message(view.thread.slot, ref.code);
    else if (field.name === 'created_time') message.created_time = graphTime(ref.sec);
    else if (!bare) {
      content ??= contentOf(view.platform, view.thread, ref);
      const value = fieldValue(view, ref, content, field);
      if (value !== undefined) message[field.name] = field.sub ? prune(value, field.sub) : value;
    }
  }
  if (odd) breakMessage(view, message);
  return message;
}

function fieldValue(view: View, ref: MessageRef, content: Content, field: Field): unknown {
  switch (field.name) {
    case 'from':
      return ref.fromPage ? view.pagePerson : view.customer;
    case 'to':
      return {
        data: [ref.fromPage && !view.thread.oddities.has('only-page') ? view.customer : view.pagePerson],
      };
    case 'message':
      return content.text;
    case 'attachments':
      return content.attachments && { data: content.attachments };
    case 'shares':
      return (
        content.shares && { data: field.sub ? content.shares : content.shares.map(({ id }) => ({ id })) }
      );
    case 'sticker':
      return content.sticker;
    case 'story':
      return content.story;
    case 'is_unsupported':
      return content.unsupported;
    case 'reactions':
      return (
        content.reactions && {
          data: content.reactions.map(({ byPage = !ref.fromPage, ...reaction }) => ({
            ...reaction,
            users: [byPage ? view.pagePerson : view.customer],
          })),
        }
      );
    case 'tags':
      return view.platform === 'messenger'
        ? { data: ['inbox', 'read', ref.fromPage ? 'sent' : 'source:chat'].map((name) => ({ name })) }
        : undefined;
    case 'thread_id':
      return view.id;
    default:
      return undefined;
  }
}

function breakMessage(view: View, message: Json): void {
  const { oddities } = view.thread;
  if (oddities.has('message-without-id')) delete message.id;
  if (oddities.has('message-without-from')) delete message.from;
  if (oddities.has('message-bad-time') && 'created_time' in message) message.created_time = 'not a time';
  if (oddities.has('year-275760') && 'created_time' in message) message.created_time = LAST_TIME;
}
