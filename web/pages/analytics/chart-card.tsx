import { useId } from 'react';
import { Card } from '../../ui/card.tsx';
import { fetchedPart } from '../../ui/fetched-part.tsx';
import type { DayChartProps } from './day-chart.tsx';
import { DayTable } from './day-table.tsx';
import { Legend } from './fill-pattern.tsx';

const DayChart = fetchedPart('analytics/day-chart', () => import('./day-chart.tsx'), null);

/** A chart with its title, what it comes to, and its values as a table. */
export function ChartCard({
  title,
  sum,
  height = 200,
  ...chart
}: Omit<DayChartProps, 'label'> & {
  title: string;
  /** All days together, in words. */
  sum: string;
}) {
  const id = useId();
  return (
    <Card title={title} actions={<p className="text-sm text-muted">{sum}</p>} className="min-w-0">
      <div className="flex flex-col gap-2">
        {chart.series.length > 1 && <Legend id={id} series={chart.series} />}
        <div style={{ minHeight: height }}>
          <DayChart {...chart} height={height} label={`${title}, day by day. ${sum}.`} />
        </div>
        <DayTable caption={title} rows={chart.rows} series={chart.series} format={chart.format} />
      </div>
    </Card>
  );
}
