import { X } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { JobDetailResource } from '../../../src/contract/job-detail.ts';
import { usePageName } from '../../api/page-names.ts';
import { useMay } from '../../api/session.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { JobBatches } from './job-batches.tsx';
import { JobFailures } from './job-failures.tsx';
import { JobFigures } from './job-figures.tsx';
import { JobHeader } from './job-header.tsx';
import { JobLinks } from './job-links.tsx';
import { JobTimeline } from './job-timeline.tsx';
import { isOpen, jobKind } from './job-words.ts';
import { useJob, useJobCommands } from './use-job.ts';

/** One job: how it goes or went, what it has stored, and what it has not. */
export default function JobPage() {
  const { jobId = '' } = useParams();
  // another job is another page: nothing of the one before stays
  return <Job key={jobId} jobId={jobId} />;
}

function Job({ jobId }: { jobId: string }) {
  const query = useJob(jobId);
  const pageName = usePageName();
  const job = query.data;
  return (
    <PageFrame
      title={job === undefined ? 'Job' : `${jobKind(job)} of ${pageName(job)}`}
      actions={
        <div className="flex items-center gap-3">
          <Link to="/history" className="text-sm text-accent hover:underline">
            All jobs
          </Link>
          {job !== undefined && isOpen(job) && <Cancel job={job} />}
        </div>
      }
    >
      <QueryStates query={query} what="the job">
        {(found) => (
          <>
            <JobHeader job={found} />
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
              <div className="flex min-w-0 flex-col gap-4">
                <JobFigures job={found} />
                <JobFailures job={found} />
                <JobBatches job={found} />
              </div>
              <div className="flex min-w-0 flex-col gap-4">
                <JobTimeline job={found} />
                <JobLinks job={found} />
              </div>
            </div>
          </>
        )}
      </QueryStates>
    </PageFrame>
  );
}

function Cancel({ job }: { job: JobDetailResource }) {
  const [isAsking, setAsking] = useState(false);
  const maySync = useMay('sync');
  const { cancel } = useJobCommands(job.id);
  const isRepair = job.conversationId !== null;
  return (
    <>
      <Button
        variant="outline"
        disabled={!maySync || cancel.isSuccess}
        title={maySync ? undefined : 'You may look, but not steer syncs.'}
        onClick={() => setAsking(true)}
      >
        <X aria-hidden className="size-4" />
        {cancel.isSuccess ? 'Cancelling …' : 'Cancel'}
      </Button>
      <ConfirmDialog
        open={isAsking && !cancel.isSuccess}
        onOpenChange={setAsking}
        title={isRepair ? 'Cancel the repair?' : 'Cancel the sync?'}
        description={
          isRepair
            ? 'What it has stored stays.'
            : 'It stops within seconds. What is stored stays, and it can be continued from its page.'
        }
        confirm={isRepair ? 'Cancel the repair' : 'Cancel the sync'}
        doing={cancel}
      />
    </>
  );
}
