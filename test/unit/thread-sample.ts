import type { EventResource } from '../../src/contract/conversations.ts';

export const CUSTOMER = '2001';
export const PAGE = '1001';
let id = 0;

/** A moment of June 1, 2026, in seconds after noon UTC. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 5, 1, 12) + seconds * 1000).toISOString();
}

/** An event as the API answers it. */
export function event(eventType: string, seconds: number, more: Partial<EventResource> = {}): EventResource {
  id += 1;
  return {
    id,
    conversationId: '0b6a2f53-2f7e-4a1e-9d5c-1c4f1f1f1f1f',
    eventType,
    direction: 'inbound',
    messageId: null,
    occurredAt: at(seconds),
    text: null,
    attachments: null,
    metadata: { source: 'webhook' },
    ...more,
  };
}

/** A message of the customer. */
export function inbound(seconds: number, text: string | null, more: Partial<EventResource> = {}) {
  return event('message', seconds, { text, messageId: `m_${seconds}`, ...more });
}

/** A message of the page. */
export function outbound(seconds: number, text: string | null, more: Partial<EventResource> = {}) {
  return inbound(seconds, text, { direction: 'outbound', ...more });
}
