import { randomInt } from 'node:crypto';
import type { Stack, TestPage } from './stack.ts';
import { deliver, drained, envelopeOf, type StoredEvent } from './webhooks-under-test.ts';

/** A moment in milliseconds to which tests add. */
export const MOMENT = Date.UTC(2026, 5, 1, 12, 0, 0, 123);

/** A conversation as the tests look at it. */
export interface StoredConversation {
  id: string;
  platform: string;
  graph_conversation_id: string | null;
  contact_id: string | null;
  sender_id: string | null;
  sender_name: string | null;
  message_count: number | null;
  unread_count: number;
  last_message_at: Date | null;
  version: number;
  tags: string[];
  is_main: boolean;
}

/** Somebody who talks with a page; see `personOn`. */
export type Person = ReturnType<typeof personOn>;

/** Somebody new who talks with a page: items as Meta sends them, and the rows that they come to. */
export function personOn(
  stack: Stack,
  page: TestPage,
  platform: 'messenger' | 'instagram' = 'messenger',
  id = `2${String(randomInt(10 ** 12)).padStart(12, '0')}`,
) {
  const own = platform === 'instagram' ? page.instagramAccountId : page.facebookPageId;
  const mid = (name: string) => `m_${id}-${name}`;
  const item = (sender: string | null, recipient: string | null, at: number, content: object) => ({
    sender: { id: sender },
    recipient: { id: recipient },
    timestamp: at,
    ...content,
  });
  return {
    id,
    own,
    platform,
    mid,
    /** An item of the person, so many milliseconds after `MOMENT`. */
    does: (ms: number, content: object) => item(id, own, MOMENT + ms, content),
    /** An item of the page. */
    pageDoes: (ms: number, content: object) => item(own, id, MOMENT + ms, content),
    /** A message of the person; its id is `mid(name)`. */
    says: (ms: number, name: string, text: string, more: object = {}) =>
      item(id, own, MOMENT + ms, { message: { mid: mid(name), text, ...more } }),
    /** An echo of a message of the page. */
    hears: (ms: number, name: string, text: string, more: object = {}) =>
      item(own, id, MOMENT + ms, { message: { mid: mid(name), text, is_echo: true, ...more } }),
    /** Delivers items in one POST and waits until they are applied. */
    async send(...items: object[]): Promise<void> {
      await deliver(stack, envelopeOf(page, items, platform));
      await drained(stack, page);
    },
    /** Events of the person's conversations, oldest first. */
    events: () => stack.sql<StoredEvent[]>`
      SELECT e.event_type, e.direction, e.message_id, e.occurred_at, e.text, e.attachments, e.metadata
      FROM contact_interaction_events e JOIN messenger_conversations c ON c.id = e.conversation_id
      WHERE c.page_id = ${page.id} AND c.sender_id = ${id} ORDER BY e.occurred_at, e.event_type, e.message_id`,
    conversations: () => stack.sql<StoredConversation[]>`
      SELECT id, platform, graph_conversation_id, contact_id, sender_id, sender_name, message_count, unread_count,
        last_message_at, version, tags, is_main
      FROM messenger_conversations WHERE page_id = ${page.id} AND sender_id = ${id} ORDER BY created_at`,
    /** What automation was told. */
    triggers: () => stack.sql<{ type: string; message_id: string; occurred_at: Date }[]>`
      SELECT t.type, t.message_id, t.occurred_at FROM automation_triggers t
      JOIN messenger_conversations c ON c.id = t.conversation_id
      WHERE c.page_id = ${page.id} AND c.sender_id = ${id} ORDER BY t.id`,
    /** Changes that wait for their message. */
    pending: () => stack.sql<{ message_id: string; change: string; texts: Record<string, string> }[]>`
      SELECT message_id, change, texts FROM webhook_pending_changes
      WHERE page_id = ${page.id} AND message_id LIKE ${`m_${id}-%`} ORDER BY message_id, change`,
  };
}

/** The only one of a list. */
export function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`${list.length} instead of one`);
  return first;
}

/** What items came to, without what differs from person to person. */
export interface Outcome {
  events: StoredEvent[];
  conversation: Partial<StoredConversation>;
  /** How many: which message of a reply it is depends on the order. */
  triggers: number;
  pending: { message_id: string; change: string }[];
}

/**
 * Delivers the same items in every order, each order to a person of its own, one item a POST, and all of them once more
 * in the end.
 *
 * @returns what each order came to, in which the person is `PERSON`; the first order is the one in which they were given
 */
export async function inEveryOrder(
  stack: Stack,
  page: TestPage,
  itemsOf: (person: Person) => object[],
  platform: 'messenger' | 'instagram' = 'messenger',
): Promise<[Outcome, ...Outcome[]]> {
  const count = itemsOf(personOn(stack, page, platform)).length;
  const orders = permutations(Array.from({ length: count }, (_, index) => index)).map((order) => {
    const person = personOn(stack, page, platform);
    return { order, person, items: itemsOf(person) };
  });
  for (let step = 0; step < count; step += 1) {
    const items = orders.map(({ order, items }) => items[order[step] ?? -1] as object);
    await deliver(stack, envelopeOf(page, items, platform));
    await drained(stack, page);
  }
  await deliver(
    stack,
    envelopeOf(
      page,
      orders.flatMap(({ items }) => items),
      platform,
    ),
  );
  await drained(stack, page);
  const outcomes = await Promise.all(orders.map(({ person }) => outcomeOf(person)));
  return outcomes as [Outcome, ...Outcome[]];
}

async function outcomeOf(person: Person): Promise<Outcome> {
  const { message_count, unread_count, last_message_at, version, tags } = only(await person.conversations());
  const outcome = {
    events: (await person.events()).map((event) => ({ ...event, occurred_at: event.occurred_at.getTime() })),
    conversation: { message_count, unread_count, last_message_at: last_message_at?.getTime(), version, tags },
    triggers: (await person.triggers()).length,
    pending: await person.pending(),
  };
  return JSON.parse(JSON.stringify(outcome).replaceAll(person.id, 'PERSON')) as Outcome;
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((item, index) =>
    permutations(list.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
