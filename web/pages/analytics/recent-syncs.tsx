import { addDays } from '../../format/dates.ts';
import { localDay } from '../../format/days.ts';
import { formatCount, formatNumberOf, formatPercent } from '../../format/numbers.ts';
import { ChartCard } from './chart-card.tsx';
import { OUTCOMES } from './series.ts';
import { readerTimeZone, useSyncHistory } from './use-analytics.ts';

/** How the syncs of the last 30 days ended. Nothing while there were none. @param pageId empty: of all pages */
export default function RecentSyncs({ pageId }: { pageId: string }) {
  const to = localDay(Date.now());
  const { data } = useSyncHistory({ pageId, from: addDays(to, -29), to, timeZone: readerTimeZone() });
  if (data === undefined || data.totals.syncs === 0) return null;
  const { syncs, successRate } = data.totals;
  const rate = successRate === null ? '' : `, ${formatPercent(successRate)} complete`;
  return (
    <ChartCard
      title="Syncs of the last 30 days"
      sum={`${formatNumberOf(syncs, 'sync')}${rate}`}
      kind="bars"
      rows={data.days}
      series={OUTCOMES}
      format={formatCount}
      height={110}
    />
  );
}
