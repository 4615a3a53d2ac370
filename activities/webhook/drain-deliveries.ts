import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { DrainResult, WebhookOutcome, WebhookWorkflowInput } from '../../src/contract/webhooks.ts';
import { isDatabaseAway, type PendingDelivery, type Store, sqlState } from '../../src/store/index.ts';
import { applyItem } from './apply-item.ts';
import { inLanes } from './lanes.ts';
import { type MappedItem, mapDelivery, type PageIds } from './map-item.ts';

/** Deliveries that are read, applied and marked at once, and their size as PostgreSQL stores them: some 2,000 items. */
const BATCH = 200;
const BATCH_BYTES = 500_000;

/** People whose items are applied at the same time; those of one person one after another. */
const LANES = 8;

/** Counts by kind and outcome. */
type Tally = Map<string, { kind: string; outcome: WebhookOutcome; items: number }>;

/** How long a page is looked after without news before the drain ends, and between two looks then, in milliseconds. */
const LINGER_MS = 2000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 200;

/** Below the time after which Temporal misses it, and above what a quiet page takes, in milliseconds. */
const SILENT_MS = 4000;

/** The hold on a page outlasts any pause, and is renewed when half of it is over, in milliseconds. */
const HOLD_MS = 6000;

/**
 * `drainDeliveries`: applies what is pending for a page, in order of arrival, item by item (requirement E2), and what comes
 * until there has been nothing new for two seconds. One that cannot be applied is set aside alone. An attempt that dies has
 * applied some items without a mark: the next applies them again, which changes nothing.
 *
 * While it looks after the page it holds `webhook_drains`, and nobody sends a signal for each delivery: signals, and the
 * workflow tasks that they cause, were what limited a busy page. It gives up the hold before its last look.
 *
 * @param busyMs after which it ends although there is more, for the workflow to begin anew
 * @throws when the database is away; Temporal tries again
 */
export function createDrainDeliveries(store: Store, busyMs: number) {
  return async ({ facebookPageId }: WebhookWorkflowInput): Promise<DrainResult> => {
    const result: DrainResult = {
      deliveries: 0,
      items: { applied: 0, duplicate: 0, pending: 0, set_aside: 0, ignored: 0 },
      left: false,
    };
    const signal = cancellationSignal();
    const owner = randomUUID();
    const end = Date.now() + busyMs;
    // one that is over soon need not say that it lives
    const silentUntil = Date.now() + SILENT_MS;
    const alive = () => {
      if (Date.now() > silentUntil) heartbeat();
    };
    let quietUntil = Date.now() + LINGER_MS;
    let pauseMs = FIRST_PAUSE_MS;
    let renewAt = Date.now() + HOLD_MS / 2;
    await store.deliveries.take(facebookPageId, owner, HOLD_MS);
    for (;;) {
      alive();
      // the next drain takes the hold over
      if (signal.aborted || Date.now() >= end) return { ...result, left: true };
      const isLast = Date.now() >= quietUntil;
      if (isLast || Date.now() >= renewAt) {
        const isOurs = isLast
          ? await store.deliveries.release(facebookPageId, owner)
          : await store.deliveries.keep(facebookPageId, owner, HOLD_MS);
        // another attempt looks after the page, or the page was connected anew
        if (!isOurs) {
          const [waiting] = await store.deliveries.pending(facebookPageId, 1, BATCH_BYTES);
          return { ...result, left: waiting !== undefined };
        }
        renewAt = Date.now() + HOLD_MS / 2;
      }
      const deliveries = await store.deliveries.pending(facebookPageId, BATCH, BATCH_BYTES);
      if (isLast) {
        if (deliveries.length === 0) return result;
        await store.deliveries.take(facebookPageId, owner, HOLD_MS);
      }
      const page = deliveries.length === 0 ? null : await store.pages.identify(facebookPageId);
      if (page === null) {
        await setTimeout(pauseMs, null, { signal }).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        continue;
      }
      await applyBatch(store, page, deliveries, result, alive);
      quietUntil = Date.now() + LINGER_MS;
      pauseMs = FIRST_PAUSE_MS;
    }
  };
}

async function applyBatch(
  store: Store,
  page: PageIds & { id: string },
  deliveries: readonly PendingDelivery[],
  result: DrainResult,
  alive: () => void,
): Promise<void> {
  const { tally, conversationIds } = await applyAll(store, page, deliveries, alive);
  const counts = [...tally.values()];
  const ids = deliveries.map(({ id }) => id);
  await store.deliveries.finish(page.id, ids, counts, [...conversationIds]);
  for (const { outcome, items } of counts) result.items[outcome] += items;
  result.deliveries += deliveries.length;
}

async function applyAll(
  store: Store,
  page: PageIds & { id: string },
  deliveries: readonly PendingDelivery[],
  alive: () => void,
): Promise<{ tally: Tally; conversationIds: Set<string> }> {
  const tally: Tally = new Map();
  const conversationIds = new Set<string>();
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
    alive();
    if (mapped.what === 'ignored') {
      count(mapped.kind, 'ignored');
      return;
    }
    const failure =
      mapped.what === 'failure'
        ? mapped.failure
        : await applyItem(store, page.id, delivery.id, mapped, ({ outcome, conversationId }) => {
            count(mapped.kind, outcome);
            conversationIds.add(conversationId);
          });
    if (failure === null) return;
    await store.webhookItems.setAside(page.id, failure).catch((error: unknown) => {
      if (isDatabaseAway(error)) throw error;
      // the item itself is what PostgreSQL refuses: its delivery has it
      log.error('An item could not be set aside', { kind: failure.kind, error: sqlState(error) ?? error });
      return store.webhookItems.setAside(page.id, { ...failure, payload: null });
    });
    count(failure.kind, 'set_aside');
  });
  return { tally, conversationIds };
}

function laneOf({ mapped }: { mapped: MappedItem }): string {
  return mapped.what === 'item' ? mapped.item.personId : '';
}
