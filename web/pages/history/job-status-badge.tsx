import {
  Ban,
  Check,
  CheckCheck,
  CircleX,
  Clock,
  KeyRound,
  LoaderCircle,
  type LucideIcon,
  Pause,
  TriangleAlert,
} from 'lucide-react';
import type { JobStatus } from '../../../src/contract/job-status.ts';
import type { JobResource } from '../../../src/contract/resources.ts';
import { JOB_STATUS_WORDS } from '../../format/job-status.ts';
import { Badge } from '../../ui/badge.tsx';

const ICONS: Record<JobStatus, LucideIcon> = {
  PENDING: Clock,
  IN_PROGRESS: LoaderCircle,
  PAUSED: Pause,
  COMPLETED: Check,
  UP_TO_DATE: CheckCheck,
  PARTIAL: TriangleAlert,
  CANCELLED: Ban,
  FAILED: CircleX,
};

/** How a job stands, as a word with a sign. */
export function JobStatusBadge({
  job,
}: {
  job: Pick<JobResource, 'status' | 'tokenExpired' | 'completedAt'>;
}) {
  if (job.tokenExpired && job.completedAt === null) {
    return (
      <Badge tone="danger">
        <KeyRound aria-hidden className="size-3" />
        Waits for a token
      </Badge>
    );
  }
  const { label, tone } = JOB_STATUS_WORDS[job.status];
  const Icon = ICONS[job.status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className={job.status === 'IN_PROGRESS' ? 'size-3 animate-spin' : 'size-3'} />
      {label}
    </Badge>
  );
}
