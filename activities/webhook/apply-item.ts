import { type AppliedItem, type Store, sqlState, type WebhookFailure } from '../../src/store/index.ts';
import type { MappedItem } from './map-item.ts';

/** Times that an item is tried when another writer was in its way. */
const TRIES = 5;

/**
 * Applies an item. One that PostgreSQL refuses is what the caller sets aside; one that met another writer of the same rows
 * is tried again.
 *
 * @returns `null` when it is applied
 * @throws when the database is away, or the others do not let it through
 */
export async function applyItem(
  store: Store,
  pageId: string,
  deliveryId: number,
  { kind, item, payload }: Extract<MappedItem, { what: 'item' }>,
  onApplied: (applied: AppliedItem) => void,
): Promise<WebhookFailure | null> {
  for (let tried = 1; ; tried += 1) {
    try {
      onApplied(await store.webhookItems.apply(pageId, item));
      return null;
    } catch (error) {
      if (isContention(error) && tried < TRIES) continue;
      if (!isItsFault(error)) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      return { deliveryId, kind, reason: 'not_storable', detail, payload };
    }
  }
}

/**
 * Whether PostgreSQL refused this item for what it is: cardinality (21), data (22), integrity (23), limits (54), and what our
 * functions raise (P0). It must not hold up those behind it. Whatever else is wrong is wrong for every item: it is waited
 * for, and nothing is lost.
 */
function isItsFault(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && /^(21|22|23|54|P0)/.test(state.code);
}

/** Deadlocks, serialization failures, and a row that was stored, or taken away, in between. */
function isContention(error: unknown): boolean {
  const code = sqlState(error)?.code;
  return code === '40P01' || code === '40001' || code === '23505' || code === '23503';
}
