import { setTimeout } from 'node:timers/promises';

/**
 * Waits until a condition holds: looks again and again, and gives up after a bound that is far above what is
 * ever needed.
 *
 * @returns what the look found
 */
export async function eventually<T>(
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  what: string | (() => string),
  boundMs = 30_000,
): Promise<T> {
  const end = Date.now() + boundMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > end)
      throw new Error(`Not within ${boundMs} ms: ${typeof what === 'string' ? what : what()}`);
    await setTimeout(20);
  }
}
