import type { JobResource } from '../../../src/contract/resources.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';

/** How far a running job is: in words, and as a bar as soon as somebody knows how much there is. */
export function JobProgress({ job }: { job: JobResource }) {
  const { total, totalExact, totals, currentName, waitingUntil, historiesLeft } = job;
  const words =
    total === null
      ? formatNumberOf(totals.fetched, 'conversation')
      : `${formatCount(totals.fetched)} of ${totalExact ? '' : 'about '}${formatNumberOf(Math.max(total, totals.fetched), 'conversation')}`;
  const isWaiting = waitingUntil !== null && Date.parse(waitingUntil) > Date.now();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <ProgressBar
        label="Conversations read"
        share={total === null || total === 0 ? null : Math.min(1, totals.fetched / total)}
        text={words}
      />
      <p className="flex flex-wrap gap-x-3 text-sm text-muted">
        <span className="tabular-nums">{words}</span>
        {historiesLeft !== null && historiesLeft > 0 && (
          <span>older messages of {formatNumberOf(historiesLeft, 'conversation')} left</span>
        )}
        {isWaiting ? (
          <span className="text-warning">waiting for Meta until {formatTime(waitingUntil)}</span>
        ) : (
          currentName !== null && <span className="max-w-60 truncate">{currentName}</span>
        )}
      </p>
    </div>
  );
}
