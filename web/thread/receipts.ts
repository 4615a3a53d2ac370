import type { EventResource } from '../../src/contract/conversations.ts';
import { textOf } from '../../src/contract/json-fields.ts';
import { timeOf } from './attachments.ts';

/** That the customer has seen a message, or that it has arrived. */
export interface Receipt {
  kind: 'read' | 'delivered';
  at: string;
}

interface Covered {
  message: EventResource;
  at: string;
}

/**
 * Which of the page's messages have a receipt to show, by the event's id: the newest that was read, and the newest that
 * arrived when that is a later one. A read or a delivery covers everything before it.
 *
 * @param events oldest first
 */
export function receiptsOf(events: readonly EventResource[]): Map<number, Receipt> {
  const ours = events.filter(
    ({ eventType, direction }) => eventType === 'message' && direction === 'outbound',
  );
  const read = newestCovered(events, 'read', ours);
  const delivered = newestCovered(events, 'delivery', ours);
  const receipts = new Map<number, Receipt>();
  if (delivered !== null && (read === null || delivered.message.occurredAt > read.message.occurredAt)) {
    receipts.set(delivered.message.id, { kind: 'delivered', at: delivered.at });
  }
  if (read !== null) receipts.set(read.message.id, { kind: 'read', at: read.at });
  return receipts;
}

function newestCovered(
  events: readonly EventResource[],
  eventType: 'read' | 'delivery',
  ours: readonly EventResource[],
): Covered | null {
  let newest: Covered | null = null;
  for (const event of events) {
    // what the page itself has read says nothing of its messages
    if (event.eventType !== eventType || event.direction === 'outbound') continue;
    const up = coveredTo(event, ours);
    const message = up === null ? undefined : ours.findLast(({ occurredAt }) => occurredAt <= up);
    if (message === undefined) continue;
    // of several that cover the same the first was the moment
    if (newest === null || message.occurredAt > newest.message.occurredAt) {
      newest = { message, at: event.occurredAt };
    }
  }
  return newest;
}

/** Until when everything is covered: Messenger gives a moment, Instagram a message. */
function coveredTo(event: EventResource, ours: readonly EventResource[]): string | null {
  const watermark = timeOf(event.metadata.watermark);
  if (watermark !== null) return watermark;
  const ids = [event.messageId, ...listOf(event.metadata.mids)].filter((id) => textOf(id) !== null);
  const named = ours.findLast(({ messageId }) => messageId !== null && ids.includes(messageId));
  return named?.occurredAt ?? null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
