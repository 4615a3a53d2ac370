import { Search, SlidersHorizontal, X } from 'lucide-react';
import { type Ref, useEffect, useId, useRef, useState } from 'react';
import { PLATFORM_LABELS, PLATFORMS } from '../../../src/contract/platform.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import { countFilters, type Filters, MAX_SEARCH_LENGTH } from './filters.ts';
import { type InboxPageChoice, useTags } from './use-filter-choices.ts';

/** How long somebody may stop typing before it is searched, in milliseconds. */
const TYPING_MS = 250;

interface InboxFiltersProps {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
  pages: readonly InboxPageChoice[];
  searchField: Ref<HTMLInputElement>;
}

/** What of the inbox is shown: a search, unread ones, and the rest on demand. */
export function InboxFilters({ filters, change, pages, searchField }: InboxFiltersProps) {
  const [isOpen, setIsOpen] = useState(false);
  const panel = useId();
  const count = countFilters(filters);
  return (
    <search aria-label="Conversations" className="flex flex-col gap-2 border-b border-line p-3">
      <SearchField q={filters.q} onSearch={(q) => change({ q })} field={searchField} />
      <div className="flex items-center gap-2">
        <fieldset className="flex rounded-lg border border-line-strong p-0.5">
          <legend className="sr-only">Which conversations</legend>
          {[false, true].map((unread) => (
            <label
              key={String(unread)}
              className="cursor-pointer rounded-md px-3 py-1 text-sm has-checked:bg-accent has-checked:font-medium has-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2"
            >
              <input
                type="radio"
                name={`${panel}-unread`}
                checked={filters.unread === unread}
                onChange={() => change({ unread })}
                className="sr-only"
              />
              {unread ? 'Unread' : 'All'}
            </label>
          ))}
        </fieldset>
        <Button
          variant="ghost"
          size="sm"
          aria-expanded={isOpen}
          aria-controls={panel}
          onClick={() => setIsOpen(!isOpen)}
          className="ml-auto"
        >
          <SlidersHorizontal aria-hidden className="size-4" />
          Filters
          {count > 0 && (
            <span className="rounded-full bg-accent px-1.5 text-xs leading-5 text-on-accent">
              {count}
              <span className="sr-only"> set</span>
            </span>
          )}
        </Button>
      </div>
      <div id={panel} hidden={!isOpen} className={classNames(isOpen && 'grid grid-cols-2 gap-2')}>
        {isOpen && <MoreFilters filters={filters} change={change} pages={pages} />}
      </div>
    </search>
  );
}

function SearchField({
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
  // the address was changed by something else: the way back, a link
  const [shown, setShown] = useState(q);
  if (q !== shown) {
    setShown(q);
    if (q !== text.trim()) setText(q);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (typed: string, afterMs: number) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(typed.trim()), afterMs);
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

function MoreFilters({ filters, change, pages }: Omit<InboxFiltersProps, 'searchField'>) {
  const tags = useTags(filters.page).data ?? [];
  // what the address names is shown, also where it is not (or no more) in use
  const allTags = filters.tag === null || tags.includes(filters.tag) ? tags : [filters.tag, ...tags];
  const isBackwards = filters.since !== null && filters.until !== null && filters.since > filters.until;
  return (
    <>
      <SelectField
        label="Page"
        value={filters.page ?? ''}
        onChange={({ target }) => change({ page: target.value || null })}
        className="min-w-0"
      >
        <option value="">All pages</option>
        {pages.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {filters.page !== null && !pages.some(({ id }) => id === filters.page) && (
          <option value={filters.page}>A page that is not there</option>
        )}
      </SelectField>
      <SelectField
        label="Platform"
        value={filters.platform ?? ''}
        onChange={({ target }) =>
          change({ platform: PLATFORMS.find((platform) => platform === target.value) ?? null })
        }
        className="min-w-0"
      >
        <option value="">Both platforms</option>
        {PLATFORMS.map((platform) => (
          <option key={platform} value={platform}>
            {PLATFORM_LABELS[platform]}
          </option>
        ))}
      </SelectField>
      <TextField
        label="From"
        type="date"
        max={filters.until ?? undefined}
        value={filters.since ?? ''}
        onChange={({ target }) => change({ since: target.value || null })}
        className="min-w-0"
      />
      <TextField
        label="To"
        type="date"
        min={filters.since ?? undefined}
        value={filters.until ?? ''}
        onChange={({ target }) => change({ until: target.value || null })}
        error={isBackwards ? 'Must not be before the first day' : null}
        className="min-w-0"
      />
      <SelectField
        label="Tag"
        value={filters.tag ?? ''}
        onChange={({ target }) => change({ tag: target.value || null })}
        className="min-w-0"
      >
        <option value="">Any tag</option>
        {allTags.map((tag) => (
          <option key={tag} value={tag}>
            {tag}
          </option>
        ))}
      </SelectField>
      <Button
        variant="outline"
        className="self-end"
        disabled={countFilters(filters) === 0}
        onClick={() => change({ page: null, platform: null, since: null, until: null, tag: null })}
      >
        Clear filters
      </Button>
    </>
  );
}
