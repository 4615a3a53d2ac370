import type { SyncHistoryResource } from '../../../src/contract/sync-history.ts';
import { formatCount, formatDecimal, formatNumberOf, formatPercent } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';
import { Figures } from '../../ui/figures.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { ChartCard } from './chart-card.tsx';
import { CONVERSATIONS, OUTCOMES } from './series.ts';

const or = (value: number | null, format: (value: number) => string) =>
  value === null ? '–' : format(value);
const perSecond = (value: number) => `${formatDecimal(value)}/s`;

/** How the syncs of some days went. */
export function SyncAnalytics({ history }: { history: SyncHistoryResource }) {
  const { totals, days } = history;
  if (totals.syncs === 0) {
    return (
      <Card title="Syncs">
        <EmptyState title="No sync ended in these days">Choose other days, or another page.</EmptyState>
      </Card>
    );
  }
  const line = (key: string, name: string) => [{ key, name, color: 'var(--accent)' }];
  return (
    <>
      <Card title="Syncs">
        <Figures
          figures={[
            { name: 'Syncs', value: formatCount(totals.syncs) },
            { name: 'Success rate', value: or(totals.successRate, formatPercent) },
            { name: 'Failed', value: formatCount(totals.failed) },
            { name: 'Average duration', value: or(totals.averageDurationSeconds, formatDuration) },
            { name: 'Conversations', value: formatCount(totals.conversations) },
            { name: 'Events stored', value: formatCount(totals.eventsCreated) },
            { name: 'Speed', value: or(totals.conversationsPerSecond, perSecond), hint: 'conversations' },
          ]}
        />
      </Card>
      <div className="grid gap-4 lg:grid-cols-6 lg:*:col-span-2 lg:*:nth-[-n+2]:col-span-3">
        <ChartCard
          title="How syncs ended"
          sum={formatNumberOf(totals.syncs, 'sync')}
          kind="bars"
          rows={days}
          series={OUTCOMES}
          format={formatCount}
        />
        <ChartCard
          title="Conversations read"
          sum={formatNumberOf(totals.conversations, 'conversation')}
          kind="bars"
          rows={days}
          series={CONVERSATIONS}
          format={formatCount}
        />
        <ChartCard
          title="Success rate"
          sum={`${or(totals.successRate, formatPercent)} over all days`}
          kind="line"
          rows={days}
          series={line('successRate', 'Success rate')}
          format={formatPercent}
          most={100}
        />
        <ChartCard
          title="Average duration"
          sum={`${or(totals.averageDurationSeconds, formatDuration)} over all days`}
          kind="line"
          rows={days}
          series={line('averageDurationSeconds', 'Average duration')}
          format={formatDuration}
        />
        <ChartCard
          title="Speed"
          sum={`${or(totals.conversationsPerSecond, formatDecimal)} conversations a second`}
          kind="line"
          rows={days}
          series={line('conversationsPerSecond', 'Conversations per second')}
          format={formatDecimal}
        />
      </div>
    </>
  );
}
