import type { Inbox } from '../inbox/inbox.ts';
import type { Thread } from '../inbox/thread.ts';
import type { Page } from '../page.ts';
import type { Json } from '../types.ts';
import { CONVERSATION_FIELDS, DEFAULT_CONVERSATION_FIELDS, renderConversation } from './conversation.ts';
import { GraphError } from './failure.ts';
import { deletedMessage } from './failures.ts';
import { checkFields, parseFields } from './fields.ts';
import { MESSAGE_FIELDS, renderMessage } from './message.ts';
import { messagesPage } from './messages-edge.ts';
import { type Asked, checkRows, readLimit } from './request.ts';
import { INSTAGRAM_DETAILS, viewOf } from './view.ts';

/** A conversation found by its id. */
export type FoundThread = { page: Page; inbox: Inbox; thread: Thread };

/** `GET /{conversation-id}`: the node with the asked fields; `id` is always in it. */
export function conversationNode({ page, inbox, thread }: FoundThread, request: Asked): Json {
  const asked = request.query.get('fields');
  const fields = asked ? parseFields(asked) : DEFAULT_CONVERSATION_FIELDS;
  checkFields(fields, CONVERSATION_FIELDS, 'UnifiedThread');
  const nested = fields.list.find((field) => field.name === 'messages');
  if (nested) checkRows(1, readLimit(nested.args.limit, request), request);
  const view = viewOf(page, inbox, thread);
  return { ...renderConversation(view, fields, request), id: view.id };
}

/** `GET /{conversation-id}/messages`: a page of its messages, newest first. */
export function messagesOf({ page, inbox, thread }: FoundThread, request: Asked): Json {
  const { query } = request;
  const limit = readLimit(query.get('limit'), request);
  checkRows(1, limit, request);
  const fields = query.get('fields');
  const part = { limit, after: query.get('after') || null, before: query.get('before') || null };
  return messagesPage(viewOf(page, inbox, thread), fields ? parseFields(fields) : null, part, request);
}

/** `GET /{message-id}`: one message; Instagram tells nothing of those older than the 20 newest. */
export function messageNode(
  { page, inbox, thread }: FoundThread,
  index: number,
  messageId: string,
  request: Asked,
): Json {
  if (inbox.spec.platform === 'instagram' && index >= INSTAGRAM_DETAILS) throw new GraphError(deletedMessage);
  const fields = parseFields(request.query.get('fields') || 'id,created_time');
  checkFields(fields, MESSAGE_FIELDS, 'Message');
  const message = renderMessage(viewOf(page, inbox, thread), index, fields);
  return typeof message === 'string' ? { id: messageId } : { ...message, id: messageId };
}

const PAGE_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'username',
  'instagram_business_account',
  'connected_instagram_account',
  'category',
  'link',
]);

/** `GET /{page-id}` and `GET /me`: `{id,name}` unless fields are asked. */
export function pageNode(page: Page, request: Asked): Json {
  const fields = parseFields(request.query.get('fields') || 'id,name');
  checkFields(fields, PAGE_FIELDS, 'Page');
  const account = page.instagramAccountId;
  const values: Json = {
    name: page.name,
    username: page.username,
    category: 'Local business',
    link: `https://www.facebook.com/${page.id}`,
  };
  if (account !== null) {
    values.instagram_business_account = { id: account };
    values.connected_instagram_account = { id: account };
  }
  const node: Json = {};
  for (const { name } of fields.list) if (name in values) node[name] = values[name];
  return { ...node, id: page.id };
}
