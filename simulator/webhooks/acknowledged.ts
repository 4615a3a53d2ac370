import type { Inbox } from '../inbox/inbox.ts';
import type { Platform } from '../types.ts';
import { type UpdateKind, updateKinds } from './fields.ts';
import type { Update } from './update.ts';

/** An update that the callback answered with 2xx. */
export type Acknowledged = {
  page: string;
  platform: Platform;
  kind: UpdateKind;
  messageId: string | null;
  at: string;
  ackedAt: string;
};

const NO_MESSAGE = -1;
const FIRST_CAPACITY = 4096;
const CHUNK = 1000;

/** Remembers the last updates that were acknowledged, in 30 bytes each: ids are computed again when they are read. */
export class AcknowledgedList {
  readonly #most: number;
  readonly #sources: { pageId: string; inbox: Inbox }[] = [];
  readonly #sourceOf = new Map<Inbox, number>();
  #capacity = 0;
  #count = 0;
  #source = new Uint16Array(0);
  #kind = new Uint8Array(0);
  #slot = new Int32Array(0);
  #code = new Int32Array(0);
  #atMs = new Float64Array(0);
  #ackedMs = new Float64Array(0);

  constructor(most = 1_000_000) {
    this.#most = most;
  }

  add(update: Update, ackedMs: number): void {
    if (this.#count === this.#capacity && this.#capacity < this.#most) this.#grow();
    const i = this.#count % this.#capacity;
    this.#count += 1;
    this.#source[i] = this.#sourceIndex(update);
    this.#kind[i] = updateKinds.indexOf(update.kind);
    this.#slot[i] = update.slot;
    this.#code[i] = update.code ?? NO_MESSAGE;
    this.#atMs[i] = update.atMs;
    this.#ackedMs[i] = ackedMs;
  }

  clear(): number {
    const removed = Math.min(this.#count, this.#capacity);
    this.#count = 0;
    return removed;
  }

  /** What is remembered, oldest first, in chunks so that any number can be streamed. */
  *rows(): Generator<Acknowledged[]> {
    const end = this.#count;
    for (let from = Math.max(0, end - this.#capacity); from < end; from += CHUNK) {
      // What was overwritten while this list is being read is left out.
      const first = Math.max(from, this.#count - this.#capacity);
      const rows: Acknowledged[] = [];
      for (let n = first; n < Math.min(end, this.#count, from + CHUNK); n += 1) {
        rows.push(this.#row(n % this.#capacity));
      }
      yield rows;
    }
  }

  #row(i: number): Acknowledged {
    const source = this.#sources[this.#source[i] ?? 0];
    if (!source) throw new Error('an acknowledged update without its page');
    const { pageId, inbox } = source;
    const code = this.#code[i] ?? NO_MESSAGE;
    return {
      page: pageId,
      platform: inbox.spec.platform,
      kind: updateKinds[this.#kind[i] ?? 0] ?? 'message',
      messageId: code === NO_MESSAGE ? null : inbox.ids.message(this.#slot[i] ?? 0, code),
      at: new Date(this.#atMs[i] ?? 0).toISOString(),
      ackedAt: new Date(this.#ackedMs[i] ?? 0).toISOString(),
    };
  }

  #sourceIndex({ inbox, pageId }: Update): number {
    let index = this.#sourceOf.get(inbox);
    if (index === undefined) {
      index = this.#sources.push({ pageId, inbox }) - 1;
      this.#sourceOf.set(inbox, index);
    }
    return index;
  }

  #grow(): void {
    this.#capacity = Math.min(this.#most, Math.max(FIRST_CAPACITY, this.#capacity * 2));
    this.#source = copied(new Uint16Array(this.#capacity), this.#source);
    this.#kind = copied(new Uint8Array(this.#capacity), this.#kind);
    this.#slot = copied(new Int32Array(this.#capacity), this.#slot);
    this.#code = copied(new Int32Array(this.#capacity), this.#code);
    this.#atMs = copied(new Float64Array(this.#capacity), this.#atMs);
    this.#ackedMs = copied(new Float64Array(this.#capacity), this.#ackedMs);
  }
}

function copied<T extends { set: (from: T) => void }>(to: T, from: T): T {
  to.set(from);
  return to;
}
