import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { NotificationResource, UnreadCounts } from '../../src/contract/notifications.ts';
import type { ListResource } from '../../src/contract/resources.ts';
import { usePolling } from '../api/changes.tsx';
import { useApi } from '../api/context.ts';
import { keys } from '../api/keys.ts';
import { useList } from '../api/list.ts';

/** How often unread notifications are counted while nobody says that there are new ones, in milliseconds. */
const POLL_MS = 30_000;

/** How many notifications are unread, of all severities. */
export function useUnreadCount(): number {
  const api = useApi();
  const { data } = useQuery({
    queryKey: [...keys.notifications, 'unread'],
    queryFn: async ({ signal }) => {
      const query = { limit: 1 };
      type Answer = ListResource<NotificationResource> & { unread: UnreadCounts };
      return (await api.get<Answer>('/api/notifications', { signal, query })).unread;
    },
    refetchInterval: usePolling(POLL_MS),
  });
  return data === undefined ? 0 : data.info + data.warning + data.error;
}

/** Notifications, newest first. */
export function useNotifications() {
  return useList<NotificationResource>({
    queryKey: [...keys.notifications, 'list'],
    path: '/api/notifications',
    query: { limit: 20 },
  });
}

/** Marks notifications as read: one, or all up to one. */
export function useMarkRead() {
  const api = useApi();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: keys.notifications });
  const one = useMutation({
    mutationFn: (id: number) => api.post<NotificationResource>(`/api/notifications/${id}/read`),
    onSettled,
  });
  const all = useMutation({
    mutationFn: (upTo: number) => api.post('/api/notifications/read-all', { body: { upTo } }),
    onSettled,
  });
  return { one, all };
}

/** Where more is to be read of what a notification tells; `null`: nowhere. */
export function placeOf({ jobId, pageId, kind }: NotificationResource): { to: string; words: string } | null {
  const isOfToken = kind === 'token-expired' || kind === 'token-expiring';
  if (pageId !== null && isOfToken) return { to: `/pages/${pageId}`, words: 'Connect it again' };
  if (jobId !== null) return { to: `/history/${jobId}`, words: 'See the sync' };
  return pageId === null ? null : { to: `/pages/${pageId}`, words: 'See the page' };
}
