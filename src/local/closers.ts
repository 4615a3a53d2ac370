import type { Logger } from '../log.ts';

/** What has been started, to be stopped in the reverse order, whatever happens. */
export class Closers {
  readonly #logger: Logger;
  readonly #abort = new AbortController();
  readonly #closers: { name: string; close: () => Promise<unknown> }[] = [];
  #reason: string | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Aborted when it is time to stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why a part ended that should not have; `null` when the stop was asked for. */
  get breakdown(): string | null {
    return this.#reason;
  }

  add(name: string, close: () => Promise<unknown>): void {
    this.#closers.push({ name, close });
  }

  /** Asks everything to stop. */
  stop(): void {
    this.#abort.abort();
  }

  /** A part has ended by itself. */
  broken(reason: string): void {
    if (this.#abort.signal.aborted) return;
    this.#reason = reason;
    this.#logger.error(reason);
    this.stop();
  }

  /** Stops everything; a part that does not stop keeps none of the others from stopping. */
  async closeAll(): Promise<void> {
    this.stop();
    for (const { name, close } of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        this.#logger.error({ err: error }, `${name} did not stop`);
      }
    }
  }
}
