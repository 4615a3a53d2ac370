import { Check, CircleAlert, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { Link } from 'react-router';
import type { NotificationResource, Severity } from '../../src/contract/notifications.ts';
import { useMay } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { QueryStates } from '../ui/query-states.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { ScrollBox } from '../ui/scroll-box.tsx';
import { ShowMore } from '../ui/show-more.tsx';
import { EmptyState, ErrorLine } from '../ui/states.tsx';
import { placeOf, useMarkRead, useNotifications } from './use-notifications.ts';

const SEVERITIES: Record<Severity, { Icon: LucideIcon; color: string; words: string }> = {
  info: { Icon: Info, color: 'text-accent', words: 'News' },
  warning: { Icon: TriangleAlert, color: 'text-warning', words: 'Warning' },
  error: { Icon: CircleAlert, color: 'text-danger', words: 'Error' },
};

/** What people are told of, newest first. @param onFollow when somebody goes where more is to be read */
export function NotificationList({ onFollow }: { onFollow: () => void }) {
  const notifications = useNotifications();
  const { one, all } = useMarkRead();
  const maySync = useMay('sync');
  const newest = notifications.data?.[0];
  const hasUnread = notifications.data?.some(({ readAt }) => readAt === null) ?? false;
  return (
    <>
      <div className="flex items-center justify-between gap-2 border-b border-line px-4 py-2">
        <h2 className="font-semibold">Notifications</h2>
        {maySync && newest !== undefined && hasUnread && (
          <Button variant="ghost" size="sm" busy={all.isPending} onClick={() => all.mutate(newest.id)}>
            Mark all as read
          </Button>
        )}
      </div>
      <ErrorLine error={one.error ?? all.error} />
      <ScrollBox name="Notifications, newest first" className="min-h-0 flex-1">
        <QueryStates query={notifications} what="the notifications">
          {(found) =>
            found.length === 0 ? (
              <EmptyState title="Nothing to tell">
                News of automatic syncs, and what needs somebody, will be here.
              </EmptyState>
            ) : (
              <ul className="divide-y divide-line">
                {found.map((notification) => (
                  <Item
                    key={notification.id}
                    notification={notification}
                    onRead={maySync ? () => one.mutate(notification.id) : null}
                    onFollow={onFollow}
                  />
                ))}
              </ul>
            )
          }
        </QueryStates>
        <ShowMore query={notifications} />
      </ScrollBox>
    </>
  );
}

function Item({
  notification,
  onRead,
  onFollow,
}: {
  notification: NotificationResource;
  /** `null`: who looks may not. */
  onRead: (() => void) | null;
  onFollow: () => void;
}) {
  const { severity, title, text, createdAt, readAt } = notification;
  const { Icon, color, words } = SEVERITIES[severity];
  const isUnread = readAt === null;
  const place = placeOf(notification);
  const follow = () => {
    if (isUnread) onRead?.();
    onFollow();
  };
  return (
    <li className={classNames('flex gap-3 px-4 py-3 text-sm', isUnread && 'bg-accent-soft/40')}>
      <Icon aria-hidden className={classNames('mt-0.5 size-4 shrink-0', color)} />
      <div className="min-w-0 flex-1">
        <p className={classNames('wrap-anywhere', isUnread && 'font-semibold')}>
          <span className="sr-only">
            {words}
            {isUnread && ', unread'}:{' '}
          </span>
          {title}
        </p>
        <p className="text-muted wrap-anywhere">{text}</p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
          <RelativeTime iso={createdAt} />
          {place !== null && (
            <Link to={place.to} onClick={follow} className="text-accent underline">
              {place.words}
            </Link>
          )}
        </p>
      </div>
      {isUnread && onRead !== null && (
        <Button
          variant="ghost"
          size="icon"
          className="-mr-2 size-8"
          aria-label={`Mark as read: ${title}`}
          title="Mark as read"
          onClick={onRead}
        >
          <Check aria-hidden className="size-4" />
        </Button>
      )}
    </li>
  );
}
