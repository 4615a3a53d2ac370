import type { Platform } from '../../src/contract/platform.ts';
import type { PendingDelivery } from '../../src/store/index.ts';
import {
  DAY,
  type Day,
  type DayMessage,
  type DayMoment,
  editedAt,
  isLive,
  messageIdOf,
  personOf,
  sentText,
} from './webhook-day.ts';

/** The page, by the ids that stand in items: the same for every play of a day. */
export const PAGE_IDS = { facebookPageId: '100', instagramAccountId: '178100' };

/** Link of what a message has attached; Graph and webhooks have each their own. */
export const attachedTo = (id: string, from: 'graph' | 'webhook') =>
  `https://cdn.test/${from}/${id}?oe=6A000000`;

/** An item as Meta sends it, and where in the mixed order. */
export interface PlacedItem {
  platform: Platform;
  at: number;
  place: number;
  raw: { timestamp: number } & Record<string, unknown>;
}

/** All items of a day, repetitions among them. */
export function itemsOf(day: Day): PlacedItem[] {
  return [
    ...day.messages.flatMap((message) => itemsOfMessage(day, message)),
    ...day.moments.flatMap((moment) => itemsOfMoment(day, moment)),
  ];
}

/** Items in entries, as many in each as the day says; an entry is of one platform. */
export function inEntries(day: Day, items: readonly PlacedItem[]): PendingDelivery[] {
  const deliveries: PendingDelivery[] = [];
  for (let next = 0; next < items.length; ) {
    const platform = items[next]?.platform;
    const size = day.entries[deliveries.length % day.entries.length] ?? 1;
    const some = items.slice(next, next + size);
    const other = some.findIndex((item) => item.platform !== platform);
    const taken = other === -1 ? some : some.slice(0, other);
    deliveries.push({
      id: deliveries.length + 1,
      object: platform === 'instagram' ? 'instagram' : 'page',
      entry: {
        id: platform === 'instagram' ? PAGE_IDS.instagramAccountId : PAGE_IDS.facebookPageId,
        time: DAY,
        messaging: taken.map(({ raw }) => raw),
      },
    });
    next += taken.length;
  }
  return deliveries;
}

/** The page-scoped id of a person of the day. */
export const personId = (person: number) => `person-${person}`;

type Placing = { places: number[]; drift: number };

function placed(
  day: Day,
  person: number,
  fromPage: boolean,
  at: number,
  { places, drift }: Placing,
  what: object,
): PlacedItem[] {
  const platform = day.people[person] ?? 'messenger';
  const us = { id: platform === 'instagram' ? PAGE_IDS.instagramAccountId : PAGE_IDS.facebookPageId };
  const them = { id: personId(person) };
  const parties = fromPage ? { sender: us, recipient: them } : { sender: them, recipient: us };
  return places.map((place, copy) => ({
    platform,
    at,
    place,
    raw: { ...parties, timestamp: DAY + at + (copy > 0 ? drift : 0), ...what },
  }));
}

function itemsOfMessage(day: Day, message: DayMessage): PlacedItem[] {
  const mid = messageIdOf(day, message);
  const person = personOf(day, message);
  const of = (fromPage: boolean, at: number, placing: Placing, what: object) =>
    placed(day, person, fromPage, at, placing, what);
  const { fromPage, at } = message;
  const items = isLive(message)
    ? of(fromPage && message.kind !== 'postback', at, message, contentOf(message, mid))
    : [];
  if (message.kind === 'postback') return items;
  message.edits.forEach((edit, index) => {
    const what = { message_edit: { mid, text: edit.text, num_edit: index + 1 } };
    items.push(...of(fromPage, editedAt(message, index), edit, what));
  });
  if (message.unsent !== null) {
    const echo = fromPage ? { is_echo: true } : {};
    items.push(
      ...of(fromPage, at + message.unsent.after, message.unsent, {
        message: { mid, is_deleted: true, ...echo },
      }),
    );
  }
  for (const reaction of message.reactions) {
    const { action, emoji } = reaction;
    items.push(
      ...of(reaction.byPage, at + reaction.after, reaction, {
        reaction: { mid, action, emoji, reaction: 'other' },
      }),
    );
  }
  const { read, delivered } = message;
  if (read !== null) {
    const watermark = DAY + at + read.after;
    const what = day.people[person] === 'instagram' ? { mid } : { watermark };
    items.push(...of(false, at + read.after, read, { read: what }));
  }
  if (delivered !== null) {
    const what = { delivery: { mids: [mid], watermark: DAY + at } };
    items.push(...of(false, at + delivered.after, delivered, what));
  }
  return items;
}

function contentOf(message: DayMessage, mid: string): object {
  if (message.kind === 'postback') return { postback: { mid, title: 'text', payload: 'PAYLOAD' } };
  const url = attachedTo(mid, 'webhook');
  return {
    message: {
      mid,
      ...(sentText(message) === null ? {} : { text: sentText(message) }),
      ...(message.fromPage ? { is_echo: true, app_id: 7 } : { quick_reply: { payload: mid } }),
      ...(message.kind === 'text' ? {} : { attachments: [{ type: message.kind, payload: { url } }] }),
    },
  };
}

function itemsOfMoment(day: Day, moment: DayMoment): PlacedItem[] {
  const what = {
    referral: { referral: { ref: moment.what, source: 'SHORTLINK' } },
    optin: { optin: { ref: moment.what } },
    read: { read: { watermark: DAY + moment.at + (moment.what === 'one' ? 0 : 5) } },
    delivery: { delivery: { mids: [moment.what], watermark: DAY + moment.at } },
  }[moment.kind];
  return placed(day, personOf(day, moment), false, moment.at, moment, what);
}
