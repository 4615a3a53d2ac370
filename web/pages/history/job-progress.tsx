import type { JobResource } from '../../../src/contract/resources.ts';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';

/** How far a running job is: in words, and as a bar as soon as somebody knows how much there is. */
export function JobProgress({ job }: { job: JobResource }) {
  const { total, totalExact, totals, currentName, waitingUntil, historiesLeft } = job;
  const percent = total === null || total === 0 ? null : Math.min(100, (100 * totals.fetched) / total);
  const words =
    total === null
      ? formatNumberOf(totals.fetched, 'conversation')
      : `${formatCount(totals.fetched)} of ${totalExact ? '' : 'about '}${formatNumberOf(total, 'conversation')}`;
  const isWaiting = waitingUntil !== null && Date.parse(waitingUntil) > Date.now();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div
        role="progressbar"
        aria-label="Conversations read"
        aria-valuetext={words}
        {...(percent === null ? {} : { 'aria-valuenow': Math.round(percent) })}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={percent === null ? 'h-full w-1/3 animate-pulse rounded-full bg-accent' : 'h-full bg-accent'}
          style={percent === null ? undefined : { width: `${percent}%` }}
        />
      </div>
      <p className="flex flex-wrap gap-x-3 text-sm text-muted">
        <span className="tabular-nums">{words}</span>
        {historiesLeft !== null && historiesLeft > 0 && (
          <span>older messages of {formatNumberOf(historiesLeft, 'conversation')} left</span>
        )}
        {isWaiting ? (
          <span className="text-warning">waiting for Meta until {formatTime(waitingUntil)}</span>
        ) : (
          currentName !== null && <span className="truncate">{currentName}</span>
        )}
      </p>
    </div>
  );
}
