import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { toast } from 'sonner';
import type { JobChange } from '../../src/contract/change-resources.ts';
import { JOB_STATUSES } from '../../src/contract/job-status.ts';
import type { NotificationResource, Severity } from '../../src/contract/notifications.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { JOB_STATUS_WORDS } from '../format/job-status.ts';
import { formatNumberOf } from '../format/numbers.ts';
import { openNotifications } from './notifications-open.ts';
import { placeOf } from './use-notifications.ts';

/** How long a toast stays, in milliseconds: what somebody must do something about, longer. */
const STAYS_MS: Record<Severity, number> = { info: 8000, warning: 20_000, error: 30_000 };

interface Toast {
  id: string;
  severity: Severity;
  title: string;
  text: string;
  /** What leads on. */
  more: ReactNode;
  onClose: () => void;
}

function show({ id, severity, title, text, more, onClose }: Toast): void {
  const kinds = { info: toast, warning: toast.warning, error: toast.error };
  kinds[severity](
    <span role={severity === 'info' ? undefined : 'alert'} className="font-semibold">
      {title}
    </span>,
    {
      id,
      duration: STAYS_MS[severity],
      description: (
        <>
          {text} <span className="font-medium whitespace-nowrap">{more}</span>
        </>
      ),
      onAutoClose: onClose,
      onDismiss: onClose,
    },
  );
}

/** `11 complete, 1 failed` */
function endsInWords(jobs: readonly JobChange[]): string {
  return JOB_STATUSES.flatMap((status) => {
    const count = jobs.filter((job) => job.status === status).length;
    return count === 0 ? [] : [`${count} ${JOB_STATUS_WORDS[status].label.toLowerCase()}`];
  }).join(', ');
}

type Shown = Pick<Toast, 'id' | 'onClose'>;

/** A sync has ended elsewhere. @param job `null`: it could not be read */
export function tellOfJob(
  shown: Shown,
  change: JobChange,
  job: JobResource | null,
  pageName: string | null,
): void {
  const name = pageName ?? 'a page';
  show({
    ...shown,
    severity: change.status === 'FAILED' ? 'warning' : 'info',
    title: change.conversationId === null ? `Sync of ${name}` : `Repair of a conversation of ${name}`,
    text: `${(job?.message ?? `Ended: ${JOB_STATUS_WORDS[change.status].label.toLowerCase()}`).replace(/[.]?$/, '.')}`,
    more: (
      <Link to={`/history/${change.jobId}`} className="underline">
        See the job
      </Link>
    ),
  });
}

/** Some syncs have ended elsewhere. */
export function tellOfJobs(shown: Shown, jobs: readonly JobChange[], batchId: string | null): void {
  show({
    ...shown,
    severity: 'info',
    title:
      batchId === null
        ? `${formatNumberOf(jobs.length, 'sync')} have ended`
        : `A batch goes on: ${formatNumberOf(jobs.length, 'sync')} ended`,
    text: `${endsInWords(jobs)}.`,
    more: (
      <Link to={batchId === null ? '/history' : `/batches/${batchId}`} className="underline">
        {batchId === null ? 'See the history' : 'See the batch'}
      </Link>
    ),
  });
}

/** Something that people are told of. @param onFollow when somebody goes where more is to be read */
export function tellOfNotification(
  shown: Shown,
  notification: NotificationResource,
  onFollow: () => void,
): void {
  const place = placeOf(notification);
  show({
    ...shown,
    severity: notification.severity,
    title: notification.title,
    text: notification.text,
    more: place !== null && (
      <Link to={place.to} onClick={onFollow} className="underline">
        {place.words}
      </Link>
    ),
  });
}

/** Many such things. */
export function tellOfNotifications(shown: Shown, severity: Severity, count: number): void {
  show({
    ...shown,
    severity,
    title: `${formatNumberOf(count, 'new notification')}`,
    text: severity === 'info' ? 'News of automatic syncs.' : 'Something needs attention.',
    more: (
      <button type="button" className="underline" onClick={() => openNotifications(true)}>
        Show them
      </button>
    ),
  });
}
