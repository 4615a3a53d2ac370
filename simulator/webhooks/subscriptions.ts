import type { Platform } from '../types.ts';
import { fieldOf, type UpdateKind } from './fields.ts';

/** Whether a page's updates are sent; `disabled` = they were until an hour of deliveries failed. */
export type SubscriptionState = 'none' | 'subscribed' | 'disabled';

/** Which pages the app is subscribed to, and with which fields. */
export class Subscriptions {
  readonly #fields = new Map<string, ReadonlySet<string>>();
  readonly #disabled = new Set<string>();

  /** Replaces the fields of a page; one that was disabled is enabled again. */
  subscribe(pageId: string, fields: Iterable<string>): void {
    this.#disabled.delete(pageId);
    this.#fields.set(pageId, new Set(fields));
  }

  unsubscribe(pageId: string): void {
    this.#disabled.delete(pageId);
    this.#fields.delete(pageId);
  }

  /** Takes the subscription away because its deliveries fail; false when there is none. */
  disable(pageId: string): boolean {
    if (!this.#fields.delete(pageId)) return false;
    this.#disabled.add(pageId);
    return true;
  }

  clear(): void {
    this.#fields.clear();
    this.#disabled.clear();
  }

  state(pageId: string): SubscriptionState {
    if (this.#disabled.has(pageId)) return 'disabled';
    return this.#fields.has(pageId) ? 'subscribed' : 'none';
  }

  /** The fields of a page in the order they were given; null without a subscription. */
  fieldsOf(pageId: string): string[] | null {
    const fields = this.#fields.get(pageId);
    return fields ? [...fields] : null;
  }

  /** Whether an update is wanted: Messenger's by field, Instagram's with any subscription of the page. */
  wants(pageId: string, platform: Platform, kind: UpdateKind, fromPage: boolean): boolean {
    const fields = this.#fields.get(pageId);
    if (!fields) return false;
    return platform === 'instagram' || fields.has(fieldOf(kind, fromPage));
  }
}
