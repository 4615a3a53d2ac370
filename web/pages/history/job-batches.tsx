import { useState } from 'react';
import type { JobBatch } from '../../../src/contract/job-detail.ts';
import { PLATFORM_LABELS, PLATFORMS, type Platform } from '../../../src/contract/platform.ts';
import type { JobResource } from '../../../src/contract/resources.ts';
import type { JobBatchKind } from '../../../src/contract/timeline.ts';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Choice } from '../../ui/choice.tsx';
import { MoreOnScroll } from '../../ui/more-on-scroll.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ScrollBox } from '../../ui/scroll-box.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { isOpen } from './job-words.ts';
import { useBatches } from './use-job.ts';

const KINDS: Record<JobBatchKind, string> = {
  page: 'Conversations',
  restart: 'Began anew: the cursor had died',
  look: 'Looked for news, and found none',
};

const CHOICES = [
  { value: '', label: 'All' },
  ...PLATFORMS.map((platform) => ({ value: platform, label: PLATFORM_LABELS[platform] })),
] as const;

/** What a job has stored, batch by batch. */
export function JobBatches({ job }: { job: JobResource }) {
  const [platform, setPlatform] = useState<Platform | ''>('');
  const batches = useBatches(job, platform === '' ? null : platform);
  return (
    <Card
      title="Batches"
      className="[&>div]:p-0"
      actions={<Choice label="Platform" options={CHOICES} value={platform} onChange={setPlatform} />}
    >
      <QueryStates query={batches} what="the batches">
        {(found) =>
          found.length === 0 ? (
            <EmptyState title={isOpen(job) ? 'Nothing was stored yet' : 'No batch'}>
              {!isOpen(job) && 'It has stored no conversations, or its batches are kept no longer.'}
            </EmptyState>
          ) : (
            <ScrollBox name="Batches, newest first" className="max-h-120">
              <BatchTable batches={found} />
              <MoreOnScroll query={batches} />
              <Missing job={job} shown={found.length} all={!batches.hasNextPage && platform === ''} />
            </ScrollBox>
          )
        }
      </QueryStates>
    </Card>
  );
}

function Missing({ job, shown, all }: { job: JobResource; shown: number; all: boolean }) {
  const missing = job.totals.batches - shown;
  if (!all || missing <= 0 || isOpen(job)) return null;
  return (
    <p className="border-t border-line px-4 py-3 text-sm text-muted">
      {formatNumberOf(missing, 'earlier batch', 'earlier batches')} {missing === 1 ? 'is' : 'are'} kept no
      longer.
    </p>
  );
}

function BatchTable({ batches }: { batches: readonly JobBatch[] }) {
  const number = 'px-3 py-2 text-right tabular-nums';
  return (
    <table className="w-full min-w-184 text-sm">
      <thead className="sticky top-0 bg-surface text-xs text-muted shadow-[inset_0_-1px_var(--color-line)]">
        <tr>
          <th scope="col" className="px-4 py-2 text-left font-medium">
            Batch
          </th>
          <th scope="col" className="px-3 py-2 text-left font-medium">
            What
          </th>
          {['Read', 'New', 'Updated', 'Unchanged', 'Set aside', 'Events'].map((name) => (
            <th key={name} scope="col" className="px-3 py-2 text-right font-medium whitespace-nowrap">
              {name}
            </th>
          ))}
          <th scope="col" className="px-4 py-2 text-right font-medium">
            When
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {batches.map((batch) => (
          <tr key={`${batch.platform}-${batch.seq}`}>
            <th scope="row" className="px-4 py-2 text-left font-normal whitespace-nowrap">
              {PLATFORM_LABELS[batch.platform]} {formatCount(batch.seq)}
            </th>
            <td className="px-3 py-2">
              {KINDS[batch.kind]} {batch.isLast && <Badge>last</Badge>}
            </td>
            <td className={number}>{formatCount(batch.fetched)}</td>
            <td className={number}>{formatCount(batch.inserted)}</td>
            <td className={number}>{formatCount(batch.updated)}</td>
            <td className={number}>{formatCount(batch.unchanged)}</td>
            <td className={`${number} ${batch.failed > 0 ? 'font-medium text-danger' : ''}`}>
              {formatCount(batch.failed)}
            </td>
            <td className={number}>{formatCount(batch.eventsCreated)}</td>
            <td className="px-4 py-2 text-right whitespace-nowrap text-muted">
              <RelativeTime iso={batch.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
