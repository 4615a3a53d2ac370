import {
  CircleCheck,
  CirclePause,
  CircleX,
  Clock,
  KeyRound,
  type LucideIcon,
  TriangleAlert,
  WifiOff,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { formatNumberOf } from '../format/numbers.ts';
import { isOpen, type KnownSync } from '../sync/sync-status.ts';
import type { SyncConnection } from '../sync/sync-watch.ts';
import {
  announcementOf,
  historiesLeft,
  longProgress,
  originOf,
  progressOf,
  waitingUntil,
} from '../sync/sync-words.ts';
import { Badge } from '../ui/badge.tsx';
import { classNames } from '../ui/class-names.ts';
import { RelativeTime } from '../ui/relative-time.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { ErrorLine } from '../ui/states.tsx';
import { LivePanelCommands, type LivePanelCommandsProps } from './live-panel-commands.tsx';
import { LivePanelNumbers, LivePanelPlatforms } from './live-panel-numbers.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { useKeptFocus } from './use-kept-focus.ts';

export interface LivePanelViewProps extends Omit<LivePanelCommandsProps, 'status'> {
  /** `null`: the page was never synced. */
  known: KnownSync | null;
  connection: SyncConnection;
  nowMs: number;
  /** Why nothing may be asked of it. */
  refusal?: string | null;
  /** Why a command has failed, or nothing new comes. */
  error?: unknown;
}

/** The panel as it looks; it knows nothing of the API. */
export function LivePanelView({
  known,
  connection,
  nowMs,
  refusal = null,
  error = null,
  ...commands
}: LivePanelViewProps) {
  const status = known?.status ?? null;
  const keptFocus = useKeptFocus<HTMLDivElement>();
  return (
    <section
      aria-label="Sync"
      className="pagesync flex flex-col gap-4 rounded-xl border border-line bg-surface p-4 text-ink"
    >
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <Heading status={status} nowMs={nowMs} />
        {connection === 'reconnecting' && (
          <Badge tone="warning">
            <WifiOff aria-hidden className="size-3.5" />
            Reconnecting …
          </Badge>
        )}
      </div>
      {known !== null &&
        (isOpen(known.status) ? (
          <Running known={known} nowMs={nowMs} />
        ) : (
          <Ended known={known} nowMs={nowMs} />
        ))}
      <ErrorLine error={error} />
      <div {...keptFocus} className="flex flex-wrap items-center gap-2">
        {refusal === null ? (
          <LivePanelCommands status={status} {...commands} />
        ) : (
          <p className="text-sm text-muted">{refusal}</p>
        )}
      </div>
      <p role="status" className="sr-only">
        {status === null ? '' : announcementOf(status, nowMs)}
      </p>
    </section>
  );
}

function Running({ known, nowMs }: { known: KnownSync; nowMs: number }) {
  const { job, streams } = known.status;
  const { current, total } = progressOf(job);
  const left = historiesLeft(known.status);
  const done = job.totals.histories;
  const share =
    left === null ? (total === null || total === 0 ? null : current / total) : done / (done + left);
  const older = left === null ? null : `older messages: ${formatNumberOf(left, 'conversation')} left`;
  return (
    <>
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <p className="text-xl font-semibold tabular-nums">{longProgress(job)}</p>
          {share !== null && <p className="text-sm text-muted tabular-nums">{Math.floor(share * 100)}%</p>}
        </div>
        <ProgressBar
          share={share}
          label={older === null ? 'Conversations' : 'Older messages'}
          text={older ?? longProgress(job)}
        />
        {older !== null && <p className="text-sm">{older}</p>}
        <p className="min-h-5 truncate text-sm text-muted">
          {job.currentName !== null && (
            <>
              Now: <bdi className="text-ink">{job.currentName}</bdi>
            </>
          )}
        </p>
      </div>
      {job.tokenExpired && (
        <p className="text-sm">
          Meta has refused the page’s token. Nothing is lost: connect the page again, and the sync goes on by
          itself.
        </p>
      )}
      {known.trouble !== null && !job.tokenExpired && (
        <p className="flex items-start gap-2 text-sm text-warning">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span className="min-w-0 wrap-anywhere">{known.trouble}</span>
        </p>
      )}
      <LivePanelNumbers known={known} nowMs={nowMs} />
      {streams !== null && streams.length > 0 && <LivePanelPlatforms streams={streams} />}
    </>
  );
}

function Ended({ known, nowMs }: { known: KnownSync; nowMs: number }) {
  const { job } = known.status;
  return (
    <>
      {job.message !== null && <p className="text-sm wrap-anywhere">{job.message}</p>}
      <LivePanelNumbers known={known} nowMs={nowMs} />
    </>
  );
}

const ENDS: Partial<Record<JobResource['status'], [title: string, Icon: LucideIcon, colour: string]>> = {
  COMPLETED: ['Last sync complete', CircleCheck, 'text-success'],
  UP_TO_DATE: ['Up to date', CircleCheck, 'text-success'],
  PARTIAL: ['Last sync stopped early', TriangleAlert, 'text-warning'],
  CANCELLED: ['Last sync cancelled', CircleX, 'text-muted'],
  FAILED: ['Last sync failed', CircleX, 'text-danger'],
};

function Heading({ status, nowMs }: { status: SyncStatusResource | null; nowMs: number }) {
  if (status === null) {
    return <Title icon={<Clock aria-hidden className="size-5 text-muted" />} title="Never synced" />;
  }
  const { job } = status;
  const [ended, EndIcon, colour] = ENDS[job.status] ?? [];
  if (ended !== undefined && EndIcon !== undefined) {
    return (
      <Title icon={<EndIcon aria-hidden className={classNames('size-5', colour)} />} title={ended}>
        {originOf(job)}
        {job.completedAt !== null && (
          <>
            , <RelativeTime iso={job.completedAt} />
          </>
        )}
      </Title>
    );
  }
  return (
    <Title {...openTitle(status, nowMs)}>
      {originOf(job)}
      {job.startedAt !== null && (
        <>
          , <RelativeTime iso={job.startedAt} />
        </>
      )}
    </Title>
  );
}

function openTitle(status: SyncStatusResource, nowMs: number): { icon: ReactNode; title: string } {
  const { job } = status;
  const icon = (Icon: LucideIcon) => <Icon aria-hidden className="size-5 text-warning" />;
  if (job.tokenExpired) return { icon: icon(KeyRound), title: 'Waits for a new connection to Meta' };
  if (job.status === 'PAUSED') return { icon: icon(CirclePause), title: 'Paused' };
  const until = waitingUntil(status, nowMs);
  if (until !== null) return { icon: icon(Clock), title: `Syncing · waiting for Meta until ${until}` };
  const spinner = <Spinner className="size-5 text-accent" />;
  if (job.status === 'PENDING') return { icon: spinner, title: 'Starting …' };
  return { icon: spinner, title: historiesLeft(status) === null ? 'Syncing' : 'Fetching older messages' };
}

function Title({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="flex min-w-0 items-start gap-2">
      <span className="mt-0.5 shrink-0">{icon}</span>
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        {children !== undefined && <p className="text-sm text-muted">{children}</p>}
      </div>
    </div>
  );
}
