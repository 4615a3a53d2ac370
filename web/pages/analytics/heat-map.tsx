import { useState } from 'react';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { Card } from '../../ui/card.tsx';
import { Choice } from '../../ui/choice.tsx';
import { classNames } from '../../ui/class-names.ts';
import { ScrollBox } from '../../ui/scroll-box.tsx';
import { type HeatLevel, type HeatOf, type Hour, heatRows } from './heat.ts';

/** The words on each have contrast in both appearances. */
const LEVELS: Record<HeatLevel, string> = {
  0: 'bg-sunken/50 text-muted',
  1: 'bg-accent/15 text-ink',
  2: 'bg-accent/30 text-ink',
  3: 'bg-accent/45 text-ink',
  4: 'bg-accent text-on-accent',
};

const CHOICES = [
  { value: 'all', label: 'All' },
  { value: 'inbound', label: 'From customers' },
  { value: 'outbound', label: 'From us' },
] as const;

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** `14:00` */
const time = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`;

/** When people write: messages by hour and weekday. */
export function HeatMap({ hours, timeZone }: { hours: readonly Hour[]; timeZone: string }) {
  const [of, setOf] = useState<HeatOf>('all');
  const rows = heatRows(hours, of);
  return (
    <Card
      title="Messages by hour and weekday"
      actions={<Choice label="Which messages" options={CHOICES} value={of} onChange={setOf} />}
      className="[&>div]:p-0"
    >
      <ScrollBox name="Messages by hour and weekday" className="px-4 py-3">
        <table className="w-full min-w-236 table-fixed border-separate border-spacing-0.5 text-xs tabular-nums">
          <caption className="sr-only">Messages by hour and weekday, in the times of {timeZone}</caption>
          <thead className="text-muted">
            <tr>
              <th scope="col" className="sticky left-0 w-22 bg-surface text-left font-medium">
                Day
              </th>
              {HOURS.map((hour) => (
                <th key={hour} scope="col" className="font-normal" aria-label={time(hour)}>
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ weekday, cells }) => (
              <tr key={weekday}>
                <th scope="row" className="sticky left-0 bg-surface text-left font-normal">
                  {weekday}
                </th>
                {cells.map(({ hour, messages, level }) => (
                  <td
                    key={hour}
                    title={`${weekday} ${time(hour)} to ${time(hour + 1)}: ${formatNumberOf(messages, 'message')}`}
                    className={classNames('h-8 rounded-sm text-center', LEVELS[level])}
                  >
                    {messages < 1000 ? formatCount(messages) : COMPACT.format(messages)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p aria-hidden className="px-4 pb-4 text-xs text-muted">
        Times are those of {timeZone}. The stronger the colour, the more.
      </p>
    </Card>
  );
}
