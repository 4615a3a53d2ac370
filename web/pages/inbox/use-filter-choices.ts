import { useQuery } from '@tanstack/react-query';
import type { TagsResource } from '../../../src/contract/conversations.ts';
import type { ListResource, PageResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** A page whose conversations may be there; also one that is not connected any more. */
export type InboxPageChoice = Pick<PageResource, 'id' | 'name' | 'health' | 'facebookPageId'>;

const AT_ONCE = 200;

/** All pages, those that are not connected any more too: their conversations stay. */
export function useInboxPages() {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.pages, 'names'],
    queryFn: async ({ signal }) => {
      const pages: InboxPageChoice[] = [];
      let cursor: string | null = null;
      do {
        const query = { connected: 'all', limit: AT_ONCE, cursor };
        const answer: ListResource<PageResource> = await api.get('/api/pages', { query, signal });
        for (const { id, name, health, facebookPageId } of answer.data) {
          pages.push({ id, name, health, facebookPageId });
        }
        cursor = answer.nextCursor;
      } while (cursor !== null);
      return pages;
    },
  });
}

/** Tags that are in use, the most used first. @param pageId of this page alone */
export function useTags(pageId: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.tags, pageId],
    queryFn: ({ signal }) => api.get<TagsResource>('/api/tags', { query: { pageId }, signal }),
    select: ({ data }) => data.map(({ tag }) => tag),
  });
}
