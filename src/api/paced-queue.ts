/** At most so many events a second reach a client (requirement B3). */
const PER_SECOND = 20;

/**
 * Lets events out one by one, at most 20 a second. When more than a second's worth waits, every other one of
 * those waiting is left out: each carries running totals, so nothing but names is lost.
 */
export class PacedQueue<T> {
  readonly #send: (event: T) => void;
  #waiting: T[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(send: (event: T) => void) {
    this.#send = send;
  }

  push(events: T[]): void {
    this.#waiting.push(...events);
    while (this.#waiting.length > PER_SECOND) {
      // counted from the end: the newest always stays
      const last = this.#waiting.length - 1;
      this.#waiting = this.#waiting.filter((_, index) => (last - index) % 2 === 0);
    }
    this.#timer ??= setInterval(() => this.#next(), 1000 / PER_SECOND);
  }

  /** Forgets what waits; something newer has been sent. */
  clear(): void {
    this.#waiting = [];
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #next(): void {
    const event = this.#waiting.shift();
    if (event === undefined) this.clear();
    else this.#send(event);
  }
}
