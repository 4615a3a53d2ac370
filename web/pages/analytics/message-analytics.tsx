import type { MessageHistoryResource } from '../../../src/contract/message-history.ts';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { Card } from '../../ui/card.tsx';
import { Figures } from '../../ui/figures.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { ChartCard } from './chart-card.tsx';
import { HeatMap } from './heat-map.tsx';
import { ResponseTimes } from './response-times.tsx';
import { DIRECTIONS } from './series.ts';

/** What was written in some days, when, and how soon it was answered. */
export function MessageAnalytics({ history }: { history: MessageHistoryResource }) {
  const { totals, days, hours, timeZone, responses } = history;
  const messages = totals.inbound + totals.outbound;
  if (messages === 0) {
    return (
      <Card title="Messages">
        <EmptyState title="Nobody wrote in these days">
          A message counts on the day on which it was sent. Choose other days, or another page.
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <Card title="Messages">
        <Figures
          figures={[
            { name: 'Messages', value: formatCount(messages) },
            { name: 'From customers', value: formatCount(totals.inbound) },
            { name: 'From us', value: formatCount(totals.outbound) },
            { name: 'In conversations', value: formatCount(totals.conversations) },
          ]}
        />
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <ChartCard
          title="Messages by day"
          sum={formatNumberOf(messages, 'message')}
          kind="bars"
          rows={days}
          series={DIRECTIONS}
          format={formatCount}
          height={260}
        />
        <ResponseTimes responses={responses} />
      </div>
      <HeatMap hours={hours} timeZone={timeZone} />
    </>
  );
}
