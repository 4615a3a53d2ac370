import type { Command } from 'commander';
import type { NotificationResource, Severity } from '../../contract/notifications.ts';
import { action, type Connect } from '../action.ts';
import { CommandFailure } from '../failure.ts';
import { type ListOptions, readList, withListOptions } from '../lists.ts';
import { paint, type Tone, timeText } from '../output.ts';
import type { Column } from '../table.ts';

const TONES: Record<Severity, Tone> = { info: 'green', warning: 'yellow', error: 'red' };

const COLUMNS: readonly Column<NotificationResource>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'TIME', value: ({ createdAt }) => timeText(createdAt) },
  { title: '', value: ({ readAt }) => (readAt === null ? 'new' : '') },
  {
    title: 'TITLE',
    value: ({ title }) => title,
    flexible: true,
    paint: (cell, { severity }) => paint(TONES[severity], cell),
  },
  { title: 'TEXT', value: ({ text }) => text, optional: true, flexible: true },
];

/** `notifications` */
export function addNotificationCommands(program: Command, connect: Connect): void {
  const notifications = program
    .command('notifications')
    .description('what people are told of: news of automatic syncs, syncs that failed, tokens that end');

  withListOptions(notifications.command('list', { isDefault: true }))
    .description('list notifications, newest first')
    .option('--unread', 'that nobody has read')
    .option('--page <page>', 'of this page')
    .action(
      action<ListOptions & { unread?: true; page?: string }>(
        connect,
        async ({ client, output }, { unread, page, ...options }) => {
          const list = await readList(options, (query) =>
            client.listNotifications({ ...query, unread, pageId: page }),
          );
          output.list(list, COLUMNS, 'There are no notifications.');
        },
      ),
    );

  notifications
    .command('read')
    .description('mark a notification, or all of them, as read')
    .argument('[id]')
    .option('--all')
    .action(
      action<{ all?: true }>(connect, async ({ client, output }, { all }, id) => {
        if ((id !== undefined) === (all ?? false)) {
          throw new CommandFailure('usage', 'Name a notification, or --all.');
        }
        if (all) output.show(await client.readAllNotifications(), ({ read }) => `${read} marked as read.`);
        else output.show(await client.readNotification(id), ({ title }) => `Marked as read: ${title}`);
      }),
    );
}
