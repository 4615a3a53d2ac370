import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BatchProgress } from './batches.ts';
import type { WorkflowProgress } from './progress.ts';

/** Stop calling Meta after the slice in hand. Nothing happens when the job is paused, ending or ended. */
export const pauseSignal = defineSignal('pause');

/** Go on. Nothing happens when the job is neither paused nor parked for a new token. */
export const resumeSignal = defineSignal('resume');

/**
 * End the job, or the batch, now and keep what is stored. Nothing happens when it is ending already. A batch does nothing
 * either when another first run is named than its workflow's own.
 */
export const cancelSignal = defineSignal<[firstRunId?: string]>('cancel');

/** Deliveries of the page were stored: look for them. */
export const wakeSignal = defineSignal('wake');

/** What the workflow knows of its job. */
export const progressQuery = defineQuery<WorkflowProgress>('progress');

/** What the workflow knows of its batch; `null` before its first look at it. */
export const batchProgressQuery = defineQuery<BatchProgress | null>('batchProgress');
