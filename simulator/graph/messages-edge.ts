import type { Json } from '../types.ts';
import { mintMessageCursor, readMessageCursor, TOP_CODE } from './cursor.ts';
import { GraphError } from './failure.ts';
import { gone } from './failures.ts';
import { checkFields, type Fields, parseFields } from './fields.ts';
import { MESSAGE_FIELDS, renderMessage } from './message.ts';
import { pageUrl, paging } from './paging.ts';
import type { Asked } from './request.ts';
import type { View } from './view.ts';

const DEFAULT_FIELDS = parseFields('id,created_time');

/** Which part of a list is asked for: the parameters of an edge, or the arguments of a nested field. */
export type Part = { limit: number; after: string | null; before: string | null };

/** A page of a conversation's messages, newest first; the same for the edge and for the nested field. */
export function messagesPage(view: View, asked: Fields | null, part: Part, request: Asked): Json {
  const fields = asked ?? DEFAULT_FIELDS;
  checkFields(fields, MESSAGE_FIELDS, 'Message');
  const { total, slot } = view.thread;
  const generation = view.inbox.cursorGeneration;
  let start = 0;
  let end = Math.min(total, part.limit);
  if (part.after !== null) {
    const { index, there } = place(view, part.after);
    start = there ? index + 1 : index;
    end = Math.min(total, start + part.limit);
  } else if (part.before !== null) {
    end = place(view, part.before).index;
    start = Math.max(0, end - part.limit);
  }
  if (end <= start) return { data: [] };
  const data: (Json | string)[] = [];
  for (let index = start; index < end; index += 1) data.push(renderMessage(view, index, fields));
  const info = {
    before: mintMessageCursor(generation, slot, view.thread.at(start).code),
    after: mintMessageCursor(generation, slot, view.thread.at(end - 1).code),
    hasNext: end < total,
    hasPrevious: start > 0,
  };
  let base = '';
  const pages = paging(info, view.platform === 'instagram', (parameter, cursor) => {
    base ||= pageUrl(`${request.root}/${view.id}/messages`, {
      access_token: request.token,
      pretty: '0',
      fields: asked?.text ?? null,
      limit: String(part.limit),
    });
    return `${base}${parameter}=${cursor}`;
  });
  return pages ? { data, paging: pages } : { data };
}

function place(view: View, cursor: string): { index: number; there: boolean } {
  const code = readMessageCursor(cursor, view.inbox.cursorGeneration, view.thread.slot);
  if (code === TOP_CODE) return { index: 0, there: false };
  const standing = view.thread.standing(code);
  if (!standing) throw new GraphError(gone(view.id));
  return standing;
}
