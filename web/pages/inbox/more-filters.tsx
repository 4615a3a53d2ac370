import { PLATFORM_LABELS, PLATFORMS } from '../../../src/contract/platform.ts';
import type { PageName } from '../../api/page-names.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { countFilters, type Filters } from './filters.ts';
import { useTags } from './use-tags.ts';

interface MoreFiltersProps {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
  pages: readonly PageName[];
}

/** Page, platform, days and tag. */
export function MoreFilters({ filters, change, pages }: MoreFiltersProps) {
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
