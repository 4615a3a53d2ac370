import fc from 'fast-check';
import type { Platform } from '../../src/contract/platform.ts';

/** When the day begins. Messages before it are history: no webhook brought them. */
export const DAY = Date.UTC(2026, 2, 1, 10);

/** What came at a moment of the mixed order; a moment more for each repetition. */
interface Delivered {
  places: number[];
  /** Meta stamps a repetition anew at times, in milliseconds after the first. */
  drift: number;
}

export interface Edit extends Delivered {
  after: number;
  text: string;
}

export interface Reaction extends Delivered {
  byPage: boolean;
  action: 'react' | 'unreact';
  emoji: string;
  after: number;
}

/** A message and all that becomes of it, with times in milliseconds after it. */
export interface DayMessage extends Delivered {
  person: number;
  /** Milliseconds since the day began; what is not negative comes by webhook. */
  at: number;
  fromPage: boolean;
  kind: 'text' | 'image' | 'share' | 'postback';
  edits: Edit[];
  unsent: (Delivered & { after: number }) | null;
  reactions: Reaction[];
  read: (Delivered & { after: number }) | null;
  delivered: (Delivered & { after: number }) | null;
}

/** What happens beside messages and has no id. */
export interface DayMoment extends Delivered {
  person: number;
  at: number;
  kind: 'referral' | 'optin' | 'read' | 'delivery';
  what: string;
}

/** What Graph shows at a moment of the day, and when it is stored. */
export interface DayReading {
  at: number;
  place: number;
  refresh: boolean;
  /** How many messages it shows of each conversation; `null` for all. */
  newest: number | null;
  /** Whether somebody has looked at everything. */
  isRead: boolean;
  /** Fields that Graph leaves out this time. */
  without: ('from' | 'attachments' | 'reactions')[];
}

export interface Day {
  people: Platform[];
  /** Whether the page was synced before the day began. */
  isSynced: boolean;
  messages: DayMessage[];
  moments: DayMoment[];
  readings: DayReading[];
  /** Items of one entry, over and over. */
  entries: number[];
}

const place = fc.nat(9999);
const delivered = {
  places: fc.array(place, { minLength: 1, maxLength: 2 }),
  drift: fc.constantFrom(0, 0, 0, 1, 700),
};
/** Moments that meet: a few seconds, and of each second its first and last millisecond. */
const moment = (from: number, to: number) =>
  fc
    .tuple(fc.integer({ min: from, max: to }), fc.constantFrom(0, 1, 500, 999))
    .map(([s, ms]) => s * 1000 + ms);
const after = fc.constantFrom(0, 1, 400, 1000, 2500);
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3, nil: null });

const message: fc.Arbitrary<DayMessage> = fc.record({
  ...delivered,
  // a message's time is that of the copy which came first, and with it go the times and counts of its conversation
  drift: fc.constant(0),
  person: fc.nat(2),
  at: fc.oneof({ weight: 4, arbitrary: moment(0, 6) }, { weight: 1, arbitrary: moment(-9, -2) }),
  fromPage: fc.boolean(),
  kind: fc.constantFrom(
    'text' as const,
    'text' as const,
    'text' as const,
    'image' as const,
    'share' as const,
    'postback' as const,
  ),
  edits: fc.array(fc.record({ ...delivered, after, text: fc.constantFrom('B', 'C', 'text') }), {
    maxLength: 3,
  }),
  unsent: fc.option(fc.record({ ...delivered, after }), { freq: 4, nil: null }),
  reactions: fc.array(
    fc.record({
      ...delivered,
      byPage: fc.boolean(),
      action: fc.constantFrom('react' as const, 'unreact' as const),
      emoji: fc.constantFrom('❤', '😆'),
      after,
    }),
    { maxLength: 3 },
  ),
  read: sometimes(fc.record({ ...delivered, after })),
  delivered: sometimes(fc.record({ ...delivered, after })),
});

/** A day of one to three people. @param readings whether syncs run */
export function days(readings: boolean): fc.Arbitrary<Day> {
  return fc.record({
    people: fc.array(fc.constantFrom<Platform>('messenger', 'instagram'), { minLength: 1, maxLength: 3 }),
    isSynced: readings ? fc.boolean() : fc.constant(false),
    messages: fc.array(message, { minLength: 1, maxLength: 7 }),
    moments: fc.array(
      fc.record({
        ...delivered,
        person: fc.nat(2),
        at: moment(0, 3),
        kind: fc.constantFrom('referral' as const, 'optin' as const, 'read' as const, 'delivery' as const),
        what: fc.constantFrom('one', 'other'),
      }),
      { maxLength: 3 },
    ),
    readings: readings
      ? fc.array(
          fc.record({
            at: moment(-1, 9),
            place,
            refresh: fc.boolean(),
            newest: fc.constantFrom(null, null, 1, 2),
            isRead: fc.boolean(),
            without: fc.subarray(['from' as const, 'attachments' as const, 'reactions' as const]),
          }),
          { maxLength: 3 },
        )
      : fc.constant([]),
    entries: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
  });
}

/** A message's id, and whose it is. */
export const messageIdOf = (day: Day, message: DayMessage) => `m_${day.messages.indexOf(message)}`;
export const personOf = (day: Day, { person }: { person: number }) => person % day.people.length;

/** Whether a webhook brings the message itself, and not only what became of it. */
export const isLive = ({ at }: DayMessage) => at >= 0;

/** What a message says at a moment of the day; `null` once it is unsent. */
export function textAt(message: DayMessage, moment: number): string | null {
  const edits = message.edits.filter((_, index) => editedAt(message, index) <= moment);
  return edits.at(-1)?.text ?? sentText(message);
}

export function sentText(message: DayMessage): string | null {
  return message.kind === 'image' || message.kind === 'share' ? null : 'text';
}

/** An edit comes after those before it. */
export function editedAt(message: DayMessage, index: number): number {
  return message.at + message.edits.slice(0, index + 1).reduce((sum, edit) => sum + edit.after, 0);
}

export function isUnsentAt(message: DayMessage, moment: number): boolean {
  return message.unsent !== null && message.at + message.unsent.after <= moment;
}
