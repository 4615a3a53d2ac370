const segments = new Intl.Segmenter();

/** Characters as people see them: no emoji is ever cut in two. */
function characters(text: string): string[] {
  return [...segments.segment(text)].map((part) => part.segment);
}

/** Columns of a terminal that a character takes. */
const WIDE =
  /^(\p{Emoji_Presentation}|.*\ufe0f|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303f\uff01-\uff60])/u;

function columnsOf(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}

/** Control characters never reach a terminal; line breaks do, and what joins emoji. */
export function printable(text: string): string {
  return text.replace(/(?![\n\u200d])\p{C}/gu, '');
}

/** Columns of a terminal that the text takes. */
export function textWidth(text: string): number {
  return characters(text).reduce((sum, character) => sum + columnsOf(character), 0);
}

/** One line of the text, at most so wide; `…` says that there was more. */
export function cutText(text: string, width: number): string {
  const line = printable(text.replace(/\s+/g, ' '));
  if (textWidth(line) <= width) return line;
  let used = 1;
  const kept = characters(line).filter((character) => {
    used += columnsOf(character);
    return used <= width;
  });
  return `${kept.join('')}…`;
}
