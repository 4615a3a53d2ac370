import type { BatchResource } from '../../../src/contract/batch-resources.ts';
import { formatCount } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { RelativeTime, useNow } from '../../ui/relative-time.tsx';
import { BatchBar } from './batch-bar.tsx';
import { BATCH_STATUS_WORDS, settledPages } from './batch-words.ts';

/** How far a batch is, and what it has brought. */
export function BatchProgress({ batch }: { batch: BatchResource }) {
  const now = useNow(1000);
  const { label, tone } = BATCH_STATUS_WORDS[batch.status];
  const { fetched, inserted, updated, eventsCreated, failed } = batch.totals;
  const endMs = batch.completedAt === null ? now : Date.parse(batch.completedAt);
  return (
    <Card title="Progress" actions={<Badge tone={tone}>{label}</Badge>}>
      <div className="flex flex-col gap-3">
        <p className="flex flex-wrap items-baseline justify-between gap-2">
          <span className="text-lg font-semibold tabular-nums">
            {formatCount(settledPages(batch.counts))} of {formatCount(batch.pages)} pages
          </span>
          <span className="text-sm text-muted">
            started <RelativeTime iso={batch.createdAt} />
            {batch.startedAt !== null && `, ${formatDuration((endMs - Date.parse(batch.startedAt)) / 1000)}`}
          </span>
        </p>
        <BatchBar batch={batch} />
        {batch.message !== null && <p className="text-sm">{batch.message}</p>}
        <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5">
          <Total name="Conversations" value={fetched} />
          <Total name="New" value={inserted} />
          <Total name="Updated" value={updated} />
          <Total name="Events" value={eventsCreated} />
          <Total name="Set aside" value={failed} />
        </dl>
      </div>
    </Card>
  );
}

function Total({ name, value }: { name: string; value: number }) {
  return (
    <div className="rounded-lg bg-sunken px-3 py-2">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-lg font-semibold tabular-nums">{formatCount(value)}</dd>
    </div>
  );
}
