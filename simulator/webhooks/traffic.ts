import { mix } from '../hash.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Page } from '../page.ts';
import { happensOn, type UpdateKind } from './fields.ts';
import { happen } from './happen.ts';
import type { Webhooks } from './webhooks.ts';

/** How often each kind happens, relative to the others. */
export type Mix = Partial<Record<UpdateKind, number>>;

/** What a run of traffic is made of; it ends after `count` updates or `seconds`, or when it is stopped. */
export type TrafficPlan = {
  /** Updates a second. */
  rate: number;
  pages: readonly Page[];
  seconds: number;
  count: number;
  mix: Mix;
};

/** How far a run of traffic is. `updates` = those that webhooks tell of, `happened` = all. */
export type TrafficProgress = {
  running: boolean;
  rate: number;
  seconds: number;
  happened: number;
  updates: number;
  byKind: Record<string, number>;
};

/** Mostly people and pages writing to each other, and some of everything else. */
export const defaultMix: Mix = {
  message: 55,
  echo: 28,
  attachment: 2,
  sticker: 1,
  quick_reply: 1,
  reply_to: 1,
  story_reply: 1,
  story_mention: 1,
  postback: 1,
  referral: 1,
  optin: 1,
  reaction: 1,
  unreact: 1,
  read: 1,
  delivery: 1,
  edit: 1,
  unsend: 1,
  handover: 1,
  standby: 1,
};

const TICK_MS = 10;

/** The most that happens between two looks at what else there is to do. */
const MOST_IN_TICK = 2000;

/** Lets customers write and pages answer, at a steady rate and the same way every time. */
export class Traffic {
  readonly #webhooks: Webhooks;
  #plan: TrafficPlan | null = null;
  #kinds: UpdateKind[] = [];
  #inboxes: { page: Page; inbox: Inbox }[] = [];
  #startMs = 0;
  #endMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #happened = 0;
  #updates = 0;
  #byKind: Record<string, number> = {};

  constructor(webhooks: Webhooks) {
    this.#webhooks = webhooks;
  }

  /** Starts anew; what ran before ends. Pages without any conversation have no traffic. */
  start(plan: TrafficPlan): void {
    this.stop();
    this.#plan = plan;
    this.#kinds = Object.entries(plan.mix).flatMap(([kind, weight]) =>
      Array.from({ length: weight }, () => kind as UpdateKind),
    );
    this.#inboxes = plan.pages.flatMap((page) =>
      Object.values(page.inboxes).flatMap((inbox) => (inbox && inbox.size > 0 ? [{ page, inbox }] : [])),
    );
    this.#happened = 0;
    this.#updates = 0;
    this.#byKind = {};
    this.#startMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    if (this.#timer) {
      clearInterval(this.#timer);
      this.#endMs = performance.now();
    }
    this.#timer = null;
  }

  progress(): TrafficProgress {
    const endMs = this.#timer ? performance.now() : this.#endMs;
    return {
      running: this.#timer !== null,
      rate: this.#plan?.rate ?? 0,
      seconds: (endMs - this.#startMs) / 1000,
      happened: this.#happened,
      updates: this.#updates,
      byKind: { ...this.#byKind },
    };
  }

  #tick(): void {
    if (!this.#plan) return;
    const { rate, seconds, count } = this.#plan;
    const passed = Math.min(seconds, (performance.now() - this.#startMs) / 1000);
    const due = Math.min(count, Math.floor(passed * rate));
    const until = Math.min(due, this.#happened + MOST_IN_TICK);
    while (this.#happened < until) this.#one();
    if (this.#happened >= count || (passed >= seconds && this.#happened >= due)) this.stop();
  }

  #one(): void {
    const n = this.#happened;
    this.#happened += 1;
    const { page, inbox } = this.#inboxes[mix(0x7af1c, n) % this.#inboxes.length] as {
      page: Page;
      inbox: Inbox;
    };
    const slot = (mix(0x7af2c, n) % inbox.size) - inbox.born;
    const chosen = this.#kinds[mix(0x7af3c, n) % this.#kinds.length] ?? 'message';
    const kind = happensOn(chosen, inbox.spec.platform) ? chosen : 'message';
    // Where there is no message to react to, or to edit, somebody writes one.
    const happening = happen(inbox, slot, kind, {}) ?? happen(inbox, slot, 'message', {});
    if (!happening) return;
    this.#byKind[happening.kind] = (this.#byKind[happening.kind] ?? 0) + 1;
    this.#updates += this.#webhooks.tell(page, inbox, slot, happening);
  }
}
