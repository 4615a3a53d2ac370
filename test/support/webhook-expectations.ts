import { expect } from 'vitest';
import type { StoredEvent } from './webhooks-under-test.ts';

/** What was set aside. */
export interface Failure {
  kind: string;
  reason: string;
}

/** What a delivery must come to. */
export interface WebhookExpectation {
  /** An id of the capture that no page can have, and what stands for it. */
  rename?: [from: string, to: string];
  /** Pages that are connected. */
  pages: { id: string; instagram?: string }[];
  people?: { sender_id: string; platform: string }[];
  events?: Partial<StoredEvent>[];
  failures?: Failure[];
  /** `outcome kind` → items. */
  counters: Record<string, number>;
}

/** One item of one person that is applied. */
export function expectation(
  page: string,
  person: string,
  kind: string,
  { instagram, events }: { instagram?: string; events: Partial<StoredEvent>[] },
): WebhookExpectation {
  return {
    pages: [instagram === undefined ? { id: page } : { id: page, instagram }],
    people: [{ sender_id: person, platform: instagram === undefined ? 'messenger' : 'instagram' }],
    events,
    counters: { [`applied ${kind}`]: 1 },
  };
}

/** An event of this kind and time. */
export function event(
  type: string,
  direction: 'inbound' | 'outbound',
  at: string | number,
  more: Partial<StoredEvent> = {},
): Partial<StoredEvent> {
  return { event_type: type, direction, occurred_at: new Date(at), message_id: null, text: null, ...more };
}

/** A message of a customer. */
export function message(
  id: string,
  at: string | number,
  more: Partial<StoredEvent> = {},
): Partial<StoredEvent> {
  return event('message', 'inbound', at, { message_id: id, attachments: null, ...more });
}

/** The whole metadata of an event that a webhook brought. */
expectation.metadata = (more: Record<string, unknown>) => ({ source: 'webhook', ...more });

/** An attachment as it is stored. */
expectation.attachment = (type: string, url: string | null, more: Record<string, unknown> = {}) =>
  ({
    type,
    id: null,
    name: null,
    mime_type: null,
    size: null,
    url,
    preview_url: null,
    expires_at: null,
    ...more,
  }) as NonNullable<StoredEvent['attachments']>[number];

expectation.containing = (fields: Record<string, unknown>): unknown => expect.objectContaining(fields);
