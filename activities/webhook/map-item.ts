import { z } from 'zod';
import { type Fields, fieldsOf } from '../../src/contract/json-fields.ts';
import type { Platform } from '../../src/contract/platform.ts';
import type { PendingDelivery, WebhookFailure, WebhookItem } from '../../src/store/index.ts';
import { MAP_KIND } from './map-kind.ts';
import { present } from './map-message.ts';
import { ITEM_KINDS, itemSchema, type RawItem } from './webhook-item.ts';
import { readWebhookTime } from './webhook-time.ts';

/** The ids of a page, by which it stands in its items. */
export interface PageIds {
  facebookPageId: string;
  instagramAccountId: string | null;
}

/** What an item of a delivery is: something to apply, to set aside, or to count. */
export type MappedItem =
  | { what: 'item'; kind: string; item: WebhookItem; payload: unknown }
  | { what: 'failure'; failure: WebhookFailure }
  | { what: 'ignored'; kind: string };

/** Keys that say nothing of what an item is. */
const ENVELOPE = new Set(['sender', 'recipient', 'timestamp', 'priority', 'hop_context', 'is_standby']);

/** A kind that is counted; whoever sends it chose the name. */
const MAX_KIND = 80;

/**
 * Reads the items of a delivery one by one: a bad one is set aside alone, one of a kind that we do not know is counted.
 *
 * The person is whoever is not the page: the recipient of what the page sent, else the sender. An item is the page's
 * when it is an echo or its sender is the page. It belongs to Instagram when the entry is the account's.
 */
export function mapDelivery(delivery: PendingDelivery, page: PageIds): MappedItem[] {
  const { entry, object } = delivery;
  const id = String(entry.id ?? '');
  const platform: Platform =
    object === 'instagram' || id === page.instagramAccountId ? 'instagram' : 'messenger';
  const own = new Set([id, page.facebookPageId, page.instagramAccountId]);
  return (['messaging', 'standby'] as const).flatMap((list) => {
    const items = entry[list];
    if (items === undefined) return [];
    if (!Array.isArray(items)) return [failed(delivery, list, 'malformed', `${list}: is not a list`, items)];
    return items.map((raw) =>
      mapOne(delivery, { platform, own, standby: list === 'standby', time: entry.time }, raw),
    );
  });
}

interface EntryContext {
  platform: Platform;
  own: ReadonlySet<string | null>;
  standby: boolean;
  time: unknown;
}

function mapOne(delivery: PendingDelivery, entry: EntryContext, raw: unknown): MappedItem {
  const fields = fieldsOf(raw);
  const kind = ITEM_KINDS.find((key) => fields !== null && key in fields);
  if (kind === undefined) {
    const other = Object.keys(fields ?? {}).find((key) => !ENVELOPE.has(key));
    return other === undefined
      ? failed(delivery, 'item', 'malformed', 'the item says nothing', raw)
      : { what: 'ignored', kind: other.slice(0, MAX_KIND) };
  }
  try {
    return mapKnown(delivery, entry, kind, itemSchema.parse(raw), fields as Fields);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    return failed(
      delivery,
      kind,
      'malformed',
      `${[kind, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`,
      raw,
    );
  }
}

function mapKnown(
  delivery: PendingDelivery,
  entry: EntryContext,
  kind: (typeof ITEM_KINDS)[number],
  item: RawItem,
  fields: Fields,
): MappedItem {
  const senderId = item.sender?.id ?? null;
  const stamp = readWebhookTime(item.timestamp);
  const { at: ownTime, ...content } = MAP_KIND[kind](fields[kind], { senderId, at: stamp });
  const isEcho = content.metadata.is_echo === true;
  const outbound = isEcho || (senderId !== null && entry.own.has(senderId));
  const parties = outbound ? [item.recipient?.id, senderId] : [senderId, item.recipient?.id];
  const personId = parties.find((id) => id !== null && id !== undefined && !entry.own.has(id));
  if (!personId) return failed(delivery, kind, 'no_person', 'nobody but the page has an id', fields);
  // deliveries are known by their watermark; others have it only where there is no time of their own
  const at =
    (kind === 'delivery' ? (ownTime ?? stamp) : (stamp ?? ownTime ?? null)) ?? readWebhookTime(entry.time);
  if (at === null) return failed(delivery, kind, 'malformed', 'timestamp: is no time', fields);
  if ((content.type === 'edit' || content.type === 'unsend') && content.messageId === null) {
    return failed(delivery, kind, 'malformed', `${kind}.mid: is missing`, fields);
  }
  return {
    what: 'item',
    kind,
    payload: fields,
    item: {
      ...content,
      platform: entry.platform,
      personId,
      direction: outbound ? 'outbound' : 'inbound',
      occurredAt: at,
      metadata: {
        source: 'webhook',
        ...present({ from_id: senderId, standby: entry.standby || null }),
        ...content.metadata,
      },
    },
  };
}

function failed(
  delivery: PendingDelivery,
  kind: string,
  reason: WebhookFailure['reason'],
  detail: string,
  payload: unknown,
): MappedItem {
  return { what: 'failure', failure: { deliveryId: delivery.id, kind, reason, detail, payload } };
}
