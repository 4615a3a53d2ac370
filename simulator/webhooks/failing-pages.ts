/** Pages whose deliveries do nothing but fail; one that does so for the whole time allowed is given up. */
export class FailingPages {
  readonly #allowedMs: number;
  readonly #giveUp: (pageId: string) => void;
  readonly #failing = new Map<string, { sinceMs: number; timer: NodeJS.Timeout }>();

  constructor(allowedMs: number, giveUp: (pageId: string) => void) {
    this.#allowedMs = allowedMs;
    this.#giveUp = giveUp;
  }

  failed(pageId: string): void {
    if (this.#failing.has(pageId)) return;
    const timer = setTimeout(() => {
      this.#failing.delete(pageId);
      this.#giveUp(pageId);
    }, this.#allowedMs);
    this.#failing.set(pageId, { sinceMs: Date.now(), timer: timer.unref() });
  }

  succeeded(pageId: string): void {
    clearTimeout(this.#failing.get(pageId)?.timer);
    this.#failing.delete(pageId);
  }

  /** Since when a page's deliveries fail, epoch milliseconds; null when they do not. */
  sinceMs(pageId: string): number | null {
    return this.#failing.get(pageId)?.sinceMs ?? null;
  }

  clear(): void {
    for (const { timer } of this.#failing.values()) clearTimeout(timer);
    this.#failing.clear();
  }
}
