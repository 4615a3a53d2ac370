import type { HealthReportResource } from '../../../src/contract/health-report.ts';
import { PAGE_HEALTHS } from '../../../src/contract/page-health.ts';
import { formatCount } from '../../format/numbers.ts';
import { PAGE_HEALTH_WORDS } from '../../format/page-health.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';

/** How many pages there are of each health; what there is none of is left out. */
export function PageCounts({ pages }: { pages: HealthReportResource['pages'] }) {
  const there = PAGE_HEALTHS.filter((health) => (pages[health] ?? 0) > 0).toReversed();
  return (
    <Card title="Pages">
      {there.length === 0 ? (
        <p className="text-sm text-muted">No page is connected yet.</p>
      ) : (
        <table className="w-full text-sm">
          <caption className="sr-only">Pages by how they are</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">How they are</th>
              <th scope="col">Pages</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {there.map((health) => {
              const { label, tone, advice } = PAGE_HEALTH_WORDS[health];
              return (
                <tr key={health}>
                  <th scope="row" className="py-1 pr-3 text-left align-top">
                    <Badge tone={tone}>{label}</Badge>
                  </th>
                  <td className="py-1 pr-3 text-right align-top font-semibold tabular-nums">
                    {formatCount(pages[health] ?? 0)}
                  </td>
                  <td className="py-1 text-muted">{advice}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Card>
  );
}
