import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { toast } from 'sonner';
import type { BatchResource, BatchStatusResource } from '../../../src/contract/batch-resources.ts';
import { hasBatchEnded } from '../../../src/contract/batches.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { isProblem, sentenceOf } from '../../api/problem.ts';
import { useMay } from '../../api/session.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { BatchPages } from './batch-pages.tsx';
import { BatchProgress } from './batch-progress.tsx';
import { BATCH_MODE_LABELS } from './batch-words.ts';
import { useLiveBatch } from './use-batches.ts';

/** One batch as it goes: how far it is, how each page is, and its commands. */
export default function BatchPage() {
  const { batchId = '' } = useParams();
  const batch = useLiveBatch(batchId);
  if (isProblem(batch.error, 'not-found')) {
    return (
      <PageFrame title="No such batch">
        <EmptyState title="There is no batch with this address">
          Batches are deleted some time after their end.{' '}
          <Link to="/batches" className="text-accent underline">
            To the batches
          </Link>
        </EmptyState>
      </PageFrame>
    );
  }
  if (batch.data !== undefined) return <OneBatch batch={batch.data.batch} />;
  return (
    <PageFrame title="Batch">
      <QueryStates query={batch} what="the batch">
        {() => null}
      </QueryStates>
    </PageFrame>
  );
}

function OneBatch({ batch }: { batch: BatchResource }) {
  const maySync = useMay('sync');
  return (
    <PageFrame
      title={`${formatNumberOf(batch.pages, 'page')}: ${BATCH_MODE_LABELS[batch.mode].toLowerCase()}`}
      actions={maySync && <Commands batch={batch} />}
    >
      <p className="-mt-2 text-sm">
        <Link to="/batches" className="text-accent hover:underline">
          All batches
        </Link>
      </p>
      <BatchProgress batch={batch} />
      <BatchPages batch={batch} />
    </PageFrame>
  );
}

function Commands({ batch }: { batch: BatchResource }) {
  const [isAsking, setAsking] = useState(false);
  const cancel = useCommand(batch, 'cancel', () => setAsking(false));
  const resume = useCommand(batch, 'resume', () => toast.success('The batch goes on'));
  if (hasBatchEnded(batch.status)) {
    if (batch.status === 'COMPLETED') return null;
    return (
      <Button
        busy={resume.isPending}
        onClick={() => resume.mutate(undefined, { onError: (error) => toast.error(sentenceOf(error)) })}
      >
        <RotateCcw aria-hidden className="size-4" />
        Resume
      </Button>
    );
  }
  if (batch.cancelRequested) {
    return (
      <Button variant="outline" busy>
        Being cancelled
      </Button>
    );
  }
  return (
    <>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title="Cancel this batch?"
        description="Nothing more is started, and syncs that the batch has started are cancelled; what they have stored stays. Syncs that somebody else has started go on. The batch can be resumed: pages go on where they stopped."
        confirm="Cancel the batch"
        doing={cancel}
      />
      <Button variant="danger" onClick={() => setAsking(true)}>
        <Ban aria-hidden className="size-4" />
        Cancel
      </Button>
    </>
  );
}

function useCommand({ id }: BatchResource, command: 'cancel' | 'resume', done: () => void) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<BatchResource>(`/api/batches/${id}/${command}`),
    onSuccess: (batch) => {
      queryClient.setQueryData<BatchStatusResource>(keys.batch(id), (old) => old && { ...old, batch });
      void queryClient.invalidateQueries({ queryKey: keys.batches });
      done();
    },
  });
}
