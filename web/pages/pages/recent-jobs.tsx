import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { hasEnded } from '../../../src/contract/job-status.ts';
import type { JobResource, ListResource } from '../../../src/contract/resources.ts';
import { MODE_LABELS } from '../../../src/contract/statistics.ts';
import { usePolling } from '../../api/changes.tsx';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { JOB_STATUS_WORDS, TRIGGER_LABELS } from '../../format/job-status.ts';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { EmptyState } from '../../ui/states.tsx';

const SHOWN = 6;

/** The newest jobs of a page. */
export function RecentJobs({ pageId }: { pageId: string }) {
  const api = useApi();
  const jobs = useQuery({
    queryKey: [...keys.jobs, 'recent', pageId],
    queryFn: ({ signal }) =>
      api.get<ListResource<JobResource>>('/api/jobs', { signal, query: { pageId, limit: SHOWN } }),
    refetchInterval: usePolling(5000),
  });
  return (
    <Card
      title="Recent jobs"
      className="[&>div]:p-0"
      actions={
        <Link to={`/history?page=${pageId}`} className="text-sm text-accent hover:underline">
          All jobs
        </Link>
      }
    >
      <QueryStates query={jobs} what="the jobs">
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title="No job yet">Its first sync will be here.</EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
          )
        }
      </QueryStates>
    </Card>
  );
}

function JobRow({ job }: { job: JobResource }) {
  const { label, tone } = JOB_STATUS_WORDS[job.status];
  const { fetched, inserted, updated, failed } = job.totals;
  const what = job.conversationId === null ? MODE_LABELS[job.mode] : 'Repair of a conversation';
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 px-4 py-3 text-sm">
      <div className="min-w-0">
        <Link to={`/history/${job.id}`} className="font-medium hover:underline">
          {what}
        </Link>{' '}
        <span className="text-muted">
          {TRIGGER_LABELS[job.trigger]}, <RelativeTime iso={job.createdAt} />
        </span>
        {/* how far one is that runs is said above, as it goes */}
        {hasEnded(job.status) && (
          <p className="text-muted">
            {formatNumberOf(fetched, 'conversation')}: {formatCount(inserted)} new, {formatCount(updated)}{' '}
            updated
            {failed > 0 && <span className="text-warning">, {formatCount(failed)} set aside</span>}
          </p>
        )}
      </div>
      <Badge tone={tone}>{job.tokenExpired ? 'Waits for a token' : label}</Badge>
    </li>
  );
}
