import { mix } from '../hash.ts';
import type { Platform } from '../types.ts';
import type { AcknowledgedList } from './acknowledged.ts';
import { bodyOf, signatures } from './body.ts';
import { type Callback, timeoutMs } from './callback.ts';
import type { Counters } from './counters.ts';
import { FailingPages } from './failing-pages.ts';
import { Fifo } from './fifo.ts';
import { HeldBack } from './held-back.ts';
import { Poster } from './post.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Update } from './update.ts';

/** What is sent in one POST, again and again until it is answered with 2xx. */
type Batch = { platform: Platform; updates: Update[]; attempts: number; firstMs: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEEP_TRYING_MS = 36 * HOUR_MS;
const LONGEST_PAUSE_MS = 4 * HOUR_MS;
const DISABLE_AFTER_MS = HOUR_MS;

/** How long an update is held back, and a copy comes after the first: 20 to 520 ms, whatever the time scale. */
const LEAST_HOLD_MS = 20;
const HOLD_SPREAD_MS = 500;

/** Sends updates to a callback as Meta does: signed, batched, and again when the callback fails. */
export class Delivery {
  readonly callback: Callback;
  readonly failing: FailingPages;
  readonly #subscriptions: Subscriptions;
  readonly #counters: Counters;
  readonly #acknowledged: AcknowledgedList;
  readonly #poster: Poster;
  readonly #fresh: Record<Platform, Fifo<Update>> = { messenger: new Fifo(), instagram: new Fifo() };
  readonly #due = new Fifo<Batch>();
  readonly #waiting = new Map<Batch, NodeJS.Timeout>();
  readonly #sending = new Set<Batch>();
  readonly #heldBack = new HeldBack<Update>((update) => this.#queue(update));
  #made = 0;
  #scheduled = false;
  #stopped = false;
  #turn: Platform = 'messenger';

  constructor(
    callback: Callback,
    subscriptions: Subscriptions,
    counters: Counters,
    acknowledged: AcknowledgedList,
  ) {
    this.callback = callback;
    this.#subscriptions = subscriptions;
    this.#counters = counters;
    this.#acknowledged = acknowledged;
    this.#poster = new Poster(callback.url, callback.concurrency);
    this.failing = new FailingPages(DISABLE_AFTER_MS * callback.timeScale, (id) => this.#disable(id));
  }

  /** Updates and copies that are neither acknowledged nor dropped. */
  get pending(): number {
    let pending = this.#fresh.messenger.length + this.#fresh.instagram.length + this.#heldBack.size;
    for (const batch of this.#sending) pending += batch.updates.length;
    for (const batch of this.#waiting.keys()) pending += batch.updates.length;
    return pending;
  }

  /** Takes an update on; it may be held back, and it may be sent twice, as the callback's settings say. */
  add(update: Update): void {
    const { duplicate, shuffle, seed } = this.callback;
    this.#made += 1;
    const hash = mix(seed ^ 0xde11, this.#made);
    if (share(hash, 1) < shuffle) this.#heldBack.hold(update, holdMs(hash));
    else this.#queue(update);
    if (share(hash, 2) >= duplicate) return;
    this.#counters.duplicates += 1;
    // Every other copy follows at once: into the same POST, if there is room.
    if (hash % 2 === 0) this.#queue(update);
    else this.#heldBack.hold(update, holdMs(hash) + holdMs(mix(hash, 3)));
  }

  /** Sends nothing more and breaks off what is under way; answers what was not acknowledged. */
  stop(): Update[] {
    this.#stopped = true;
    const batches = [...this.#sending, ...this.#waiting.keys()];
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#sending.clear();
    this.failing.clear();
    this.#poster.close();
    const { messenger, instagram } = this.#fresh;
    const left = [messenger.drain(), instagram.drain(), this.#heldBack.drain()];
    return [...batches.flatMap((batch) => batch.updates), ...left.flat()];
  }

  /** Takes on what another delivery left. */
  takeOver(updates: readonly Update[]): void {
    for (const update of updates) this.#queue(update);
  }

  #queue(update: Update): void {
    this.#fresh[update.inbox.spec.platform].push(update);
    this.#schedule();
  }

  /** What is made in one go is there before the first POST is filled. */
  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    while (!this.#stopped && this.#sending.size < this.callback.concurrency) {
      const batch = this.#due.take(1)[0] ?? this.#nextBatch();
      if (!batch) return;
      this.#waiting.delete(batch);
      // Its page may have been given up while it waited for its turn.
      if (batch.updates.length === 0) continue;
      this.#sending.add(batch);
      void this.#attempt(batch);
    }
  }

  /** The two platforms take turns: one POST is of one of them. */
  #nextBatch(): Batch | null {
    for (let i = 0; i < 2; i += 1) {
      this.#turn = this.#turn === 'messenger' ? 'instagram' : 'messenger';
      const fresh = this.#fresh[this.#turn];
      while (fresh.length > 0) {
        const updates = this.#stillWanted(fresh.take(this.callback.batch));
        if (updates.length > 0) return { platform: this.#turn, updates, attempts: 0, firstMs: Date.now() };
      }
    }
    return null;
  }

  async #attempt(batch: Batch): Promise<void> {
    const { appSecret, timeScale } = this.callback;
    const body = bodyOf(batch.platform, batch.updates, Date.now());
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      accept: '*/*',
      ...signatures(body, appSecret),
    };
    if (batch.attempts > 0) this.#counters.retries += 1;
    batch.attempts += 1;
    const outcome = await this.#poster.post(body, headers, timeoutMs(timeScale));
    // Stopped: somebody else has these updates now.
    if (!this.#sending.delete(batch)) return;
    this.#counters.post(outcome);
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) this.#succeeded(batch);
    else this.#failed(batch);
    this.#send();
  }

  #succeeded(batch: Batch): void {
    const ackedMs = Date.now();
    this.#counters.acknowledged += batch.updates.length;
    for (const update of batch.updates) this.#acknowledged.add(update, ackedMs);
    for (const pageId of pagesOf(batch)) this.failing.succeeded(pageId);
  }

  /** Again at once, then after a minute, two, four, …; the last time when 36 hours are over. */
  #failed(batch: Batch): void {
    batch.updates = this.#stillWanted(batch.updates);
    for (const pageId of pagesOf(batch)) this.failing.failed(pageId);
    const { timeScale } = this.callback;
    const leftMs = batch.firstMs + KEEP_TRYING_MS * timeScale - Date.now();
    if (leftMs <= 0) this.#counters.dropped += batch.updates.length;
    if (leftMs <= 0 || batch.updates.length === 0) return;
    const pauseMs =
      batch.attempts === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, MINUTE_MS * 2 ** (batch.attempts - 2));
    const retry = () => {
      this.#due.push(batch);
      this.#send();
    };
    this.#waiting.set(batch, setTimeout(retry, Math.min(leftMs, pauseMs * timeScale)).unref());
  }

  /** Gives a page up: its subscription ends, and what waits for it is dropped. */
  #disable(pageId: string): void {
    if (!this.#subscriptions.disable(pageId)) return;
    for (const fresh of Object.values(this.#fresh)) {
      for (const update of this.#stillWanted(fresh.drain())) fresh.push(update);
    }
    for (const batch of this.#waiting.keys()) {
      batch.updates = this.#stillWanted(batch.updates);
      if (batch.updates.length > 0) continue;
      clearTimeout(this.#waiting.get(batch));
      this.#waiting.delete(batch);
    }
  }

  #stillWanted(updates: Update[]): Update[] {
    const wanted = updates.filter(({ pageId }) => this.#subscriptions.state(pageId) !== 'disabled');
    this.#counters.dropped += updates.length - wanted.length;
    return wanted;
  }
}

function pagesOf(batch: Batch): Set<string> {
  return new Set(batch.updates.map(({ pageId }) => pageId));
}

function share(hash: number, salt: number): number {
  return mix(hash, salt) / 2 ** 32;
}

function holdMs(hash: number): number {
  return LEAST_HOLD_MS + (mix(hash, 4) % HOLD_SPREAD_MS);
}
