import { useState } from 'react';
import { Link } from 'react-router';
import type { HealthReportResource } from '../../../src/contract/health-report.ts';
import { formatNumberOf, formatPercent } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { NEARLY_FULL } from './health-stories.ts';

/** How many are shown at first. */
const FULLEST = 4;

type RateLimit = HealthReportResource['rateLimits']['data'][number];

const POOLS: Record<RateLimit['pool'], string> = {
  app: 'the app',
  messenger: 'Messenger',
  instagram: 'Instagram',
};

/** What is left of what Meta allows, the fullest first. */
export function RateLimits({ rateLimits: { count, data } }: Pick<HealthReportResource, 'rateLimits'>) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? data : data.slice(0, FULLEST);
  return (
    <Card
      title="Meta’s limits"
      actions={
        data.length > FULLEST && (
          <Button variant="ghost" size="sm" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? 'Show the fullest' : `Show all ${data.length}`}
          </Button>
        )
      }
    >
      <ul className="flex flex-col gap-4">
        {shown.map((limit) => (
          <Limit key={limit.asset} limit={limit} />
        ))}
      </ul>
      {showsAll && count > data.length && (
        <p className="mt-3 text-sm text-muted">
          And {formatNumberOf(count - data.length, 'other')} with more left.
        </p>
      )}
    </Card>
  );
}

function Limit({ limit }: { limit: RateLimit }) {
  const { usagePercent, headroomPercent, blockedUntil, observedAt, pool, pageId } = limit;
  const name =
    pool === 'app' ? 'The app, all pages together' : `${limit.pageName ?? limit.asset}, ${POOLS[pool]}`;
  const isFull = blockedUntil !== null || (usagePercent ?? 0) >= NEARLY_FULL;
  return (
    <li className="flex flex-col gap-1 text-sm">
      <p className="flex flex-wrap justify-between gap-x-4">
        {pageId === null ? (
          <span>{name}</span>
        ) : (
          <Link to={`/pages/${pageId}`} className="wrap-anywhere hover:underline">
            {name}
          </Link>
        )}
        <span className="text-muted tabular-nums">
          {usagePercent === null || headroomPercent === null
            ? 'nothing known of the last hour'
            : `${formatPercent(usagePercent)} used, ${formatPercent(headroomPercent)} left`}
        </span>
      </p>
      {usagePercent !== null && (
        <div className="h-2 overflow-hidden rounded-full bg-sunken">
          <meter
            aria-label={`Used of ${name}`}
            min={0}
            max={100}
            value={Math.min(100, usagePercent)}
            className="sr-only"
          />
          <div
            className={classNames('h-full rounded-full', isFull ? 'bg-warning' : 'bg-accent')}
            style={{ width: `${Math.min(100, usagePercent)}%` }}
          />
        </div>
      )}
      {blockedUntil !== null && (
        <p className="font-medium text-warning">
          No calls until {formatTime(blockedUntil)}. {limit.blockedWhy}
        </p>
      )}
      {observedAt !== null && usagePercent !== null && (
        <p className="text-xs text-muted">
          seen <RelativeTime iso={observedAt} />
        </p>
      )}
    </li>
  );
}
