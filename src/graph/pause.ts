import { setTimeout } from 'node:timers/promises';

/**
 * Waits, unless aborted: then the abort's own reason is thrown.
 *
 * @param ms milliseconds; 0 or less returns at once
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
