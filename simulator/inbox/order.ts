import { firstIndex, mix } from '../hash.ts';

/**
 * A place in the inbox's time order: newest second first, within a second the lower `seq` first. A conversation
 * that never changed has seq = its number; one that was touched gets a new, ever lower negative seq.
 */
export type Position = { sec: number; seq: number };

/** A conversation at its place. */
export type Placed = Position & { slot: number };

/** Negative when `a` comes before `b` (is newer). */
export function compare(a: Position, b: Position): number {
  return b.sec - a.sec || a.seq - b.seq;
}

const GAP_SEC = 97;

/**
 * The order of one inbox. Untouched conversations are computed from their number; touched ones are held in a
 * sorted list that is merged in while walking.
 */
export class Order {
  readonly #count: number;
  readonly #key: number;
  readonly #newestSec: number;
  readonly #touched: Placed[] = [];
  readonly #placeOf = new Map<number, Placed>();
  #touches = 0;

  constructor(count: number, key: number, newestSec: number) {
    this.#count = count;
    this.#key = key;
    this.#newestSec = newestSec;
  }

  /** Epoch seconds at which conversation k stood at the start; equal for k and k-1 at every eighth k. */
  baseSec(k: number): number {
    const rank = k - Math.floor((k + 2) / 8);
    return rank === 0 ? this.#newestSec : this.#newestSec - rank * GAP_SEC - (mix(this.#key, rank) % GAP_SEC);
  }

  /** Up to `limit` conversations that come after `from` (from the top when null), newest first. */
  after(from: Position | null, limit: number): Placed[] {
    let i = from ? firstIndex(this.#touched.length, (j) => this.#compareTouched(j, from) > 0) : 0;
    let k = this.#untouchedFrom(
      from ? firstIndex(this.#count, (j) => compare(this.#base(j), from) > 0) : 0,
      1,
    );
    const rows: Placed[] = [];
    while (rows.length < limit) {
      const touched = this.#touched[i];
      const base = k < this.#count ? this.#base(k) : null;
      if (touched && (!base || compare(touched, base) < 0)) {
        rows.push(touched);
        i += 1;
      } else if (base) {
        rows.push(base);
        k = this.#untouchedFrom(k + 1, 1);
      } else break;
    }
    return rows;
  }

  /** Up to `limit` conversations right before `to`, newest first. */
  before(to: Position, limit: number): Placed[] {
    let i = firstIndex(this.#touched.length, (j) => this.#compareTouched(j, to) >= 0) - 1;
    let k = this.#untouchedFrom(firstIndex(this.#count, (j) => compare(this.#base(j), to) >= 0) - 1, -1);
    const rows: Placed[] = [];
    while (rows.length < limit) {
      const touched = this.#touched[i];
      const base = k >= 0 ? this.#base(k) : null;
      if (touched && (!base || compare(touched, base) > 0)) {
        rows.push(touched);
        i -= 1;
      } else if (base) {
        rows.push(base);
        k = this.#untouchedFrom(k - 1, -1);
      } else break;
    }
    return rows.reverse();
  }

  /** The first conversation of the rows that stand at place `offset` and later; null past the end. */
  atOffset(offset: number): Placed | null {
    if (this.#touched.length === 0) return offset < this.#count ? this.#base(offset) : null;
    return this.after(null, offset + 1)[offset] ?? null;
  }

  /** Where a conversation stands. */
  placeOf(slot: number): Placed {
    return this.#placeOf.get(slot) ?? this.#base(slot);
  }

  /** Puts a conversation at a second, in front of all others of that second. */
  place(slot: number, sec: number): void {
    const old = this.#placeOf.get(slot);
    if (old) {
      this.#touched.splice(
        firstIndex(this.#touched.length, (j) => this.#compareTouched(j, old) >= 0),
        1,
      );
    }
    this.#touches += 1;
    const placed = { slot, sec, seq: -this.#touches };
    this.#touched.splice(
      firstIndex(this.#touched.length, (j) => this.#compareTouched(j, placed) > 0),
      0,
      placed,
    );
    this.#placeOf.set(slot, placed);
  }

  #base(k: number): Placed {
    return { slot: k, sec: this.baseSec(k), seq: k };
  }

  #compareTouched(j: number, other: Position): number {
    return compare(this.#touched[j] as Placed, other);
  }

  #untouchedFrom(start: number, step: 1 | -1): number {
    let k = start;
    while (k >= 0 && k < this.#count && this.#placeOf.has(k)) k += step;
    return k;
  }
}
