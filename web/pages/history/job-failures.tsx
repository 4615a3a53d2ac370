import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { PLATFORM_LABELS } from '../../../src/contract/platform.ts';
import type { FailureResource, JobResource } from '../../../src/contract/resources.ts';
import { isProblem } from '../../api/problem.ts';
import { useMay } from '../../api/session.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ScrollBox } from '../../ui/scroll-box.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { ITEM_WORDS, reasonWords } from './failure-words.ts';
import { isOpen } from './job-words.ts';
import { useFailures, useJobCommands, useReport } from './use-job.ts';

/** What a job has set aside, and why; and a way to have it read again. */
export function JobFailures({ job }: { job: JobResource }) {
  const failures = useFailures(job);
  const report = useReport(job);
  const { total, resolved } = report.data?.failures ?? { total: 0, resolved: 0 };
  if (failures.data?.length === 0) {
    return (
      <Card title="Set aside">
        <p className="text-sm text-muted">
          {isOpen(job) ? 'Nothing so far.' : 'Nothing: everything that it read is stored.'}
        </p>
      </Card>
    );
  }
  return (
    <Card
      title="Set aside"
      className="[&>div]:p-0"
      actions={<Retry job={job} left={total - resolved} isKnown={report.data !== undefined} />}
    >
      {report.data !== undefined && (
        <p className="border-b border-line px-4 py-2 text-sm text-muted">
          {formatNumberOf(total, 'item')},{' '}
          {resolved === total ? 'all read since' : `${resolved} of them read since`}. Everything else was
          stored all the same.
        </p>
      )}
      <QueryStates query={failures} what="what was set aside">
        {(found) => (
          <ul aria-label="Set-aside items" className="divide-y divide-line">
            {found.map((failure) => (
              <FailureItem key={failure.id} failure={failure} />
            ))}
          </ul>
        )}
      </QueryStates>
      <ShowMore query={failures} />
    </Card>
  );
}

function FailureItem({ failure }: { failure: FailureResource }) {
  const [isOpened, setOpened] = useState(false);
  const { payload, resolvedAt, detail } = failure;
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-sm">
      <p className="flex flex-wrap items-center gap-2">
        <Badge>{PLATFORM_LABELS[failure.platform]}</Badge>
        <span className="font-medium">{ITEM_WORDS[failure.itemType]}</span>
        <code className="min-w-0 text-xs text-muted wrap-anywhere">
          {failure.graphId ?? failure.conversationGraphId ?? 'without an id'}
        </code>
        <span className="ml-auto text-muted">
          {resolvedAt === null ? (
            <RelativeTime iso={failure.createdAt} />
          ) : (
            <Badge tone="success">
              read <RelativeTime iso={resolvedAt} />
            </Badge>
          )}
        </span>
      </p>
      <p>{reasonWords(failure.reason)}</p>
      {detail !== null && <p className="text-muted wrap-anywhere">{detail}</p>}
      {payload === null || payload === undefined ? (
        failure.itemType !== 'history' && (
          <p className="text-xs text-muted">What Meta sent is kept no longer.</p>
        )
      ) : (
        <details onToggle={(event) => setOpened(event.currentTarget.open)}>
          <summary className="w-fit text-accent">What Meta sent</summary>
          {isOpened && (
            <ScrollBox name="What Meta sent, as JSON" className="mt-2 max-h-80 rounded-lg bg-sunken p-3">
              <pre className="text-xs">{JSON.stringify(payload, null, 2)}</pre>
            </ScrollBox>
          )}
        </details>
      )}
    </li>
  );
}

function Retry({ job, left, isKnown }: { job: JobResource; left: number; isKnown: boolean }) {
  const { retry } = useJobCommands(job.id);
  const maySync = useMay('sync');
  if (!isKnown) return null;
  const why = isOpen(job)
    ? 'It can be tried again when the job has ended.'
    : maySync
      ? null
      : 'You may look, but not start syncs.';
  const { error, data } = retry;
  return (
    <div className="flex flex-wrap items-center justify-end gap-3">
      {data !== undefined && (
        <p role="status" className="text-sm">
          They are read again:{' '}
          <Link to={`/history/${data.id}`} className="text-accent underline">
            see the new job
          </Link>
        </p>
      )}
      {error !== null && (
        <div className="flex items-center gap-2">
          <ErrorLine error={error} />
          {isProblem(error, 'sync-in-progress') && typeof error.body.jobId === 'string' && (
            <Link to={`/history/${error.body.jobId}`} className="text-sm text-accent underline">
              See that job
            </Link>
          )}
        </div>
      )}
      {left > 0 && (
        <Button
          variant="outline"
          size="sm"
          title={why ?? undefined}
          disabled={why !== null}
          busy={retry.isPending}
          onClick={() => retry.mutate()}
        >
          <RotateCcw aria-hidden className="size-4" />
          Retry
        </Button>
      )}
    </div>
  );
}
