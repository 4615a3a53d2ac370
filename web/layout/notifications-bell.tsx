import { Bell } from 'lucide-react';
import { Popover } from 'radix-ui';
import { buttonClass } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { NotificationList } from './notification-list.tsx';
import { openNotifications, useNotificationsOpen } from './notifications-open.ts';
import { useUnreadCount } from './use-notifications.ts';

/** What people are told of: how much of it is unread, and the list. */
export function NotificationsBell({ className }: { className?: string }) {
  const isOpen = useNotificationsOpen();
  const unread = useUnreadCount();
  return (
    <Popover.Root open={isOpen} onOpenChange={openNotifications}>
      <Popover.Trigger
        aria-label={unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`}
        className={classNames(buttonClass('ghost', 'icon'), 'relative', className)}
      >
        <Bell aria-hidden className="size-5" />
        {unread > 0 && (
          <span
            aria-hidden
            className="absolute top-0.5 right-0.5 min-w-4.5 rounded-full bg-danger px-1 text-xs leading-4.5 font-semibold text-surface"
          >
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Notifications"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="z-40 flex max-h-[min(36rem,80dvh)] w-[min(26rem,calc(100vw-1rem))] flex-col rounded-xl border border-line bg-surface shadow-xl"
        >
          <NotificationList onFollow={() => openNotifications(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
