import { z } from 'zod';
import { notificationResource, unreadCounts } from '../contract/notifications.ts';
import { listNotificationsQuery, readNotificationsRequest } from '../contract/requests.ts';
import { listOf } from '../contract/resources.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { type Operation, operation } from './operation.ts';
import { notFound } from './problem.ts';
import { keysetOf } from './read-request.ts';

/** Ids are far below 2^53. */
const NUMBER = /^\d{1,15}$/;

const params = { id: 'The notification’s id' };

/** `/api/notifications` */
export function notificationOperations({ store }: Pick<ApiDeps, 'store'>): Operation[] {
  const { notifications } = store;
  return [
    operation({
      method: 'get',
      path: '/api/notifications',
      id: 'listNotifications',
      tag: 'Notifications',
      summary: 'What people are told of in the app, newest first',
      description: `News of automatic syncs, syncs that failed, pages that must be connected again. What was read, and news that
nobody has read, is deleted after \`RETENTION_DAYS\`.`,
      scope: 'read',
      query: listNotificationsQuery,
      answers: {
        200: {
          description: 'A page of the list, and how many are unread altogether',
          body: listOf(notificationResource).extend({ unread: unreadCounts }),
        },
      },
      problems: ['not-found'],
      async handle({ query }) {
        const page = query.pageId === undefined ? null : await requirePage(store, query.pageId);
        const unread = query.unread === undefined ? undefined : query.unread === 'true';
        const list = await notifications.list(keysetOf(query), {
          unread,
          pageId: page?.id,
          kind: query.kind,
        });
        return { status: 200, body: { ...list, unread: await notifications.unread() } };
      },
    }),

    operation({
      method: 'get',
      path: '/api/notifications/{id}',
      id: 'getNotification',
      tag: 'Notifications',
      summary: 'A notification',
      scope: 'read',
      params,
      answers: { 200: { description: 'The notification', body: notificationResource } },
      async handle({ params: { id = '' } }) {
        const notification = NUMBER.test(id) ? await notifications.find(Number(id)) : null;
        if (notification === null) throw notFound('Notification');
        return { status: 200, body: notification };
      },
    }),

    operation({
      method: 'post',
      path: '/api/notifications/{id}/read',
      id: 'readNotification',
      tag: 'Notifications',
      summary: 'Somebody has read it',
      scope: 'sync',
      params,
      answers: { 200: { description: 'The notification', body: notificationResource } },
      async handle({ params: { id = '' } }) {
        const notification = NUMBER.test(id) ? await notifications.markRead(Number(id)) : null;
        if (notification === null) throw notFound('Notification');
        return { status: 200, body: notification };
      },
    }),

    operation({
      method: 'post',
      path: '/api/notifications/read-all',
      id: 'readAllNotifications',
      tag: 'Notifications',
      summary: 'Somebody has read all of them',
      description:
        'With `upTo`, the id of the newest one that was shown, those that came after it stay unread.',
      scope: 'sync',
      body: readNotificationsRequest,
      answers: {
        200: {
          description: 'How many were unread, and how many still are',
          body: z.object({ read: z.int().min(0), unread: unreadCounts }),
        },
      },
      async handle({ body }) {
        const read = await notifications.markAllRead(body.upTo ?? null);
        return { status: 200, body: { read, unread: await notifications.unread() } };
      },
    }),
  ];
}
