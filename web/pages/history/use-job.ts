import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { JobBatch, JobDetailResource, TimelineEntry } from '../../../src/contract/job-detail.ts';
import type { JobReportResource } from '../../../src/contract/job-report.ts';
import type { Platform } from '../../../src/contract/platform.ts';
import type { FailureResource, JobResource, ListResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { useList } from '../../api/list.ts';
import { isOpen } from './job-words.ts';

/** How often a job at work is read, and what it has stored, in milliseconds. Its changes of state are told. */
const RUNNING_MS = 2000;
const STORED_MS = 4000;

/** A job's sentence comes a moment after its end: how soon it is asked for again, and for how long, in milliseconds. */
const SENTENCE_MS = 500;
const SENTENCE_WITHIN_MS = 15_000;

function jobAgainMs(job: JobResource | undefined): number | false {
  if (job === undefined) return false;
  if (job.completedAt === null) return RUNNING_MS;
  const isFresh = Date.now() - Date.parse(job.completedAt) < SENTENCE_WITHIN_MS;
  return job.message === null && isFresh ? SENTENCE_MS : false;
}

/** A job closely, as it is now. */
export function useJob(jobId: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.job(jobId),
    queryFn: ({ signal }) => api.get<JobDetailResource>(`/api/jobs/${encodeURIComponent(jobId)}`, { signal }),
    refetchInterval: ({ state }) => jobAgainMs(state.data),
  });
}

/** All that is kept of what happened to a job, oldest first. There is a bound to it. */
export function useTimeline(job: JobResource) {
  const api = useApi();
  return useQuery({
    // with its end the sentence of it comes into the timeline
    queryKey: [...keys.job(job.id), 'timeline', job.message !== null],
    queryFn: async ({ signal }) => {
      const entries: TimelineEntry[] = [];
      let cursor: string | null = null;
      do {
        const query = { limit: 200, cursor };
        const list: ListResource<TimelineEntry> = await api.get(`/api/jobs/${job.id}/timeline`, {
          signal,
          query,
        });
        entries.push(...list.data);
        cursor = list.nextCursor;
      } while (cursor !== null);
      return entries;
    },
    placeholderData: (before) => before,
    refetchInterval: isOpen(job) ? STORED_MS : false,
  });
}

/** What a job has stored, newest first. @param platform `null`: of all */
export function useBatches(job: JobResource, platform: Platform | null) {
  return useList<JobBatch>({
    queryKey: [...keys.job(job.id), 'batches', platform],
    path: `/api/jobs/${job.id}/batches`,
    query: { platform, limit: 50 },
    refetchInterval: isOpen(job) ? STORED_MS : false,
  });
}

/** What a job has set aside, oldest first. */
export function useFailures(job: JobResource) {
  return useList<FailureResource>({
    queryKey: [...keys.job(job.id), 'failures'],
    path: `/api/jobs/${job.id}/failures`,
    query: { limit: 25 },
    refetchInterval: isOpen(job) ? STORED_MS : false,
  });
}

/** What a job has come to. */
export function useReport(job: JobResource) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.job(job.id), 'report'],
    queryFn: ({ signal }) => api.get<JobReportResource>(`/api/jobs/${job.id}/report`, { signal }),
    refetchInterval: isOpen(job) ? STORED_MS : false,
  });
}

/** Cancels a job, and has read again what one has set aside. */
export function useJobCommands(jobId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: keys.jobs });
  const cancel = useMutation({
    mutationFn: () => api.post<JobResource>(`/api/jobs/${jobId}/cancel`),
    onSettled,
  });
  const retry = useMutation({
    mutationFn: () => api.post<JobResource>(`/api/jobs/${jobId}/retry-failed`),
    onSettled,
  });
  return { cancel, retry };
}
