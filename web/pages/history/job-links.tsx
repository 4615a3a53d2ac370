import { Download, ExternalLink } from 'lucide-react';
import type { JobDetailResource } from '../../../src/contract/job-detail.ts';
import { useApi } from '../../api/context.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyField } from '../../ui/copy-field.tsx';

/** Where there is more about a job: its report to take along, and its workflow. */
export function JobLinks({ job }: { job: JobDetailResource }) {
  const api = useApi();
  const files = [
    { path: 'report', name: `sync-${job.id}.json`, words: 'Report as JSON' },
    { path: 'report.csv', name: `sync-${job.id}.csv`, words: 'Report as CSV' },
    { path: 'failures.csv', name: `failures-${job.id}.csv`, words: 'Set-aside items as CSV' },
  ];
  return (
    <Card title="More about it">
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap gap-2">
          {files.map(({ path, name, words }) => (
            <a
              key={path}
              href={api.url(`/api/jobs/${job.id}/${path}`)}
              download={name}
              className={buttonClass('outline', 'sm')}
            >
              <Download aria-hidden className="size-4" />
              {words}
            </a>
          ))}
        </div>
        {job.workflow.url === null ? (
          <div className="flex flex-col gap-1">
            <CopyField label="Workflow ID" text={job.workflow.id} />
            <p className="text-xs text-muted">
              Look for it in Temporal. With <code>TEMPORAL_UI_URL</code> set, this is a link to it.
            </p>
          </div>
        ) : (
          <a
            href={job.workflow.url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex w-fit items-center gap-1.5 text-sm text-accent underline"
          >
            Its workflow in Temporal
            <ExternalLink aria-hidden className="size-3.5" />
            <span className="sr-only">(a new tab)</span>
          </a>
        )}
      </div>
    </Card>
  );
}
