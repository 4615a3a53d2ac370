import { Clock, Timer } from 'lucide-react';
import { Link } from 'react-router';
import type { JobResource } from '../../../src/contract/resources.ts';
import { formatDuration } from '../../../src/contract/statistics.ts';
import { TRIGGER_LABELS } from '../../format/job-status.ts';
import { formatCount } from '../../format/numbers.ts';
import { classNames } from '../../ui/class-names.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { JobProgress } from './job-progress.tsx';
import { JobStatusBadge } from './job-status-badge.tsx';
import { isOpen, jobKind } from './job-words.ts';

/** A job in a list: what it was, how it stands or ended, and what it has read. */
export function JobRow({ job, pageName }: { job: JobResource; pageName: string }) {
  return (
    <li className="relative grid gap-x-6 gap-y-2 px-4 py-3 hover:bg-sunken/60 md:grid-cols-[minmax(0,5fr)_minmax(0,3fr)_11rem]">
      <div className="flex min-w-0 flex-col gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <JobStatusBadge job={job} />
          <Link
            to={`/history/${job.id}`}
            className="min-w-0 font-medium wrap-anywhere after:absolute after:inset-0 hover:underline"
          >
            {jobKind(job)} of {pageName}
          </Link>
        </div>
        {isOpen(job) ? (
          <JobProgress job={job} />
        ) : (
          <p
            className={classNames(
              'text-sm wrap-anywhere',
              job.status === 'FAILED' ? 'text-danger' : 'text-muted',
            )}
          >
            {job.message}
          </p>
        )}
      </div>
      <JobCounts job={job} />
      <div className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted md:flex-col md:items-end md:text-right">
        <span>
          <RelativeTime iso={job.createdAt} />, {TRIGGER_LABELS[job.trigger]}
        </span>
        <span className="inline-flex items-center gap-1" title="Time at work, without pauses">
          {isOpen(job) ? (
            <Timer aria-hidden className="size-3.5" />
          ) : (
            <Clock aria-hidden className="size-3.5" />
          )}
          <span className="sr-only">Duration</span>
          {formatDuration(job.elapsedMs)}
        </span>
      </div>
    </li>
  );
}

function JobCounts({ job: { totals } }: { job: JobResource }) {
  const counts = [
    { name: 'new', value: totals.inserted, tone: 'text-success' },
    { name: 'updated', value: totals.updated, tone: 'text-accent-strong' },
    { name: 'unchanged', value: totals.unchanged, tone: 'text-ink' },
    { name: 'set aside', value: totals.failed + totals.historiesFailed, tone: 'text-danger' },
  ];
  return (
    <dl className="grid grid-cols-4 content-start gap-2 text-sm">
      {counts.map(({ name, value, tone }) => (
        <div key={name} className="flex min-w-0 flex-col">
          <dt className="order-2 text-xs text-muted">{name}</dt>
          <dd className={classNames('font-medium tabular-nums', value === 0 ? 'text-muted' : tone)}>
            {formatCount(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
