import { useQuery } from '@tanstack/react-query';
import type { JobStatus } from '../../../src/contract/job-status.ts';
import type { JobResource, ListResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** States in which a sync adds conversations, or is about to. */
const AT_WORK: readonly JobStatus[] = ['PENDING', 'IN_PROGRESS'];

/** Whether a sync may be adding conversations. @param pageId to this page alone */
export function useIsSyncing(pageId: string | null): boolean {
  const api = useApi();
  const { data } = useQuery({
    queryKey: [...keys.jobs, 'at-work', pageId],
    queryFn: ({ signal }) =>
      api.get<ListResource<JobResource>>('/api/jobs', {
        signal,
        query: { pageId, status: AT_WORK.join(','), limit: 1 },
      }),
  });
  return data !== undefined && data.data.length > 0;
}
