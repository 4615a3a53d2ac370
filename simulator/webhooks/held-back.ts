const TICK_MS = 20;

/** Keeps things for a while and hands them on when their time has come; the order in between is lost on purpose. */
export class HeldBack<T> {
  readonly #release: (item: T) => void;
  readonly #dueAt = new Map<number, T[]>();
  #size = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(release: (item: T) => void) {
    this.#release = release;
  }

  get size(): number {
    return this.#size;
  }

  hold(item: T, ms: number): void {
    const tick = Math.ceil((performance.now() + ms) / TICK_MS);
    const due = this.#dueAt.get(tick);
    if (due) due.push(item);
    else this.#dueAt.set(tick, [item]);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Takes everything that is still held. */
  drain(): T[] {
    const items = [...this.#dueAt.values()].flat();
    this.#dueAt.clear();
    this.#rest();
    return items;
  }

  #tick(): void {
    const now = Math.floor(performance.now() / TICK_MS);
    for (const [tick, items] of this.#dueAt) {
      if (tick > now) continue;
      this.#dueAt.delete(tick);
      this.#size -= items.length;
      for (const item of items) this.#release(item);
    }
    if (this.#dueAt.size === 0) this.#rest();
  }

  #rest(): void {
    this.#size = 0;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}
