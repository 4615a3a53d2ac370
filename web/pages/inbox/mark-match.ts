/** A piece of a text in which something was searched for. */
export interface MatchPart {
  text: string;
  isHit: boolean;
}

/** How much of a text is shown before the first hit, so that it is in sight in a narrow row; and in all. */
const BEFORE = 12;
const LENGTH = 160;

/** The part of a text around the first place where `q` is, in any case, with every hit in it apart. */
export function markMatch(text: string, q: string): MatchPart[] {
  const wanted = q.normalize('NFC').trim();
  const line = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
  if (wanted === '') return [{ text: cut(line, 0), isHit: false }];
  const hits = new RegExp(escaped(wanted), 'giu');
  const first = line.search(hits);
  const shown = cut(line, first > 2 * BEFORE ? first - BEFORE : 0);
  const parts: MatchPart[] = [];
  let from = 0;
  for (const { 0: hit, index } of shown.matchAll(hits)) {
    if (index > from) parts.push({ text: shown.slice(from, index), isHit: false });
    parts.push({ text: hit, isHit: true });
    from = index + hit.length;
  }
  if (from < shown.length) parts.push({ text: shown.slice(from), isHit: false });
  return parts;
}

function cut(line: string, from: number): string {
  const shown = line.slice(from, from + LENGTH).toWellFormed();
  return `${from > 0 ? '…' : ''}${shown}${line.length > from + LENGTH ? '…' : ''}`;
}

/** As a pattern that means itself. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
