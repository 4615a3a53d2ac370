import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { JobDetailResource } from '../../../src/contract/job-detail.ts';
import { usePageName } from '../../api/page-names.ts';
import { formatDateTime, formatRelative } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';
import { JobProgress } from './job-progress.tsx';
import { JobStatusBadge } from './job-status-badge.tsx';
import { isOpen, jobScope, TRIGGER_NAMES } from './job-words.ts';

/** How a job stands, what it was asked for, and when. */
export function JobHeader({ job }: { job: JobDetailResource }) {
  const pageName = usePageName();
  const { lastError } = job;
  return (
    <Card>
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <JobStatusBadge job={job} />
          {job.message !== null && <p className="min-w-0 wrap-anywhere">{job.message}</p>}
        </div>
        {isOpen(job) && <JobProgress job={job} />}
        {isOpen(job) && job.tokenExpired && (
          <p className="rounded-lg bg-danger-soft px-3 py-2 text-sm text-danger">
            Meta refused the token of the page.{' '}
            <Link to={`/pages/${job.pageId}`} className="underline">
              Connect it again
            </Link>
            , and the job goes on where it stands.
          </p>
        )}
        {lastError !== null && (isOpen(job) || job.status === 'FAILED' || job.status === 'PARTIAL') && (
          <p className="text-sm text-muted wrap-anywhere">
            Last error: {lastError.message} {lastError.detail}
          </p>
        )}
        <dl className="grid grid-cols-[repeat(auto-fill,minmax(9.5rem,1fr))] gap-x-6 gap-y-3 text-sm">
          <Item name="Page">
            <Link to={`/pages/${job.pageId}`} className="text-accent hover:underline">
              {pageName(job)}
            </Link>
          </Item>
          {job.conversationId !== null && (
            <Item name="About">
              <Link to={`/inbox/${job.conversationId}`} className="text-accent hover:underline">
                this conversation
              </Link>
            </Item>
          )}
          <Item name="Started">{TRIGGER_NAMES[job.trigger]}</Item>
          <Item name="Covers">{jobScope(job).join(', ')}</Item>
          <Item name="Asked for">
            <Moment iso={job.createdAt} />
          </Item>
          <Item name="Began">{job.startedAt === null ? 'not yet' : <Moment iso={job.startedAt} />}</Item>
          <Item name="Ended">{job.completedAt === null ? 'not yet' : <Moment iso={job.completedAt} />}</Item>
        </dl>
      </div>
    </Card>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

function Moment({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={formatRelative(iso)}>
      {formatDateTime(iso)}
    </time>
  );
}
