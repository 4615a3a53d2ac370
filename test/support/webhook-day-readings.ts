import { mapConversation } from '../../activities/map-conversation.ts';
import type { Platform } from '../../src/contract/platform.ts';
import type { GraphConversation, GraphMessage } from '../../src/graph/index.ts';
import type { ConversationInput } from '../../src/store/index.ts';
import {
  DAY,
  type Day,
  type DayMessage,
  type DayReading,
  isUnsentAt,
  messageIdOf,
  personOf,
  textAt,
} from './webhook-day.ts';
import { attachedTo, PAGE_IDS, personId } from './webhook-day-items.ts';

const OWN = new Set(Object.values(PAGE_IDS));

/** The complete reading that ends a day. */
export const LAST_READING: DayReading = {
  at: 60_000,
  place: Number.POSITIVE_INFINITY,
  refresh: false,
  newest: null,
  isRead: false,
  without: [],
};

/** The one before the day, of a page that was synced. */
export const FIRST_READING: DayReading = { ...LAST_READING, at: -1, place: -1 };

/** The conversations of a platform as a sync stores them, newest first. */
export function readingOf(day: Day, platform: Platform, reading: DayReading): ConversationInput[] {
  return day.people
    .flatMap((of, person) => (of === platform ? (conversationAt(day, person, reading) ?? []) : []))
    .sort((a, b) => Date.parse(b.updatedTime ?? '') - Date.parse(a.updatedTime ?? ''))
    .map((conversation) => mapConversation(conversation, OWN, 'initial_sync'));
}

function conversationAt(day: Day, person: number, reading: DayReading): GraphConversation | null {
  const all = day.messages
    .filter((message) => personOf(day, message) === person && message.at <= reading.at)
    .sort((a, b) => b.at - a.at);
  const [newest] = all;
  if (newest === undefined) return null;
  const there = all.filter((message) => !isUnsentAt(message, reading.at));
  const shown = there.slice(0, reading.newest ?? there.length);
  const answered = there.findIndex(isOurs);
  const isWhole = shown.length === there.length;
  return {
    id: `thread-${person}`,
    updatedTime: cut(newest.at),
    messageCount: there.length,
    unreadCount: reading.isRead ? null : answered === -1 ? there.length : answered,
    participants: [{ id: personId(person), name: `Person ${person}` }, us(day, person)],
    senders: [],
    messages: shown.map((message) => messageAt(day, message, reading)),
    messagesAfter: isWhole ? null : `older than ${shown.length}`,
    messagesComplete: isWhole,
    unavailable: 0,
    payload: () => null,
  };
}

function messageAt(day: Day, message: DayMessage, { at, without }: DayReading): GraphMessage {
  const id = messageIdOf(day, message);
  const person = personOf(day, message);
  const text = message.kind === 'postback' ? 'text' : textAt(message, at);
  const reactions = message.reactions
    .filter((one) => message.at + one.after <= at)
    .map(({ emoji }) => ({ reaction: emoji }));
  const shows = (field: DayReading['without'][number]) => !without.includes(field);
  const url = attachedTo(id, 'graph');
  return {
    id,
    created_time: cut(message.at),
    ...(text === null ? {} : { message: text }),
    ...(shows('from') ? { from: isOurs(message) ? us(day, person) : { id: personId(person) } } : {}),
    ...(message.kind === 'image' && shows('attachments')
      ? { attachments: { data: [{ id: `a-${id}`, mime_type: 'image/jpeg', image_data: { url } }] } }
      : {}),
    ...(message.kind === 'share' && shows('attachments') ? { shares: { data: [{ link: url }] } } : {}),
    reactions: reactions.length > 0 && shows('reactions') ? { data: reactions } : undefined,
  };
}

/** A postback is the customer's, whoever sent the buttons. */
function isOurs(message: DayMessage): boolean {
  return message.fromPage && message.kind !== 'postback';
}

function us(day: Day, person: number) {
  return { id: day.people[person] === 'instagram' ? PAGE_IDS.instagramAccountId : PAGE_IDS.facebookPageId };
}

/** Graph tells whole seconds. */
function cut(at: number): string {
  return new Date(Math.floor((DAY + at) / 1000) * 1000).toISOString();
}
