import { firstIndex, mix } from '../hash.ts';
import type { Rewritten } from './content.ts';
import type { Oddity } from './oddities.ts';

/** A message written at run time. */
export type AddedMessage = {
  code: number;
  sec: number;
  /** Milliseconds into the second; Graph shows none, webhooks do. Never falls from one message to the next newer. */
  ms: number;
  /** How many computed messages are newer, unsent ones included. */
  rank: number;
  fromPage: boolean;
  text: string | null;
};

/** What changed in a conversation since the start; a conversation nobody touched has none. */
export type Change = {
  /** Set for a conversation that did not exist at the start. Epoch seconds of its newest computed message. */
  bornSec: number | null;
  /** Epoch seconds of the newest message ever written at run time; stays when that one is unsent. */
  latestSec: number;
  /** Oldest first, so that the usual one, the newest, is put at the end. */
  added: AddedMessage[];
  /** Written at run time and unsent: cursors may still name them. */
  unsentAdded: Map<number, AddedMessage>;
  /** Codes of the computed messages that were unsent, rising. */
  unsentComputed: number[];
  /** By code, what was written over a message: edits, reactions, and all content that is more than text. */
  rewritten: Map<number, Rewritten>;
  nextCode: number;
  oddities: Set<Oddity>;
};

/** Where a message stands: `code` names it for ever, `index` is its place now (0 = newest). */
export type MessageRef = {
  code: number;
  sec: number;
  ms: number;
  fromPage: boolean;
  text: string | null;
};

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
    if (this.oddities.has('empty-conversation')) return 0;
    const change = this.#change;
    return change ? this.computed - change.unsentComputed.length + change.added.length : this.computed;
  }

  /** Epoch seconds of the newest message. */
  get updatedSec(): number {
    return Math.max(this.#bornSec, this.#change?.latestSec ?? 0);
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
    if (!change) return this.#computedAt(index);
    const { added } = change;
    const newer = firstIndex(added.length, (j) => this.#addedAt(change, j) >= index);
    const message = added[added.length - 1 - newer];
    return message && this.#addedAt(change, newer) === index ? message : this.#computedAt(index - newer);
  }

  /** The place of the message named by `code`, or null when there is none. */
  indexOf(code: number): number | null {
    const standing = this.standing(code);
    return standing?.there ? standing.index : null;
  }

  /**
   * The place of the message named by `code`; of one that was unsent (`there` false) the place where the next older
   * one stands now. Null when there never was such a message.
   */
  standing(code: number): { index: number; there: boolean } | null {
    if (this.oddities.has('empty-conversation')) return null;
    const change = this.#change;
    if (code < FIRST_ADDED_CODE) {
      if (code < 0 || code >= this.computed) return null;
      if (!change) return { index: code, there: true };
      const { added, unsentComputed } = change;
      const newer = firstIndex(added.length, (j) => (added[added.length - 1 - j]?.rank ?? 0) > code);
      const unsent = below(unsentComputed, code);
      return { index: code - unsent + newer, there: unsentComputed[unsent] !== code };
    }
    if (!change) return null;
    const { added, unsentAdded } = change;
    const found = added.findLastIndex((message) => message.code === code);
    if (found >= 0) return { index: this.#addedAt(change, added.length - 1 - found), there: true };
    const gone = unsentAdded.get(code);
    if (!gone) return null;
    const newer = added.length - firstIndex(added.length, (i) => isNewer(added[i] as AddedMessage, gone));
    return { index: newer + gone.rank - below(change.unsentComputed, gone.rank), there: false };
  }

  /** What was written over a message since it was there, if anything. */
  rewritten(code: number): Rewritten | undefined {
    return this.#change?.rewritten.get(code);
  }

  /** Writes a message; the caller moves the conversation. Equal seconds: the one written last is newer. */
  add(change: Change, sec: number, fromPage: boolean, text: string | null): AddedMessage {
    const { added } = change;
    const code = change.nextCode;
    change.nextCode += 1;
    const place = firstIndex(added.length, (i) => (added[i]?.sec ?? 0) > sec);
    const before = added[place - 1];
    const hash = mix(this.hash ^ 0x3117, code);
    const ms = before?.sec === sec ? Math.min(999, before.ms + 1 + (hash % 7)) : hash % 300;
    const rank = firstIndex(this.computed, (m) => this.computedSec(m) <= sec);
    const message = { code, sec, ms, rank, fromPage, text };
    added.splice(place, 0, message);
    change.latestSec = Math.max(change.latestSec, sec);
    return message;
  }

  /** Takes a message away; false when it is not there. */
  unsend(change: Change, code: number): boolean {
    if (this.indexOf(code) === null) return false;
    if (code < FIRST_ADDED_CODE) {
      change.unsentComputed.splice(below(change.unsentComputed, code), 0, code);
      return true;
    }
    const i = change.added.findLastIndex((message) => message.code === code);
    for (const gone of change.added.splice(i, 1)) change.unsentAdded.set(code, gone);
    return true;
  }

  /** Place of the j-th newest of the added messages. */
  #addedAt(change: Change, j: number): number {
    const rank = change.added[change.added.length - 1 - j]?.rank ?? 0;
    return j + rank - below(change.unsentComputed, rank);
  }

  /** The m-th newest of the computed messages that are left. */
  #computedAt(m: number): MessageRef {
    const unsent = this.#change?.unsentComputed ?? [];
    const code = m + firstIndex(unsent.length, (j) => (unsent[j] ?? 0) - j > m);
    const fromPage = this.oddities.has('only-page') || (this.computed - 1 - code) % 2 === 1;
    return { code, sec: this.computedSec(code), ms: this.#computedMs(code), fromPage, text: null };
  }

  /** The older of two that share a second is in its first half. */
  #computedMs(code: number): number {
    const older = code > 0 && this.computedSec(code - 1) === this.computedSec(code);
    return (older ? 0 : 500) + (mix(this.hash ^ 0x3117, code) % 500);
  }
}

/** How many of a rising list are below a value. */
function below(rising: readonly number[], value: number): number {
  return firstIndex(rising.length, (j) => (rising[j] ?? 0) >= value);
}

function isNewer(a: AddedMessage, b: AddedMessage): boolean {
  return a.sec > b.sec || (a.sec === b.sec && a.code > b.code);
}

/** A change record with nothing in it yet. */
export function emptyChange(bornSec: number | null): Change {
  return {
    bornSec,
    latestSec: 0,
    added: [],
    unsentAdded: new Map(),
    unsentComputed: [],
    rewritten: new Map(),
    nextCode: FIRST_ADDED_CODE,
    oddities: new Set(),
  };
}
