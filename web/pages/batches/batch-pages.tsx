import { useState } from 'react';
import { Link } from 'react-router';
import type { BatchPageResource, BatchResource } from '../../../src/contract/batch-resources.ts';
import type { BatchPageState } from '../../../src/contract/batches.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatCount } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField } from '../../ui/field.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { PAGE_STATE_WORDS, PAGE_STATES } from './batch-words.ts';
import { useBatchPages } from './use-batches.ts';

/** The pages of a batch: how each is, and its job. */
export function BatchPages({ batch }: { batch: BatchResource }) {
  const [state, setState] = useState<BatchPageState | null>(null);
  const pages = useBatchPages(batch.id, state);
  return (
    <Card
      title="Pages"
      className="[&>div]:p-0"
      actions={
        <SelectField
          label="State of the pages"
          hideLabel
          className="h-8"
          value={state ?? ''}
          onChange={(event) => setState((event.target.value || null) as BatchPageState | null)}
        >
          <option value="">All ({formatCount(batch.pages)})</option>
          {PAGE_STATES.filter((one) => batch.counts[one] > 0 || one === state).map((one) => (
            <option key={one} value={one}>
              {PAGE_STATE_WORDS[one].label} ({formatCount(batch.counts[one])})
            </option>
          ))}
        </SelectField>
      }
    >
      <QueryStates query={pages} what="the pages">
        {(data) => {
          // those that have moved on since they were read
          const shown = state === null ? data : data.filter((page) => page.state === state);
          if (shown.length === 0) return <EmptyState title="No page is in this state now" />;
          return (
            <ul className="divide-y divide-line">
              {shown.map((page) => (
                <BatchPageRow key={page.pageId} page={page} />
              ))}
            </ul>
          );
        }}
      </QueryStates>
      <ShowMore query={pages} />
    </Card>
  );
}

function BatchPageRow({ page }: { page: BatchPageResource }) {
  const { label, tone } = PAGE_STATE_WORDS[page.state];
  return (
    <li className="grid grid-cols-1 items-center gap-x-6 gap-y-1.5 px-4 py-3 text-sm sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_10rem]">
      <div className="min-w-0">
        <Link to={`/pages/${page.pageId}`} className="font-medium wrap-anywhere hover:underline">
          {page.name}
        </Link>
        {page.joined && <p className="text-xs text-muted">joined: somebody else has started its sync</p>}
      </div>
      <div className="min-w-0">
        <JobSoFar page={page} />
        {page.message !== null && <p className="text-muted">{page.message}</p>}
      </div>
      <p className="flex items-center gap-2 sm:justify-end">
        {page.jobId !== null && (
          <Link
            to={`/history/${page.jobId}`}
            aria-label={`Job of ${page.name}`}
            className="text-accent hover:underline"
          >
            Job
          </Link>
        )}
        <Badge tone={tone}>{label}</Badge>
      </p>
    </li>
  );
}

/** What the job has done, with a bar while it works. */
function JobSoFar({ page }: { page: BatchPageResource }) {
  const { job } = page;
  if (job === null || page.message !== null) return null;
  const { fetched, inserted, updated } = job;
  // what is stored from earlier, so it may be less than there is
  const total = job.total === null ? null : Math.max(job.total, fetched);
  const of = total === null ? '' : ` of ${formatCount(total)}`;
  const text = `${formatCount(fetched)}${of} conversations, ${formatCount(inserted)} new, ${formatCount(updated)} updated`;
  return (
    <div className="flex max-w-md flex-col gap-1">
      <ProgressBar
        share={total === null ? null : fetched / Math.max(total, 1)}
        label={`Conversations of ${page.name}`}
        text={text}
      />
      <p className="text-muted tabular-nums">
        {text}
        {job.status === 'PAUSED' && ', paused'}
      </p>
    </div>
  );
}
