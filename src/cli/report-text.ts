import type { JobReportResource } from '../contract/job-report.ts';
import { formatCount } from '../contract/statistics.ts';
import { jobText } from './job-text.ts';
import { terminalWidth, timeText } from './output.ts';
import { type Column, formatTable } from './table.ts';

type Reason = JobReportResource['failures']['byReason'][number];
type Failure = JobReportResource['failures']['first'][number];

const REASONS: readonly Column<Reason>[] = [
  { title: 'PLATFORM', value: ({ platform }) => platform },
  { title: 'ITEM', value: ({ itemType }) => itemType },
  { title: 'REASON', value: ({ reason }) => reason, flexible: true },
  { title: 'COUNT', value: ({ count }) => formatCount(count), right: true },
  { title: 'READ SINCE', value: ({ resolved }) => formatCount(resolved), right: true },
];

const FAILURES: readonly Column<Failure>[] = [
  { title: 'ITEM', value: ({ itemType }) => itemType },
  { title: 'GRAPH ID', value: ({ graphId }) => graphId, flexible: true },
  { title: 'REASON', value: ({ reason }) => reason },
  { title: 'DETAIL', value: ({ detail }) => detail, flexible: true },
];

/** What a job has come to. */
export function reportText({ job, successRate, failures, batches }: JobReportResource): string {
  const width = terminalWidth();
  const { total, resolved, byReason, first } = failures;
  return [
    jobText(job),
    ...(successRate === null ? [] : [`  ${successRate} % of what was read is stored`]),
    ...batches.map(
      (walk) =>
        `  ${walk.platform}: ${formatCount(walk.fetched)} conversations, ${walk.complete ? 'to the end' : 'not to the end'}, ${timeText(walk.firstAt)} to ${timeText(walk.lastAt)}${walk.restarts > 0 ? `, began anew ${walk.restarts} times` : ''}`,
    ),
    ...(total === 0
      ? []
      : [
          `\nSet aside: ${formatCount(total)}, of which ${formatCount(resolved)} have been read since\n`,
          ...formatTable(REASONS, byReason, width),
          `\nThe first ${first.length} (--failures-csv has all):\n`,
          ...formatTable(FAILURES, first, width),
        ]),
  ].join('\n');
}
