import { memo, useState } from 'react';
import { formatCount } from '../../format/numbers.ts';
import { textParts } from '../../thread/text-parts.ts';

/** Longer texts are cut until somebody wants all of it. */
const LONG_CHARACTERS = 1500;
const LONG_LINES = 25;

/** What a message says: text and nothing but text, in its own direction, with addresses that can be opened. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const cut = cutText(text);
  const shown = isOpen ? text : cut;
  let place = 0;
  return (
    <>
      <p dir="auto" className="wrap-anywhere whitespace-pre-wrap">
        {textParts(shown).map((part) => {
          const key = place;
          place += part.text.length;
          if (part.kind === 'text') return part.text;
          return (
            <a
              key={key}
              href={part.href}
              target="_blank"
              rel="noopener noreferrer nofollow"
              className="underline underline-offset-2"
            >
              {part.text}
            </a>
          );
        })}
        {shown.length < text.length && '…'}
      </p>
      {cut.length < text.length && (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className="mt-1 text-sm font-medium underline underline-offset-2"
        >
          {isOpen ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </button>
      )}
    </>
  );
});

function cutText(text: string): string {
  const lines = text.split('\n', LONG_LINES + 1);
  const byLines = lines.length > LONG_LINES ? lines.slice(0, LONG_LINES).join('\n') : text;
  return byLines.length > LONG_CHARACTERS ? byLines.slice(0, LONG_CHARACTERS).toWellFormed() : byLines;
}
