/** Epoch seconds as Graph writes them: `2026-01-31T12:34:56+0000`. */
export function graphTime(sec: number): string {
  if (sec === lastSec) return lastText;
  lastSec = sec;
  lastText = `${new Date(sec * 1000).toISOString().slice(0, 19)}+0000`;
  return lastText;
}

let lastSec = Number.NaN;
let lastText = '';

/** Now in epoch seconds. */
export function nowSec(): number {
  return Math.floor(Date.now() / 1000);
}
