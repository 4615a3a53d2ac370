import type { Inbox } from '../inbox/inbox.ts';
import type { Page } from '../page.ts';
import { AcknowledgedList } from './acknowledged.ts';
import { escapedJson } from './body.ts';
import type { Callback } from './callback.ts';
import { Counters } from './counters.ts';
import { Delivery } from './delivery.ts';
import type { Happening } from './happening.ts';
import { Subscriptions } from './subscriptions.ts';

/** The app's webhooks: which pages it is subscribed to, where updates go, and what became of them. */
export class Webhooks {
  readonly subscriptions = new Subscriptions();
  acknowledged = new AcknowledgedList();
  counters = new Counters();
  #delivery: Delivery | null = null;

  get callback(): Callback | null {
    return this.#delivery?.callback ?? null;
  }

  /** Updates and copies that are neither acknowledged nor dropped. */
  get pending(): number {
    return this.#delivery?.pending ?? 0;
  }

  /** Since when a page's deliveries do nothing but fail, epoch milliseconds. */
  failingSinceMs(pageId: string): number | null {
    return this.#delivery?.failing.sinceMs(pageId) ?? null;
  }

  /** Sends to another address from now on, what is still pending too; null = to none: what is pending is dropped. */
  setCallback(callback: Callback | null): void {
    const left = this.#delivery?.stop() ?? [];
    this.#delivery = null;
    if (callback) {
      this.#delivery = new Delivery(callback, this.subscriptions, this.counters, this.acknowledged);
      this.#delivery.takeOver(left);
    } else this.counters.dropped += left.length;
  }

  /** Tells the app of what happened, if it wants to know; answers how many updates that made: 1 or 0. */
  tell(page: Page, inbox: Inbox, slot: number, happening: Happening): number {
    const { kind, fromPage, code, atMs } = happening;
    const { platform, owner } = inbox.spec;
    if (!this.#delivery || !this.subscriptions.wants(page.id, platform, kind, fromPage)) return 0;
    const person = { id: inbox.ids.person(slot) };
    const account = { id: owner };
    const item = escapedJson({
      sender: fromPage ? account : person,
      recipient: fromPage ? person : account,
      // As observed: news of a delivery has a watermark and no time of its own.
      timestamp: kind === 'delivery' ? undefined : atMs,
      ...happening.members(),
    });
    this.counters.updates += 1;
    this.#delivery.add({ pageId: page.id, inbox, kind, standby: kind === 'standby', slot, code, atMs, item });
    return 1;
  }

  /** Nothing is sent any more and nothing is known any more. */
  reset(): void {
    this.setCallback(null);
    this.subscriptions.clear();
    this.counters = new Counters();
    this.acknowledged = new AcknowledgedList();
  }
}
