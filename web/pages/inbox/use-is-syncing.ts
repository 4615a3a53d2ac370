import { useQuery } from '@tanstack/react-query';
import type { JobStatus } from '../../../src/contract/job-status.ts';
import type { JobResource, ListResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** States in which a sync adds conversations, or is about to. */
const AT_WORK: readonly JobStatus[] = ['PENDING', 'IN_PROGRESS'];

/** Jobs that are looked at: of those that read one conversation again there may be several at a time. */
const MOST_JOBS = 20;

/** Whether a sync may be adding conversations. @param pageId to this page alone */
export function useIsSyncing(pageId: string | null): boolean {
  const api = useApi();
  const { data } = useQuery({
    queryKey: [...keys.jobs, 'at-work', pageId],
    async queryFn({ signal }) {
      const query = { pageId, status: AT_WORK.join(','), limit: MOST_JOBS };
      const jobs = await api.get<ListResource<JobResource>>('/api/jobs', { signal, query });
      // no list that anybody sees, so no jobs are kept
      return jobs.data.some(({ trigger }) => trigger !== 'repair');
    },
  });
  return data ?? false;
}
