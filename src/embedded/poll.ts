import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  /** What is waited for, as it should read after "waited in vain for". */
  what: string;
  timeoutMs: number;
  everyMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Asks `condition` again and again until it gives something other than `undefined` or `false`, and returns that.
 * A throw of the condition ends the wait at once: it means that waiting makes no sense any more.
 * Throws when `timeoutMs` is over or `signal` is aborted.
 */
export async function poll<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  options: PollOptions,
): Promise<T> {
  const { what, timeoutMs, everyMs = 25, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() >= deadline) throw new Error(`waited in vain for ${what} (${timeoutMs} ms)`);
    await delay(everyMs);
  }
}
