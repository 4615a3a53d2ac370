import { SlidersHorizontal } from 'lucide-react';
import { type Ref, useId, useState } from 'react';
import type { PageName } from '../../api/page-names.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { countFilters, type Filters } from './filters.ts';
import { MoreFilters } from './more-filters.tsx';
import { SearchField } from './search-field.tsx';

interface InboxFiltersProps {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
  pages: readonly PageName[];
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
