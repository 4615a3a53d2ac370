import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { localDay } from '../../format/days.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Card } from '../../ui/card.tsx';
import { Choice } from '../../ui/choice.tsx';
import { classNames } from '../../ui/class-names.ts';
import { TextField } from '../../ui/field.tsx';
import { PageSelect } from '../../ui/page-select.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { EmptyState } from '../../ui/states.tsx';
import {
  type AnalyticsFilters,
  analyticsQuery,
  RANGES,
  type Range,
  rangeError,
  readFilters,
  writeFilters,
} from './analytics-filters.ts';
import { MessageAnalytics } from './message-analytics.tsx';
import { SyncAnalytics } from './sync-analytics.tsx';
import { readerTimeZone, useMessageHistory, useSyncHistory } from './use-analytics.ts';

const RANGE_CHOICES: { value: Range; label: string }[] = [
  ...RANGES.map((days) => ({ value: days, label: `${days} days` })),
  { value: 'custom', label: 'Other days' },
];

/** Syncs and messages in numbers. */
export default function AnalyticsPage() {
  const [params, setParams] = useSearchParams();
  const filters = readFilters(params, localDay(Date.now()));
  const timeZone = readerTimeZone();
  const query = analyticsQuery(filters, timeZone);
  const error = rangeError(filters);
  const syncs = useSyncHistory(query, error === null);
  const messages = useMessageHistory(query, error === null);
  return (
    <PageFrame title="Analytics">
      <FilterBar
        filters={filters}
        timeZone={timeZone}
        onChange={(changed) => setParams(writeFilters(changed), { replace: true })}
      />
      {error !== null ? (
        <Card>
          <EmptyState title="No such days">{error}</EmptyState>
        </Card>
      ) : (
        <>
          <Part query={syncs} what="the syncs">
            {(history) => <SyncAnalytics history={history} />}
          </Part>
          <Part query={messages} what="the messages">
            {(history) => <MessageAnalytics history={history} />}
          </Part>
        </>
      )}
    </PageFrame>
  );
}

/** Figures; those of before are dim until those that were asked for are there. */
function Part<T>({
  query,
  what,
  children,
}: {
  query: UseQueryResult<T>;
  what: string;
  children: (data: T) => ReactNode;
}) {
  const isBefore = query.isPlaceholderData;
  return (
    <div aria-busy={isBefore} className={classNames('flex flex-col gap-4', isBefore && 'opacity-60')}>
      <QueryStates query={query} what={what}>
        {children}
      </QueryStates>
    </div>
  );
}

function FilterBar({
  filters,
  timeZone,
  onChange,
}: {
  filters: AnalyticsFilters;
  timeZone: string;
  onChange: (filters: AnalyticsFilters) => void;
}) {
  const { pageId, range, from, to } = filters;
  return (
    <search aria-label="Filters" className="flex flex-wrap items-end gap-3">
      <PageSelect value={pageId} onChange={(chosen) => onChange({ ...filters, pageId: chosen })} />
      <Choice
        label="Days"
        options={RANGE_CHOICES}
        value={range}
        onChange={(chosen) => onChange({ ...filters, range: chosen })}
      />
      {range === 'custom' && (
        <>
          <TextField
            label="From"
            type="date"
            value={from}
            max={to}
            onChange={(event) => onChange({ ...filters, from: event.target.value || from })}
          />
          <TextField
            label="To"
            type="date"
            value={to}
            min={from}
            onChange={(event) => onChange({ ...filters, to: event.target.value || to })}
          />
        </>
      )}
      <p className="text-sm text-muted">Days are those of {timeZone}.</p>
    </search>
  );
}
