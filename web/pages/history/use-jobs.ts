import { useQuery } from '@tanstack/react-query';
import { OPEN_STATUSES } from '../../../src/contract/job-status.ts';
import type { JobResource, ListResource } from '../../../src/contract/resources.ts';
import { usePolling } from '../../api/changes.tsx';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { useList } from '../../api/list.ts';
import { type HistoryFilters, isBackwards, jobsQuery } from './history-filters.ts';

/** How often running jobs are asked for their counters, and all of them while nobody says what has changed. */
const RUNNING_MS = 3000;
const POLL_MS = 10_000;

/** Jobs, newest first; those that run are as they are now, however much of the list was read. */
export function useJobs(filters: HistoryFilters) {
  const api = useApi();
  const polling = usePolling(POLL_MS);
  const query = jobsQuery(filters);
  const list = useList<JobResource>({
    queryKey: [...keys.jobs, 'list', query],
    path: '/api/jobs',
    query,
    enabled: !isBackwards(filters),
    refetchInterval: polling,
  });
  const isRunning = (job: JobResource) => (OPEN_STATUSES as readonly string[]).includes(job.status);
  const running = useQuery({
    queryKey: [...keys.jobs, 'running'],
    queryFn: ({ signal }) =>
      api.get<ListResource<JobResource>>('/api/jobs', {
        signal,
        query: { status: OPEN_STATUSES.join(','), limit: 200 },
      }),
    refetchInterval: RUNNING_MS,
    enabled: list.data?.some(isRunning) ?? false,
  });
  const now = new Map(running.data?.data.map((job) => [job.id, job]));
  const jobs = list.data?.map((job) => {
    const other = now.get(job.id);
    return other !== undefined && other.revision > job.revision ? other : job;
  });
  return { ...list, data: jobs };
}
