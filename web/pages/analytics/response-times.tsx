import type { ResponseTimes as Times } from '../../../src/contract/message-history.ts';
import { formatCount, formatNumberOf, formatPercent } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';
import { Figures } from '../../ui/figures.tsx';
import { EmptyState } from '../../ui/states.tsx';

const or = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds));

/** `5 minutes`, `24 hours` */
function boundWords(seconds: number): string {
  return seconds < 3600 ? formatNumberOf(seconds / 60, 'minute') : formatNumberOf(seconds / 3600, 'hour');
}

/** How soon customers were answered. */
export function ResponseTimes({ responses }: { responses: Times }) {
  const { answered, unanswered, within } = responses;
  const asked = answered + unanswered;
  if (asked === 0) {
    return (
      <Card title="Response times">
        <EmptyState title="No customer wrote in these days" />
      </Card>
    );
  }
  const percent = (count: number) => (100 * count) / asked;
  return (
    <Card title="Response times">
      <div className="flex flex-col gap-5">
        <Figures
          figures={[
            { name: 'Median', value: or(responses.medianSeconds), hint: 'half of the answers came sooner' },
            { name: '90 %', value: or(responses.p90Seconds), hint: 'nine of ten came sooner' },
            { name: 'Average', value: or(responses.averageSeconds) },
            { name: 'Answered', value: formatCount(answered), hint: 'times that a customer wrote' },
            { name: 'Not answered yet', value: formatCount(unanswered) },
          ]}
        />
        <table className="w-full text-sm">
          <caption className="pb-2 text-left text-xs text-muted">
            Of {formatNumberOf(asked, 'time')} that a customer wrote, answered within
          </caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Within</th>
              <th scope="col">Share</th>
              <th scope="col">Answers</th>
            </tr>
          </thead>
          <tbody>
            {within.map(({ seconds, answered: soon }) => (
              <tr key={seconds}>
                <th scope="row" className="w-24 py-1 text-left font-normal whitespace-nowrap">
                  {boundWords(seconds)}
                </th>
                <td className="py-1">
                  <div className="flex items-center gap-3">
                    <div aria-hidden className="h-2 min-w-0 flex-1 overflow-hidden rounded-full bg-sunken">
                      <div className="h-full rounded-full bg-accent" style={{ width: `${percent(soon)}%` }} />
                    </div>
                    <span className="w-14 text-right tabular-nums">{formatPercent(percent(soon))}</span>
                  </div>
                </td>
                <td className="w-20 py-1 text-right text-muted tabular-nums">{formatCount(soon)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
