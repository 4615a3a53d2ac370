import type { BatchCounts, BatchMode, BatchPageState, BatchStatus } from '../../../src/contract/batches.ts';
import type { Tone } from '../../ui/tone.ts';

/** How people read a batch's status. */
export const BATCH_STATUS_WORDS: Record<BatchStatus, { label: string; tone: Tone }> = {
  PENDING: { label: 'Starting', tone: 'accent' },
  IN_PROGRESS: { label: 'Running', tone: 'accent' },
  COMPLETED: { label: 'Complete', tone: 'success' },
  PARTIAL: { label: 'Not all complete', tone: 'warning' },
  CANCELLED: { label: 'Cancelled', tone: 'neutral' },
};

export const BATCH_MODE_LABELS: Record<BatchMode, string> = {
  incremental: 'What has changed',
  full: 'Whole inboxes',
};

interface StateWords {
  label: string;
  tone: Tone;
  /** Its part of the bar; `null`: the part that is not filled. */
  fill: string | null;
}

/** How people read the state of a page in a batch, in the order of the bar. */
export const PAGE_STATE_WORDS: Record<BatchPageState, StateWords> = {
  COMPLETED: { label: 'Complete', tone: 'success', fill: 'bg-success' },
  PARTIAL: { label: 'Stopped early', tone: 'warning', fill: 'bg-warning' },
  NEEDS_RECONNECT: { label: 'Needs reconnecting', tone: 'warning', fill: 'bg-warning' },
  FAILED: { label: 'Failed', tone: 'danger', fill: 'bg-danger' },
  CANCELLED: { label: 'Cancelled', tone: 'neutral', fill: 'bg-line-strong' },
  NOT_CONNECTED: { label: 'Not connected', tone: 'neutral', fill: 'bg-line-strong' },
  SYNCING: { label: 'Syncing', tone: 'accent', fill: 'bg-accent' },
  STARTING: { label: 'Starting', tone: 'accent', fill: 'bg-accent' },
  PENDING: { label: 'Waiting', tone: 'neutral', fill: null },
};

/** States in the order of the bar. */
export const PAGE_STATES = Object.keys(PAGE_STATE_WORDS) as BatchPageState[];

/** How many pages have had their turn. */
export function settledPages(counts: BatchCounts): number {
  const open = counts.PENDING + counts.STARTING + counts.SYNCING;
  return PAGE_STATES.reduce((sum, state) => sum + counts[state], 0) - open;
}
