import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { DrainResult, WebhookOutcome, WebhookWorkflowInput } from '../../src/contract/webhooks.ts';
import { isDatabaseAway, type PendingDelivery, type Store, sqlState } from '../../src/store/index.ts';
import { applyItem } from './apply-item.ts';
import { inLanes } from './lanes.ts';
import { type MappedItem, mapDelivery, type PageIds } from './map-item.ts';

/** Deliveries that are read, applied and marked at once. */
const BATCH = 200;

/** People whose items are applied at the same time; those of one person one after another. */
const LANES = 8;

/** Counts by kind and outcome. */
type Tally = Map<string, { kind: string; outcome: WebhookOutcome; items: number }>;

/**
 * `drainDeliveries`: applies what is pending for a page, in order of arrival, item by item (requirement E2). One that
 * cannot be applied is set aside alone. An attempt that dies has applied some items without a mark: the next applies
 * them again, which changes nothing.
 *
 * @param drainMs after which it stops between two batches
 * @throws when the database is away; Temporal tries again
 */
export function createDrainDeliveries(store: Store, drainMs: number) {
  return async ({ facebookPageId }: WebhookWorkflowInput): Promise<DrainResult> => {
    const end = Date.now() + drainMs;
    const result: DrainResult = {
      deliveries: 0,
      items: { applied: 0, duplicate: 0, pending: 0, set_aside: 0, ignored: 0 },
      left: false,
    };
    for (;;) {
      const page = await store.pages.find(facebookPageId);
      const deliveries = page === null ? [] : await store.deliveries.pending(page.id, BATCH);
      if (page === null || deliveries.length === 0) return result;
      const tally = await applyAll(store, page, deliveries);
      const counts = [...tally.values()];
      await store.deliveries.finish(
        page.id,
        deliveries.map(({ id }) => id),
        counts,
      );
      for (const { outcome, items } of counts) result.items[outcome] += items;
      result.deliveries += deliveries.length;
      heartbeat();
      if (cancellationSignal().aborted || (Date.now() >= end && deliveries.length === BATCH)) {
        return { ...result, left: deliveries.length === BATCH };
      }
    }
  };
}

async function applyAll(
  store: Store,
  page: PageIds & { id: string },
  deliveries: readonly PendingDelivery[],
): Promise<Tally> {
  const tally: Tally = new Map();
  const count = (kind: string, outcome: WebhookOutcome) => {
    const key = `${outcome} ${kind}`;
    const there = tally.get(key);
    if (there === undefined) tally.set(key, { kind, outcome, items: 1 });
    else there.items += 1;
  };
  const items = deliveries.flatMap((delivery) =>
    mapDelivery(delivery, page).map((mapped) => ({ delivery, mapped })),
  );
  await inLanes(items, LANES, laneOf, async ({ delivery, mapped }) => {
    heartbeat();
    if (mapped.what === 'ignored') {
      count(mapped.kind, 'ignored');
      return;
    }
    const failure =
      mapped.what === 'failure'
        ? mapped.failure
        : await applyItem(store, page.id, delivery.id, mapped, count);
    if (failure === null) return;
    await store.webhookItems.setAside(page.id, failure).catch((error: unknown) => {
      if (isDatabaseAway(error)) throw error;
      // the item itself is what PostgreSQL refuses: its delivery has it
      log.error('An item could not be set aside', { kind: failure.kind, error: sqlState(error) ?? error });
      return store.webhookItems.setAside(page.id, { ...failure, payload: null });
    });
    count(failure.kind, 'set_aside');
  });
  return tally;
}

function laneOf({ mapped }: { mapped: MappedItem }): string {
  return mapped.what === 'item' ? mapped.item.personId : '';
}
