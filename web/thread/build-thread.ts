import type { EventResource } from '../../src/contract/conversations.ts';
import { localDay } from '../format/days.ts';
import { type EventLine, lineOf, lineOfReaction } from './event-lines.ts';
import { keyOf, type MessageItem, messageItem } from './message-item.ts';
import { receiptsOf } from './receipts.ts';

/** Something besides messages that is told in a line of its own. */
export interface LineItem extends EventLine {
  kind: 'line';
  key: string;
  at: string;
}

export type ThreadItem = MessageItem | LineItem;

/** What happened on one day, where the reader is; oldest first. */
export interface ThreadDay {
  /** `2026-11-22` */
  day: string;
  at: string;
  items: ThreadItem[];
}

/** What a thread is made of besides its events. */
export interface ThreadContext {
  /** The person's id at Meta. */
  customerId: string | null;
  /** Nothing older is left to read: what events refer to and is not there is not stored. */
  isWhole: boolean;
}

/** Messages of one side that are no further apart are one group. */
const GROUP_MS = 5 * 60_000;

/** Told beneath the messages that they are about. */
const ABOUT_MESSAGES = new Set(['read', 'delivery', 'reaction']);

/**
 * A conversation as it is read, out of its events in any order and with any part of the older ones missing: reactions, reads
 * and answers whose messages are not there yet wait for them.
 */
export function buildThread(given: readonly EventResource[], context: ThreadContext): ThreadDay[] {
  const events = given.toSorted(byMoment);
  const messages = new Map<string, EventResource>();
  const reactions = new Map<string, EventResource>();
  const postbacks = new Set<string>();
  for (const event of events) {
    if (event.messageId === null) continue;
    if (event.eventType === 'message') messages.set(event.messageId, event);
    if (event.eventType === 'reaction') reactions.set(event.messageId, event);
    if (event.eventType === 'postback') postbacks.add(event.messageId);
  }
  const receipts = receiptsOf(events);
  const items = events.flatMap((event): ThreadItem[] => {
    const { eventType, messageId } = event;
    if (eventType === 'message') {
      const item = messageItem(event, {
        customerId: context.customerId,
        reaction: messageId === null ? null : reactions.get(messageId)?.metadata,
        isPostback: messageId !== null && postbacks.has(messageId),
        receipt: receipts.get(event.id) ?? null,
        find: (id) => messages.get(id),
      });
      return [item];
    }
    const hasMessage = messageId !== null && messages.has(messageId);
    if (eventType === 'postback' && hasMessage) return [];
    if (!ABOUT_MESSAGES.has(eventType)) return [toLine(event, lineOf(event))];
    if (eventType !== 'reaction' || hasMessage || !context.isWhole) return [];
    const line = lineOfReaction(event, context.customerId);
    return line === null ? [] : [toLine(event, line)];
  });
  return byDay(items);
}

function byMoment(a: EventResource, b: EventResource): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  return a.id - b.id;
}

function toLine(event: EventResource, line: EventLine): LineItem {
  return { kind: 'line', key: keyOf(event), at: event.occurredAt, ...line };
}

function byDay(items: ThreadItem[]): ThreadDay[] {
  const days: ThreadDay[] = [];
  items.forEach((item, index) => {
    const day = localDay(item.at);
    if (days.at(-1)?.day !== day) days.push({ day, at: item.at, items: [] });
    if (item.kind === 'message') item.endsGroup = endsGroup(item, items[index + 1]);
    days.at(-1)?.items.push(item);
  });
  return days;
}

function endsGroup(item: MessageItem, next: ThreadItem | undefined): boolean {
  return (
    next?.kind !== 'message' ||
    next.direction !== item.direction ||
    Date.parse(next.at) - Date.parse(item.at) > GROUP_MS ||
    localDay(next.at) !== localDay(item.at)
  );
}
