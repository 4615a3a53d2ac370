import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { JOB_STATUSES, type JobStatus } from '../../../src/contract/job-status.ts';
import { SYNC_MODES, SYNC_TRIGGERS } from '../../../src/contract/sync-options.ts';
import { JOB_STATUS_WORDS } from '../../format/job-status.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { PageSelect } from '../../ui/page-select.tsx';
import { type HistoryFilters, isBackwards } from './history-filters.ts';
import { MODE_NAMES, TRIGGER_NAMES } from './job-words.ts';

/** Which jobs are shown. */
export function FilterBar({
  filters,
  onChange,
}: {
  filters: HistoryFilters;
  onChange: (filters: HistoryFilters) => void;
}) {
  const { pageId, statuses, mode, trigger, since, until } = filters;
  const change = (part: Partial<HistoryFilters>) => onChange({ ...filters, ...part });
  const isFiltered = [pageId, mode, trigger, since, until].some(Boolean) || statuses.length > 0;
  return (
    <search
      aria-label="Filters"
      className="grid grid-cols-2 items-start gap-3 sm:flex sm:flex-wrap [&_input]:w-full [&_select]:w-full"
    >
      <PageSelect value={pageId} onChange={(chosen) => change({ pageId: chosen })} />
      <StatusMenu chosen={statuses} onChange={(chosen) => change({ statuses: chosen })} />
      <SelectField
        label="Mode"
        value={mode}
        onChange={(event) => change({ mode: SYNC_MODES.find((one) => one === event.target.value) ?? '' })}
      >
        <option value="">Every mode</option>
        {SYNC_MODES.map((one) => (
          <option key={one} value={one}>
            {MODE_NAMES[one]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Started"
        value={trigger}
        className="sm:max-w-48"
        onChange={(event) =>
          change({ trigger: SYNC_TRIGGERS.find((one) => one === event.target.value) ?? '' })
        }
      >
        <option value="">By anything</option>
        {SYNC_TRIGGERS.map((one) => (
          <option key={one} value={one}>
            {TRIGGER_NAMES[one]}
          </option>
        ))}
      </SelectField>
      <TextField
        label="From"
        type="date"
        value={since}
        onChange={(event) => change({ since: event.target.value })}
      />
      <TextField
        label="To"
        type="date"
        value={until}
        error={isBackwards(filters) ? 'It is before the first day.' : null}
        onChange={(event) => change({ until: event.target.value })}
      />
      {isFiltered && (
        <Button
          variant="ghost"
          className="self-end"
          onClick={() => onChange({ pageId: '', statuses: [], mode: '', trigger: '', since: '', until: '' })}
        >
          Clear filters
        </Button>
      )}
    </search>
  );
}

function StatusMenu({
  chosen,
  onChange,
}: {
  chosen: readonly JobStatus[];
  onChange: (chosen: JobStatus[]) => void;
}) {
  const [first] = chosen;
  const words =
    first === undefined
      ? 'Every status'
      : chosen.length === 1
        ? JOB_STATUS_WORDS[first].label
        : `${chosen.length} statuses`;
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="text-sm font-medium">
        Status
      </span>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button variant="outline" className="w-full min-w-36 justify-between px-3 font-normal">
            <span>
              <span className="sr-only">Status: </span>
              {words}
            </span>
            <ChevronDown aria-hidden className="size-4 text-muted" />
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="start"
            sideOffset={4}
            className="z-40 min-w-44 rounded-lg border border-line bg-surface p-1 shadow-lg"
          >
            {JOB_STATUSES.map((status) => (
              <DropdownMenu.CheckboxItem
                key={status}
                checked={chosen.includes(status)}
                // the menu stays open: several may be chosen
                onSelect={(event) => event.preventDefault()}
                onCheckedChange={(isChosen) =>
                  onChange(JOB_STATUSES.filter((one) => (one === status ? isChosen : chosen.includes(one))))
                }
                className="flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-none data-highlighted:bg-sunken"
              >
                <span className="flex size-4 items-center justify-center">
                  <DropdownMenu.ItemIndicator>
                    <Check aria-hidden className="size-4" />
                  </DropdownMenu.ItemIndicator>
                </span>
                {JOB_STATUS_WORDS[status].label}
              </DropdownMenu.CheckboxItem>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
}
