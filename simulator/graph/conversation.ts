import { LAST_TIME } from '../inbox/oddities.ts';
import { graphTime } from '../time.ts';
import type { Json } from '../types.ts';
import { contentOf } from './content.ts';
import { type Field, type Fields, parseFields, prune } from './fields.ts';
import { messagesPage } from './messages-edge.ts';
import { type Asked, readLimit } from './request.ts';
import type { View } from './view.ts';

/** Fields of a conversation node (UnifiedThread); those without data are left out of the answer. */
export const CONVERSATION_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'link',
  'name',
  'snippet',
  'updated_time',
  'message_count',
  'unread_count',
  'participants',
  'senders',
  'former_participants',
  'can_reply',
  'is_subscribed',
  'is_owner',
  'scoped_thread_key',
  'folder',
  'linked_group',
  'wallpaper',
  'tags',
  'messages',
]);

/** What comes when no fields are asked for. */
export const DEFAULT_CONVERSATION_FIELDS: Fields = parseFields('id,updated_time');

/** A conversation with the asked fields, oddities applied. */
export function renderConversation(view: View, fields: Fields, request: Asked): Json {
  const conversation: Json = {};
  for (const field of fields.list) {
    const value = fieldValue(view, field, request);
    if (value === undefined) continue;
    conversation[field.name] = field.sub && field.name !== 'messages' ? prune(value, field.sub) : value;
  }
  if (view.thread.oddities.size > 0) breakConversation(view, conversation);
  return conversation;
}

function fieldValue(view: View, field: Field, request: Asked): unknown {
  const { thread } = view;
  switch (field.name) {
    case 'id':
      return view.id;
    case 'updated_time':
      return graphTime(thread.updatedSec);
    case 'messages': {
      const { limit, after = null, before = null } = field.args;
      return messagesPage(view, field.sub, { limit: readLimit(limit, request), after, before }, request);
    }
    case 'participants':
    case 'senders':
      return { data: [view.customer, view.pagePerson] };
    case 'message_count':
      return thread.oddities.has('huge-count') ? 99_999_999_999 : thread.total;
    case 'unread_count':
      // Left out when 0, as observed.
      return thread.hash % 6 === 0 ? 1 + (thread.hash % 3) : undefined;
    case 'snippet':
      return thread.total === 0 ? '' : contentOf(view.platform, thread, thread.at(0)).text.slice(0, 100);
    case 'link':
      return `/${view.page.id}/inbox/${view.inbox.ids.person(thread.slot)}/?section=messages`;
    case 'former_participants':
      return { data: [] };
    case 'can_reply':
    case 'is_subscribed':
      return true;
    case 'folder':
      return 'inbox';
    case 'scoped_thread_key':
      return view.id;
    default:
      return undefined;
  }
}

function breakConversation(view: View, conversation: Json): void {
  const { oddities } = view.thread;
  const replace = (name: string, value: unknown) => {
    if (name in conversation) conversation[name] = value;
  };
  const { id: _customer, ...nameless } = view.customer;
  const { id: _page, ...pageless } = view.pagePerson;
  if (oddities.has('no-participants')) delete conversation.participants;
  if (oddities.has('participants-empty')) replace('participants', { data: [] });
  if (oddities.has('participants-without-id')) replace('participants', { data: [nameless, pageless] });
  if (oddities.has('only-page')) replace('participants', { data: [view.pagePerson] });
  if (oddities.has('poison-participants-string')) replace('participants', 'nobody');
  if (oddities.has('poison-no-id')) replace('id', null);
  if (oddities.has('poison-bad-updated-time')) replace('updated_time', 'yesterday, about noon');
  if (oddities.has('year-275760')) replace('updated_time', LAST_TIME);
  if (oddities.has('missing-updated-time')) delete conversation.updated_time;
}
