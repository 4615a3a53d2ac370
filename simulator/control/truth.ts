import { contentOf } from '../graph/content.ts';
import { INSTAGRAM_DETAILS, type View, viewOf } from '../graph/view.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Placed } from '../inbox/order.ts';
import type { Thread } from '../inbox/thread.ts';
import type { Page } from '../page.ts';
import { graphTime } from '../time.ts';
import type { World } from '../world.ts';
import { Input, inboxOf, pageOf } from './input.ts';

/** What a conversation really holds, newest message first. Ids and times are true ones, before oddities. */
export type TrueConversation = {
  index: number;
  id: string;
  platform: string;
  updated_time: string;
  customerId: string;
  customerName: string | null;
  oddities: string[];
  messages: {
    id: string;
    created_time: string;
    fromPage: boolean;
    from: string;
    text: string;
    attachments: number;
    /** false: Graph gives only id and time of it (Instagram, older than the 20 newest). */
    details: boolean;
  }[];
};

const CHUNK = 200;

/**
 * `GET /inbox?page=&platform=&offset=&limit=&format=`: the truth, newest conversation first, in chunks so that any
 * size can be streamed. Without `limit` 100 rows; `format=ndjson` without `limit` all of them.
 */
export function* truth(world: World, query: unknown): Generator<TrueConversation[]> {
  const input = new Input(query, ['page', 'platform', 'offset', 'limit', 'format']);
  const page = pageOf(world, input);
  const inbox = inboxOf(world, input);
  const all = input.oneOf('format', ['json', 'ndjson']) === 'ndjson' ? Number.POSITIVE_INFINITY : 100;
  let left = input.number('limit') ?? all;
  const first = inbox.order.atOffset(input.number('offset') ?? 0);
  let rows: Placed[] = first ? [first] : [];
  while (rows.length > 0 && left > 0) {
    rows = rows.slice(0, left);
    left -= rows.length;
    yield rows.map(({ slot }) => trueConversation(page, inbox, inbox.thread(slot) as Thread));
    rows = inbox.order.after(rows[rows.length - 1] ?? null, CHUNK);
  }
}

function trueConversation(page: Page, inbox: Inbox, thread: Thread): TrueConversation {
  const view = viewOf(page, inbox, thread);
  const person = view.customer;
  return {
    index: thread.slot,
    id: view.id,
    platform: view.platform,
    updated_time: graphTime(thread.updatedSec),
    customerId: inbox.ids.person(thread.slot),
    customerName: textOf(person.name) ?? textOf(person.username),
    oddities: [...thread.oddities],
    messages: Array.from({ length: thread.total }, (_, index) => trueMessage(view, index)),
  };
}

function trueMessage(view: View, index: number): TrueConversation['messages'][number] {
  const ref = view.thread.at(index);
  const content = contentOf(view.platform, view.thread, ref);
  const { spec, ids } = view.inbox;
  return {
    id: ids.message(view.thread.slot, ref.code),
    created_time: graphTime(ref.sec),
    fromPage: ref.fromPage,
    from: ref.fromPage ? spec.owner : ids.person(view.thread.slot),
    text: content.text,
    attachments: content.attachments?.length ?? 0,
    details: view.platform === 'messenger' || index < INSTAGRAM_DETAILS,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
