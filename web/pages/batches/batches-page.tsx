import { Layers } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import type { BatchResource } from '../../../src/contract/batch-resources.ts';
import { BATCH_STATUSES, type BatchStatus, countsSentence } from '../../../src/contract/batches.ts';
import { useMay } from '../../api/session.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField } from '../../ui/field.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { BatchBar } from './batch-bar.tsx';
import { BATCH_MODE_LABELS, BATCH_STATUS_WORDS } from './batch-words.ts';
import { StartBatchDialog } from './start-batch-dialog.tsx';
import { useBatches } from './use-batches.ts';

/** Syncs of many pages: all that there were, and starting one. */
export default function BatchesPage() {
  const [search, setSearch] = useSearchParams();
  const maySync = useMay('sync');
  const status = BATCH_STATUSES.find((one) => one === search.get('status')) ?? null;
  const batches = useBatches(status);
  const set = (name: string, value: string | null) => {
    const next = new URLSearchParams(search);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  return (
    <PageFrame
      title="Batches"
      actions={
        maySync && (
          <Button onClick={() => set('start', 'all')}>
            <Layers aria-hidden className="size-4" />
            Start a batch
          </Button>
        )
      }
    >
      {maySync && search.has('start') && <StartBatchDialog onClose={() => set('start', null)} />}
      <SelectField
        label="Status"
        className="w-52"
        value={status ?? ''}
        onChange={(event) => set('status', event.target.value === '' ? null : event.target.value)}
      >
        <option value="">All</option>
        {BATCH_STATUSES.map((one) => (
          <option key={one} value={one}>
            {BATCH_STATUS_WORDS[one].label}
          </option>
        ))}
      </SelectField>
      <Card className="[&>div]:p-0">
        <QueryStates query={batches} what="the batches">
          {(data) =>
            data.length === 0 ? (
              <NoBatches status={status} />
            ) : (
              <ul className="divide-y divide-line">
                {data.map((batch) => (
                  <BatchRow key={batch.id} batch={batch} />
                ))}
              </ul>
            )
          }
        </QueryStates>
        <ShowMore query={batches} />
      </Card>
    </PageFrame>
  );
}

function BatchRow({ batch }: { batch: BatchResource }) {
  const { label, tone } = BATCH_STATUS_WORDS[batch.status];
  return (
    <li className="grid grid-cols-1 items-center gap-x-6 gap-y-2 px-4 py-3 text-sm md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_9rem]">
      <div className="min-w-0">
        <Link to={`/batches/${batch.id}`} className="font-semibold hover:underline">
          {formatNumberOf(batch.pages, 'page')}: {BATCH_MODE_LABELS[batch.mode].toLowerCase()}
        </Link>
        <p className="text-muted">
          started <RelativeTime iso={batch.createdAt} />
        </p>
      </div>
      <div className="flex min-w-0 flex-col gap-1.5">
        <BatchBar batch={batch} />
        <p className="text-muted">{countsSentence(batch.counts)}</p>
      </div>
      <p className="md:text-right">
        <Badge tone={tone}>
          {batch.cancelRequested && batch.completedAt === null ? 'Being cancelled' : label}
        </Badge>
      </p>
    </li>
  );
}

function NoBatches({ status }: { status: BatchStatus | null }) {
  return status === null ? (
    <EmptyState title="No batch yet">
      A batch syncs many pages, some at a time, and says how each of them ended.
    </EmptyState>
  ) : (
    <EmptyState title="No batch is in this state">Choose another status to see others.</EmptyState>
  );
}
