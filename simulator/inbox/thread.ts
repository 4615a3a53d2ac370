import { firstIndex, mix } from '../hash.ts';
import type { Oddity } from './oddities.ts';

/** A message written at run time. */
export type AddedMessage = { code: number; sec: number; fromPage: boolean; text: string | null };

/** What changed in a conversation since the start; a conversation nobody touched has none. */
export type Change = {
  /** Set for a conversation that did not exist at the start. Epoch seconds of its newest computed message. */
  bornSec: number | null;
  /** Newest first. */
  added: AddedMessage[];
  /** Index of each added message among all messages of the conversation, rising. */
  addedAt: number[];
  nextCode: number;
  oddities: Set<Oddity>;
};

/** Where a message stands: `code` names it for ever, `index` is its place now (0 = newest). */
export type MessageRef = { code: number; sec: number; fromPage: boolean; text: string | null };

/** Codes below this are computed messages (0 = the newest of them), above are messages written at run time. */
export const FIRST_ADDED_CODE = 0x40000000;

const GAP_SEC = 53;
const NO_ODDITIES: ReadonlySet<Oddity> = new Set();

/** One conversation: every message is computed from its number, so long ones cost nothing to hold. */
export class Thread {
  readonly slot: number;
  readonly hash: number;
  readonly computed: number;
  readonly oddities: ReadonlySet<Oddity>;
  readonly #bornSec: number;
  readonly #change: Change | undefined;

  constructor(slot: number, hash: number, bornSec: number, computed: number, change: Change | undefined) {
    this.slot = slot;
    this.hash = hash;
    this.#bornSec = bornSec;
    this.#change = change;
    this.oddities = change?.oddities ?? NO_ODDITIES;
    this.computed = computed;
  }

  /** How many messages there are now. */
  get total(): number {
    return this.oddities.has('empty-conversation') ? 0 : this.computed + (this.#change?.added.length ?? 0);
  }

  /** Epoch seconds of the newest message. */
  get updatedSec(): number {
    return Math.max(this.#bornSec, this.#change?.added[0]?.sec ?? 0);
  }

  /** Epoch seconds of computed message `m`; falls with m, every ninth shares the second of the one before. */
  computedSec(m: number): number {
    const rank = m - Math.floor((m + 3) / 9);
    return rank === 0
      ? this.#bornSec
      : this.#bornSec - rank * GAP_SEC - (mix(this.hash ^ 0x71e, rank) % GAP_SEC);
  }

  /** The message at place `index`, 0 = newest; index must be below `total`. */
  at(index: number): MessageRef {
    const change = this.#change;
    if (!change || change.added.length === 0) return this.#computedAt(index);
    const newer = firstIndex(change.added.length, (j) => (change.addedAt[j] ?? 0) >= index);
    const added = change.added[newer];
    return added && change.addedAt[newer] === index ? added : this.#computedAt(index - newer);
  }

  /** The place of the message named by `code`, or null when there is none. */
  indexOf(code: number): number | null {
    if (this.total === 0) return null;
    const added = this.#change?.added ?? [];
    const addedAt = this.#change?.addedAt ?? [];
    if (code >= FIRST_ADDED_CODE) {
      const found = added.findIndex((message) => message.code === code);
      return found < 0 ? null : (addedAt[found] ?? null);
    }
    if (code < 0 || code >= this.computed) return null;
    return code + firstIndex(added.length, (j) => (addedAt[j] ?? 0) - j > code);
  }

  /** Writes a message; the caller moves the conversation. Equal seconds: the one written last is newer. */
  add(change: Change, sec: number, fromPage: boolean, text: string | null): AddedMessage {
    const message = { code: change.nextCode, sec, fromPage, text };
    change.nextCode += 1;
    const place = firstIndex(change.added.length, (j) => (change.added[j]?.sec ?? 0) <= sec);
    change.added.splice(place, 0, message);
    change.addedAt = change.added.map(
      (added, j) => j + firstIndex(this.computed, (m) => this.computedSec(m) <= added.sec),
    );
    return message;
  }

  #computedAt(m: number): MessageRef {
    const fromPage = this.oddities.has('only-page') || (this.computed - 1 - m) % 2 === 1;
    return { code: m, sec: this.computedSec(m), fromPage, text: null };
  }
}

/** A change record with nothing in it yet. */
export function emptyChange(bornSec: number | null): Change {
  return { bornSec, added: [], addedAt: [], nextCode: FIRST_ADDED_CODE, oddities: new Set() };
}
