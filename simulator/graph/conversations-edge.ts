import type { Inbox } from '../inbox/inbox.ts';
import type { Placed } from '../inbox/order.ts';
import type { Thread } from '../inbox/thread.ts';
import type { Page } from '../page.ts';
import type { Json } from '../types.ts';
import { CONVERSATION_FIELDS, DEFAULT_CONVERSATION_FIELDS, renderConversation } from './conversation.ts';
import { mintConversationCursor, readConversationCursor } from './cursor.ts';
import { checkFields, parseFields } from './fields.ts';
import { pageUrl, paging } from './paging.ts';
import { type Asked, checkRows, readLimit } from './request.ts';
import { viewOf } from './view.ts';

/** Folders that hold rows; the others exist and are empty. */
const FULL_FOLDERS: ReadonlySet<string> = new Set(['', 'inbox']);

/**
 * `GET /{page}/conversations`: a page of the inbox, newest first. Answers `{data, paging?}`. A page without
 * Instagram (`inbox` null) and folders other than the inbox are empty lists.
 */
export function conversationsPage(page: Page, inbox: Inbox | null, request: Asked): Json {
  const { query } = request;
  const limit = readLimit(query.get('limit'), request);
  const asked = query.get('fields');
  const fields = asked ? parseFields(asked) : DEFAULT_CONVERSATION_FIELDS;
  checkFields(fields, CONVERSATION_FIELDS, 'UnifiedThread');
  const nested = fields.list.find((field) => field.name === 'messages');
  if (nested) checkRows(limit, readLimit(nested.args.limit, request), request);
  if (!inbox || !FULL_FOLDERS.has((query.get('folder') ?? '').toLowerCase())) return { data: [] };

  const { rows, hasNext, hasPrevious } = part(inbox, query, limit);
  const [first, last] = [rows[0], rows[rows.length - 1]];
  if (!first || !last) return { data: [] };
  const data: (Json | string)[] = [];
  for (const { slot } of rows) {
    const view = viewOf(page, inbox, inbox.thread(slot) as Thread);
    const { oddities } = view.thread;
    const row = oddities.has('poison-not-object')
      ? 'not a conversation'
      : renderConversation(view, fields, request);
    data.push(row);
    if (oddities.has('duplicate-in-page')) data.push(row);
  }
  const generation = inbox.cursorGeneration;
  const info = {
    before: mintConversationCursor(generation, first),
    after: mintConversationCursor(generation, last),
    hasNext,
    hasPrevious,
  };
  const { platform } = inbox.spec;
  const pages = paging(info, platform === 'instagram', (parameter, cursor) => {
    const base = pageUrl(`${request.root}/${page.id}/conversations`, {
      access_token: request.token,
      platform: query.get('platform'),
      folder: query.get('folder'),
      pretty: '0',
      fields: asked,
      limit: String(limit),
    });
    return `${base}${parameter}=${cursor}`;
  });
  return pages ? { data, paging: pages } : { data };
}

/** The conversation with one person, unless a cursor says that it was listed already. */
function ofPerson(inbox: Inbox, person: string, query: URLSearchParams): Placed[] {
  const slot = inbox.ids.slotOfPerson(person);
  if (slot === null || !inbox.thread(slot) || query.get('after') || query.get('before')) return [];
  return [inbox.order.placeOf(slot)];
}

type Rows = { rows: Placed[]; hasNext: boolean; hasPrevious: boolean };

function part(inbox: Inbox, query: URLSearchParams, limit: number): Rows {
  const { order, cursorGeneration } = inbox;
  const person = query.get('user_id');
  if (person) return { rows: ofPerson(inbox, person, query), hasNext: false, hasPrevious: false };
  const before = query.get('before');
  if (before) {
    const rows = order.before(readConversationCursor(before, cursorGeneration), limit + 1);
    const hasPrevious = rows.length > limit;
    const kept = hasPrevious ? rows.slice(1) : rows;
    const last = kept[kept.length - 1];
    return { rows: kept, hasPrevious, hasNext: last !== undefined && order.after(last, 1).length > 0 };
  }
  const after = query.get('after');
  const rows = order.after(after ? readConversationCursor(after, cursorGeneration) : null, limit + 1);
  const hasNext = rows.length > limit;
  const first = rows[0];
  const hasPrevious = after !== null && first !== undefined && order.before(first, 1).length > 0;
  return { rows: hasNext ? rows.slice(0, limit) : rows, hasNext, hasPrevious };
}
