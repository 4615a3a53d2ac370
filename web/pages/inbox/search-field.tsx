import { Search, X } from 'lucide-react';
import { type Ref, useEffect, useId, useRef, useState } from 'react';
import { MAX_SEARCH_LENGTH } from '../../../src/contract/query-limits.ts';

/** How long somebody may stop typing before it is searched, in milliseconds. */
const TYPING_MS = 250;

/** What is searched for, as one types; Escape and a button take it away. */
export function SearchField({
  q,
  onSearch,
  field,
}: {
  q: string;
  onSearch: (q: string) => void;
  field: Ref<HTMLInputElement>;
}) {
  const id = useId();
  const [text, setText] = useState(q);
  /** What was searched for last here: when the address has it at last, more may have been typed. */
  const [asked, setAsked] = useState(q);
  const [shown, setShown] = useState(q);
  if (q !== shown) {
    setShown(q);
    // the address was changed by something else: the way back, a link
    if (q !== asked) {
      setAsked(q);
      setText(q);
    }
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = () => {
    setAsked(text.trim());
    onSearch(text.trim());
  };
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  const search = (typed: string, afterMs: number) => {
    setText(typed);
    clearTimeout(timer.current);
    // what stands in the field then, which something else may have changed
    timer.current = setTimeout(() => latest.current(), afterMs);
  };
  return (
    <div className="relative">
      <label htmlFor={id} className="sr-only">
        Search names and messages
      </label>
      <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-muted" />
      <input
        id={id}
        ref={field}
        type="search"
        value={text}
        maxLength={MAX_SEARCH_LENGTH}
        placeholder="Search names and messages"
        aria-keyshortcuts="/"
        autoComplete="off"
        onChange={({ target }) => search(target.value, TYPING_MS)}
        onKeyDown={({ key }) => {
          if (key === 'Enter') search(text, 0);
          if (key === 'Escape') search('', 0);
        }}
        className="h-10 w-full rounded-lg border border-line-strong bg-surface pr-9 pl-9 text-sm text-ink placeholder:text-muted [&::-webkit-search-cancel-button]:hidden"
      />
      {text === '' ? (
        <kbd
          aria-hidden
          className="absolute top-2.5 right-3 rounded border border-line px-1.5 text-xs leading-5 text-muted max-lg:hidden"
        >
          /
        </kbd>
      ) : (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => search('', 0)}
          className="absolute top-1 right-1 flex size-8 items-center justify-center rounded text-muted hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}
