/** A piece of a text: words, or an address that can be opened. */
export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'“”«»]+/giu;
/** What ends a sentence, not an address. */
const TRAILING = /[.,;:!?…)\]}]+$/u;

/** Splits a text into words and addresses; nothing else in it means anything. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = withoutTrail(match[0]);
    const href = webAddress(/^www\./i.test(shown) ? `https://${shown}` : shown);
    if (href === null) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push({ kind: 'link', text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** Without the punctuation behind it; a closing bracket stays where the address has the opening one. */
function withoutTrail(address: string): string {
  const trail = TRAILING.exec(address)?.[0] ?? '';
  let kept = address.slice(0, address.length - trail.length);
  for (const character of trail) {
    if (character !== ')' || !kept.includes('(') || kept.includes(')')) break;
    kept += character;
  }
  return kept;
}

/** An address that a browser may open or load: http or https alone, so that no text runs as a script; else `null`. */
export function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value)) return null;
  return URL.canParse(value) ? value : null;
}
