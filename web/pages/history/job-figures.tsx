import type { JobDetailResource } from '../../../src/contract/job-detail.ts';
import { formatDuration, successRate } from '../../../src/contract/statistics.ts';
import { formatCount, formatDecimal, formatPercent } from '../../format/numbers.ts';
import { Card } from '../../ui/card.tsx';
import { Figures, type FigureValue } from '../../ui/figures.tsx';

/** A job in numbers. */
export function JobFigures({ job }: { job: JobDetailResource }) {
  const { totals } = job;
  const rate = successRate(totals);
  const count = (name: string, value: number, hint?: string): FigureValue => ({
    name,
    value: formatCount(value),
    ...(hint === undefined ? {} : { hint }),
  });
  return (
    <Card title="Statistics">
      <Figures
        figures={[
          count('Conversations read', totals.fetched),
          count('New', totals.inserted),
          count('Updated', totals.updated),
          count('Unchanged', totals.unchanged),
          count('Set aside', totals.failed),
          {
            name: 'Success rate',
            value: rate === null ? '–' : formatPercent(rate),
            hint: 'of what was read',
          },
          count('Events stored', totals.eventsCreated, 'messages and reactions'),
          count('Batches', totals.batches),
          count('Calls of Meta’s API', totals.apiCalls),
          { name: 'Duration', value: formatDuration(job.elapsedMs), hint: 'at work, without pauses' },
          { name: 'Waited for Meta', value: formatDuration(job.waitedMs), hint: 'of the duration' },
          {
            name: 'Speed',
            value: formatDecimal(job.conversationsPerSecond),
            hint: 'conversations a second',
          },
          ...(totals.histories + totals.historiesFailed > 0
            ? [count('Older messages fetched', totals.histories, 'conversations')]
            : []),
          ...(totals.historiesFailed > 0
            ? [count('Older messages set aside', totals.historiesFailed, 'conversations')]
            : []),
          ...(totals.unavailable > 0
            ? [count('Messages out of reach', totals.unavailable, 'Meta counts them, and shows them no more')]
            : []),
        ]}
      />
    </Card>
  );
}
