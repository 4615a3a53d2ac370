import { useQuery } from '@tanstack/react-query';
import type { TagsResource } from '../../../src/contract/conversations.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** Tags that are in use, the most used first. @param pageId of this page alone */
export function useTags(pageId: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.tags, pageId],
    queryFn: ({ signal }) => api.get<TagsResource>('/api/tags', { query: { pageId }, signal }),
    select: ({ data }) => data.map(({ tag }) => tag),
  });
}
