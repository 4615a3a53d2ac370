/** Below this a number counts seconds, from 1,000 times that on microseconds: Meta sends all three, and text. */
const MILLISECONDS_FROM = 1e11;
const MICROSECONDS_FROM = 1e14;

const EARLIEST = Date.UTC(1990, 0);
/** A wrong stamp in the future would make every later reading look old. In milliseconds from now. */
const AHEAD_MS = 24 * 3600 * 1000;

/**
 * A time of Meta's webhooks, by its magnitude: milliseconds for messages, seconds for changes, and either where nobody
 * expects it; ISO 8601 in captures.
 *
 * @returns ISO 8601 in UTC; `null` when it is none, or out of sense
 */
export function readWebhookTime(value: unknown): string | null {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
  const ms = isNumber
    ? byMagnitude(Number(value))
    : typeof value === 'string'
      ? Date.parse(value)
      : Number.NaN;
  return ms >= EARLIEST && ms < Date.now() + AHEAD_MS ? new Date(ms).toISOString() : null;
}

function byMagnitude(value: number): number {
  if (value < MILLISECONDS_FROM) return value * 1000;
  return value < MICROSECONDS_FROM ? value : value / 1000;
}
