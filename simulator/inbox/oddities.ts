/** What can be made wrong with one conversation on request; the README says what each does. */
export const oddityKinds = [
  'nul-text',
  'lone-surrogate',
  'emoji',
  'rtl',
  'long-20000',
  'no-participants',
  'participants-empty',
  'participants-without-id',
  'only-page',
  'empty-conversation',
  'message-without-id',
  'message-without-from',
  'message-bad-time',
  'message-not-object',
  'poison-no-id',
  'poison-bad-updated-time',
  'poison-not-object',
  'poison-participants-string',
  'huge-count',
  'year-275760',
  'duplicate-in-page',
  'numeric-ids',
  'missing-updated-time',
  'null-name',
  'deep-nul-in-attachment',
] as const;

export type Oddity = (typeof oddityKinds)[number];

/** The last year a JavaScript date can hold, in Graph's notation. */
export const LAST_TIME = '+275760-09-13T00:00:00+0000';

/** The text an oddity puts into the conversation's newest original message, or null when it changes no text. */
export function oddText(oddities: ReadonlySet<Oddity>): string | null {
  if (oddities.has('nul-text')) return 'before\u0000after';
  if (oddities.has('lone-surrogate')) return 'half an emoji: \ud83d and its other half: \ude00 \ude00\ud83d';
  if (oddities.has('emoji')) return '👩🏽‍❤️‍💋‍👨🏿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👨‍👩‍👧‍👦 1️⃣ 🇺🇦 e\u0301 Z͑ͫ̓a͊l͌g̈o 𝒳𝒴𝒵';
  if (oddities.has('rtl')) return 'مرحبا \u202eabc\u202c שלום \u200f(1) 50% \u2067עברית\u2069 end';
  if (oddities.has('long-20000')) return 'é漢😀 abc 0123456789. '.repeat(1000).slice(0, 20_000);
  return null;
}

/**
 * Marks digits that must go out as a JSON number although JavaScript could not hold them exactly; the marks are
 * taken away when the answer is written (`withNumbers`).
 */
export function asNumber(digits: string): string {
  return `\u0001number:${digits}\u0001`;
}

/** Replaces what `asNumber` marked in a JSON text. */
export function withNumbers(json: string): string {
  return json.replace(/"\\u0001number:(\d+)\\u0001"/g, '$1');
}
