import {
  CircleX,
  Flag,
  Hourglass,
  KeyRound,
  type LucideIcon,
  Pause,
  Play,
  Plus,
  StepForward,
  Undo2,
} from 'lucide-react';
import type { JobResource } from '../../../src/contract/resources.ts';
import type { TimelineKind } from '../../../src/contract/timeline.ts';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { formatDateTime, formatTime } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';
import { QueryStates } from '../../ui/query-states.tsx';
import { useNow } from '../../ui/relative-time.tsx';
import { ScrollBox } from '../../ui/scroll-box.tsx';
import { type TimelineRow, timelineRows } from './timeline-rows.ts';
import { useTimeline } from './use-job.ts';

const ICONS: Record<TimelineKind, { Icon: LucideIcon; tone: string }> = {
  created: { Icon: Plus, tone: 'bg-sunken text-ink' },
  started: { Icon: Play, tone: 'bg-accent-soft text-accent-strong' },
  paused: { Icon: Pause, tone: 'bg-warning-soft text-warning' },
  resumed: { Icon: Undo2, tone: 'bg-accent-soft text-accent-strong' },
  waiting: { Icon: Hourglass, tone: 'bg-warning-soft text-warning' },
  went_on: { Icon: StepForward, tone: 'bg-accent-soft text-accent-strong' },
  token_expired: { Icon: KeyRound, tone: 'bg-danger-soft text-danger' },
  error: { Icon: CircleX, tone: 'bg-danger-soft text-danger' },
  ended: { Icon: Flag, tone: 'bg-success-soft text-success' },
};

/** What has happened to a job, oldest first. */
export function JobTimeline({ job }: { job: JobResource }) {
  const timeline = useTimeline(job);
  const now = useNow(5000);
  return (
    <Card title="Timeline">
      <QueryStates query={timeline} what="the timeline">
        {(entries) => (
          <ScrollBox name="What has happened, oldest first" className="max-h-136">
            <ol className="flex flex-col">
              {timelineRows(entries, job.status, now).map((row) =>
                row.what === 'gap' ? (
                  <li
                    key={`gap-${row.after}`}
                    className="border-l-2 border-dashed border-line-strong py-2 pl-6 ml-4 text-sm text-muted"
                  >
                    {formatNumberOf(row.missing, 'entry', 'entries')} in between{' '}
                    {row.missing === 1 ? 'is' : 'are'} kept no longer
                  </li>
                ) : (
                  <Entry key={row.entry.id} row={row} />
                ),
              )}
            </ol>
          </ScrollBox>
        )}
      </QueryStates>
    </Card>
  );
}

function Entry({ row: { entry, title, length } }: { row: Extract<TimelineRow, { what: 'entry' }> }) {
  const { Icon, tone } = ICONS[entry.kind];
  const ended =
    entry.kind === 'ended' &&
    {
      FAILED: 'bg-danger-soft text-danger',
      PARTIAL: 'bg-warning-soft text-warning',
      CANCELLED: 'bg-sunken text-ink',
    }[entry.status as string];
  return (
    <li className="relative flex gap-3 pb-4 before:absolute before:top-8 before:bottom-0 before:left-4 before:w-px before:bg-line last:pb-0 last:before:hidden">
      <span
        className={classNames('flex size-8 shrink-0 items-center justify-center rounded-full', ended || tone)}
      >
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1 pt-1 text-sm">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{title}</span>
          {length !== null && <span>{length}</span>}
          {entry.times > 1 && <span className="text-muted">{formatCount(entry.times)} times</span>}
          <time
            dateTime={entry.at}
            title={formatDateTime(entry.at)}
            className="ml-auto text-muted tabular-nums"
          >
            {formatTime(entry.at)}
          </time>
        </p>
        {entry.detail !== null && <p className="text-muted wrap-anywhere">{entry.detail}</p>}
      </div>
    </li>
  );
}
