import { useId } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts';
import { formatDate, formatShortDate } from '../../format/dates.ts';
import { FillPattern } from './fill-pattern.tsx';
import type { DayRow, Series } from './series.ts';

export interface DayChartProps {
  /** `bars` are stacked, a `line` has gaps where there is no value. */
  kind: 'bars' | 'line';
  rows: readonly DayRow[];
  series: readonly Series[];
  format: (value: number) => string;
  /** What it shows, in a sentence: all that there is for who cannot see it, besides the table. */
  label: string;
  height?: number;
  /** Where the scale ends; by default at a round number above all values. */
  most?: number;
}

const TICK = { fill: 'var(--muted)', fontSize: 12 };

/** Values by day, drawn. */
export default function DayChart({ kind, rows, series, format, label, height = 200, most }: DayChartProps) {
  const id = useId();
  const axes = (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="day"
        tickFormatter={formatShortDate}
        tick={TICK}
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        minTickGap={28}
      />
      <YAxis
        width={52}
        tick={TICK}
        tickLine={false}
        axisLine={false}
        tickFormatter={format}
        allowDecimals={kind === 'line'}
        tickCount={most === undefined ? 4 : 5}
        domain={[0, most ?? 'auto']}
      />
      <Tooltip
        cursor={{ fill: 'var(--sunken)', stroke: 'var(--line-strong)' }}
        isAnimationActive={false}
        content={(props) => <Values {...props} series={series} format={format} />}
      />
    </>
  );
  const common = {
    data: [...rows],
    margin: { top: 8, right: 8, bottom: 0, left: 0 },
    accessibilityLayer: false,
  };
  return (
    <div role="img" aria-label={label} className="overflow-hidden" style={{ height }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height }}>
        {kind === 'bars' ? (
          <BarChart {...common} barCategoryGap="20%">
            <defs>
              {series.map((one) => (
                <FillPattern key={one.key} id={`${id}-${one.key}`} series={one} />
              ))}
            </defs>
            {axes}
            {series.map(({ key, name, color }) => (
              <Bar
                key={key}
                dataKey={key}
                name={name}
                stackId="all"
                fill={`url(#${id}-${key})`}
                stroke={color}
                strokeWidth={0.5}
                maxBarSize={36}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        ) : (
          <LineChart {...common}>
            {axes}
            {series.map(({ key, name, color }) => (
              <Line
                key={key}
                dataKey={key}
                name={name}
                stroke={color}
                strokeWidth={2}
                dot={{ r: 2.5, fill: color, stroke: color }}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        )}
      </ResponsiveContainer>
    </div>
  );
}

function Values({
  active,
  label,
  payload,
  series,
  format,
}: Pick<TooltipContentProps, 'active' | 'label' | 'payload'> & Pick<DayChartProps, 'series' | 'format'>) {
  const row = payload?.[0]?.payload as DayRow | undefined;
  if (!active || row === undefined) return null;
  return (
    <div className="rounded-lg border border-line bg-surface px-3 py-2 text-xs shadow-lg">
      <p className="mb-1 font-medium">{formatDate(String(label))}</p>
      {series.map(({ key, name, color }) => {
        const value = row[key];
        return (
          <p key={key} className="flex justify-between gap-4">
            <span className="flex items-center gap-1.5 text-muted">
              <span className="size-2 rounded-full" style={{ background: color }} />
              {name}
            </span>
            <span className="tabular-nums">{typeof value === 'number' ? format(value) : '–'}</span>
          </p>
        );
      })}
    </div>
  );
}
