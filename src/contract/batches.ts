import { formatCount, formatDuration } from './statistics.ts';

/** How much of its pages' inboxes a batch covers; what a selective sync covers is each page's own. */
export const BATCH_MODES = ['full', 'incremental'] as const;
export type BatchMode = (typeof BATCH_MODES)[number];

/** Every state of a batch (`batch_syncs.status`). */
export const BATCH_STATUSES = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'PARTIAL', 'CANCELLED'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** States in which a batch rests; a resumed one leaves `PARTIAL` and `CANCELLED` again. */
export const ENDED_BATCH_STATUSES = [
  'COMPLETED',
  'PARTIAL',
  'CANCELLED',
] as const satisfies readonly BatchStatus[];

/** Whether a batch in this state rests. */
export function hasBatchEnded(status: BatchStatus): boolean {
  return (ENDED_BATCH_STATUSES as readonly BatchStatus[]).includes(status);
}

/**
 * Every state of a page in a batch (`batch_sync_pages.state`), in the order of a page's way:
 *
 * - `PENDING` has not had its turn
 * - `STARTING` has a job's id, and the job is being started; `SYNCING` has a job at work, its own or one that it joined
 * - `COMPLETED`, `PARTIAL`, `FAILED`, `CANCELLED`: as its job ended
 * - `NEEDS_RECONNECT` has no token that Meta takes; a job that found out stays parked until the page is connected again
 * - `NOT_CONNECTED` was disconnected before its turn
 */
export const BATCH_PAGE_STATES = [
  'PENDING',
  'STARTING',
  'SYNCING',
  'COMPLETED',
  'PARTIAL',
  'FAILED',
  'CANCELLED',
  'NEEDS_RECONNECT',
  'NOT_CONNECTED',
] as const;
export type BatchPageState = (typeof BATCH_PAGE_STATES)[number];

const AGAIN = ['PENDING'] as const;
const SETTLED = ['COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED', 'NEEDS_RECONNECT'] as const;

/** The moves that a page makes; only a resumed batch, and a joined job that is cancelled
 * or reads a part of the inbox, lead back. */
export const BATCH_PAGE_MOVES: Record<BatchPageState, readonly BatchPageState[]> = {
  PENDING: ['STARTING', 'SYNCING', 'COMPLETED', 'CANCELLED', 'NEEDS_RECONNECT', 'NOT_CONNECTED'],
  STARTING: ['SYNCING', ...SETTLED, 'PENDING'],
  SYNCING: [...SETTLED, 'PENDING'],
  COMPLETED: [],
  PARTIAL: AGAIN,
  FAILED: AGAIN,
  CANCELLED: AGAIN,
  NEEDS_RECONNECT: AGAIN,
  NOT_CONNECTED: AGAIN,
};

/** States of pages with which the batch is not done. */
export const OPEN_PAGE_STATES = [
  'PENDING',
  'STARTING',
  'SYNCING',
] as const satisfies readonly BatchPageState[];

/** States of pages that are being synced. */
export const WORKING_PAGE_STATES = ['STARTING', 'SYNCING'] as const satisfies readonly BatchPageState[];

/** How many pages of a batch are in each state. */
export type BatchCounts = Record<BatchPageState, number>;

/** What `BatchSyncWorkflow` is started with. */
export interface BatchSyncInput {
  batchId: string;
  /** Takes the place of a workflow that is gone: goes on where that was, but does not resume a batch that has ended. */
  replacesLost?: boolean;
  /** History events after which the run continues as new even when Temporal does not suggest it yet. */
  continueAsNewAfterEvents?: number;
}

/** Input of the activity `advanceBatch`. */
export interface AdvanceBatchInput {
  batchId: string;
  /** The first run of the workflow: names it across continuations. */
  runId: string;
  /** Start nothing more, and cancel the syncs that the batch itself has started. */
  cancel: boolean;
  /** The run goes on for one that is gone: pages that have ended badly have no other turn, and a cancel stays one. */
  replacesLost?: boolean;
}

/** A page that is being synced. */
export interface WorkingPage {
  pageId: string;
  jobId: string;
  joined: boolean;
}

/** Where a batch stands after a look at it. */
export interface BatchStanding {
  status: BatchStatus;
  counts: BatchCounts;
  /** Pages that are being synced, no more than the batch's concurrency. */
  working: WorkingPage[];
}

/** Result of `advanceBatch`. */
export interface AdvancedBatch extends BatchStanding {
  /** Whether anything was different from the look before. */
  changed: boolean;
  /** Whether all that is left stands still, paused by a person or waiting for Meta for long. */
  idle: boolean;
  /** Nothing is left to do: the batch has ended, is gone, or another workflow has it. */
  over: boolean;
}

/** Answer of the `batchProgress` query; no names. */
export interface BatchProgress extends BatchStanding {
  batchId: string;
  cancelRequested: boolean;
  /** Number of times that the workflow has continued as new. */
  continuations: number;
}

/** What `BatchSyncWorkflow` returns. */
export interface BatchSyncResult {
  batchId: string;
  status: BatchStatus;
  counts: BatchCounts;
}

/** Counts with nothing in them but these. */
export function batchCounts(some: Partial<BatchCounts> = {}): BatchCounts {
  return Object.fromEntries(BATCH_PAGE_STATES.map((state) => [state, some[state] ?? 0])) as BatchCounts;
}

const PAGE_LABELS: Record<BatchPageState, string> = {
  PENDING: 'waiting',
  STARTING: 'being started',
  SYNCING: 'being synced',
  COMPLETED: 'complete',
  PARTIAL: 'stopped early',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  NEEDS_RECONNECT: 'to be connected again',
  NOT_CONNECTED: 'not connected',
};

/** The counts for people, such as `190 complete, 10 failed`. */
export function countsSentence(counts: BatchCounts): string {
  const some = BATCH_PAGE_STATES.filter((state) => counts[state] > 0);
  return some.map((state) => `${formatCount(counts[state])} ${PAGE_LABELS[state]}`).join(', ');
}

/** The sentence of a batch's end, such as `Batch of 200 pages: 190 complete, 10 failed in 2m 0s`. */
export function batchSentence(counts: BatchCounts, elapsedMs: number): string {
  const pages = BATCH_PAGE_STATES.reduce((sum, state) => sum + counts[state], 0);
  return `Batch of ${formatCount(pages)} page${pages === 1 ? '' : 's'}: ${countsSentence(counts)} in ${formatDuration(elapsedMs)}`;
}
