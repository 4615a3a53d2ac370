import { useMutation, useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { hasEnded } from '../../../src/contract/job-status.ts';
import type { JobResource } from '../../../src/contract/resources.ts';
import { useChanges } from '../../api/changes.tsx';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { isProblem, sentenceOf } from '../../api/problem.ts';
import { isRefused, waitAfter } from '../../api/refusal.ts';
import { useMay } from '../../api/session.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';

const LOOK_EVERY_MS = 1000;

/** When to look again at a job; `false`: not any more. */
function readJobAgainMs(job: JobResource | undefined, error: unknown): number | false {
  if (isRefused(error) || (job !== undefined && hasEnded(job.status))) return false;
  return waitAfter(error) ?? LOOK_EVERY_MS;
}

/** Reads a conversation anew at Meta, and says how it goes and what came of it. */
export function useReadAgain(conversationId: string, onEnd: () => void) {
  const api = useApi();
  const [jobId, setJobId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () => api.post<JobResource>(`/api/conversations/${conversationId}/repair`, { body: {} }),
    onSuccess: ({ id }) => setJobId(id),
    onError: (error) => {
      // somebody else has begun it: that one is shown
      const running = isProblem(error, 'repair-in-progress') ? error.body.jobId : null;
      if (typeof running === 'string') setJobId(running);
      else toast.error(sentenceOf(error));
    },
  });
  // one that another person or tab has begun
  useChanges((change) => {
    if (change.name === 'job' && change.data.conversationId === conversationId) setJobId(change.data.jobId);
  });
  const look = useQuery({
    queryKey: keys.job(jobId ?? ''),
    queryFn: ({ signal }) => api.get<JobResource>(`/api/jobs/${jobId}`, { signal }),
    enabled: jobId !== null,
    refetchInterval: ({ state }) => readJobAgainMs(state.data, state.error),
  });
  const job = look.data;
  const error = jobId === null ? null : look.error;
  const status = job?.status;
  useEffect(() => {
    if (status !== undefined && hasEnded(status)) onEnd();
  }, [status, onEnd]);
  const isRunning = jobId !== null && !isRefused(error) && (job === undefined || !hasEnded(job.status));
  return { start: () => start.mutate(), isBusy: start.isPending || isRunning, isRunning, job, error };
}

export function ReadAgainButton({ readAgain }: { readAgain: ReturnType<typeof useReadAgain> }) {
  const may = useMay('sync');
  if (!may) return null;
  return (
    <Button
      variant="outline"
      size="sm"
      busy={readAgain.isBusy}
      title="Reads the conversation at Meta, with all its messages"
      onClick={readAgain.start}
    >
      {!readAgain.isBusy && <RefreshCw aria-hidden className="size-4" />}
      <span className="max-sm:sr-only">Read again</span>
    </Button>
  );
}

/** How reading again goes, in a line under the conversation's name. */
export function ReadAgainStatus({ readAgain }: { readAgain: ReturnType<typeof useReadAgain> }) {
  const { isRunning, job, error } = readAgain;
  const isBad =
    error !== null || job?.status === 'FAILED' || job?.status === 'PARTIAL' || job?.tokenExpired === true;
  const words =
    error !== null
      ? sentenceOf(error)
      : job !== undefined
        ? wordsOf(job)
        : isRunning
          ? 'Reading the conversation …'
          : null;
  return (
    <div role="status">
      {words !== null && (
        <p
          className={classNames(
            'px-4 py-1.5 text-sm',
            isBad ? 'bg-danger-soft text-danger' : 'bg-sunken text-muted',
          )}
        >
          {words}
        </p>
      )}
    </div>
  );
}

function wordsOf(job: JobResource): string {
  const messages = formatNumberOf(job.totals.eventsCreated, 'new message');
  if (job.tokenExpired)
    return 'Meta refuses the page’s token. Connect the page again, and the reading goes on.';
  if (job.waitingUntil !== null) return `Waiting for Meta until ${formatTime(job.waitingUntil)}.`;
  if (!hasEnded(job.status)) return `Reading the conversation … ${messages} so far.`;
  if (job.status === 'FAILED' || job.status === 'PARTIAL') {
    return (
      job.message ?? job.lastError?.message ?? 'The conversation could not be read to the end. Try again.'
    );
  }
  if (job.status === 'CANCELLED') return 'The reading was cancelled.';
  return `Read again: ${job.totals.eventsCreated === 0 ? 'no new messages' : messages}.`;
}
