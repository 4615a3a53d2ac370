import { useState } from 'react';
import { formatDate } from '../../format/dates.ts';
import { ScrollBox } from '../../ui/scroll-box.tsx';
import type { DayRow, Series } from './series.ts';

interface DayTableProps {
  caption: string;
  rows: readonly DayRow[];
  series: readonly Series[];
  format: (value: number) => string;
}

/** A chart's values to read, on demand; newest day first. */
export function DayTable(props: DayTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit text-xs text-accent">
        As a table<span className="sr-only">: {props.caption}</span>
      </summary>
      {isOpen && <Table {...props} />}
    </details>
  );
}

function Table({ caption, rows, series, format }: DayTableProps) {
  return (
    <ScrollBox name={`${caption}, as a table`} className="mt-2 max-h-72 rounded-lg border border-line">
      <table className="w-full text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-surface text-xs text-muted">
          <tr>
            <th scope="col" className="px-3 py-1.5 text-left font-medium">
              Day
            </th>
            {series.map(({ key, name }) => (
              <th key={key} scope="col" className="px-3 py-1.5 text-right font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.toReversed().map((row) => (
            <tr key={row.day}>
              <th scope="row" className="px-3 py-1 text-left font-normal whitespace-nowrap">
                {formatDate(row.day)}
              </th>
              {series.map(({ key }) => {
                const value = row[key];
                return (
                  <td key={key} className="px-3 py-1 text-right tabular-nums">
                    {typeof value === 'number' ? format(value) : <span className="text-muted">–</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
