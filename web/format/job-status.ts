import type { JobStatus } from '../../src/contract/job-status.ts';
import type { SyncTrigger } from '../../src/contract/sync-options.ts';
import type { Tone } from '../ui/tone.ts';

/** How people read a job's status. */
export const JOB_STATUS_WORDS: Record<JobStatus, { label: string; tone: Tone }> = {
  PENDING: { label: 'Starting', tone: 'accent' },
  IN_PROGRESS: { label: 'Running', tone: 'accent' },
  PAUSED: { label: 'Paused', tone: 'warning' },
  COMPLETED: { label: 'Complete', tone: 'success' },
  UP_TO_DATE: { label: 'Up to date', tone: 'success' },
  PARTIAL: { label: 'Stopped early', tone: 'warning' },
  CANCELLED: { label: 'Cancelled', tone: 'neutral' },
  FAILED: { label: 'Failed', tone: 'danger' },
};

/** What has started a job, as people say it. */
export const TRIGGER_LABELS: Record<SyncTrigger, string> = {
  manual: 'by hand',
  retry: 'to retry what was set aside',
  repair: 'to repair a conversation',
  schedule: 'by schedule',
  batch: 'by a batch',
};
