import {
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { AutoSyncInput, AutoSyncPage } from '../contract/auto-sync.ts';
import { AUTO_SYNC_WORKFLOW, autoSyncId, SEARCH_ATTRIBUTES } from '../contract/names.ts';

/** The most that jitter moves a run, in milliseconds and as a share of the interval. */
const MOST_JITTER_MS = 5 * 60_000;
const JITTER_SHARE = 0.1;

/** The least that Temporal takes. */
const LEAST_CATCHUP_MS = 10_000;

/** Why we have paused a schedule; a pause with any other note is a person's. */
export const RECONNECT_NOTE = 'paused until the page is connected again: Meta no longer accepts its token';

export type AutoSyncSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>;

/** Whether a schedule stands still, and what the Web UI says of it. */
export interface ScheduleState {
  paused: boolean;
  note: string;
}

/** When a page's automatic syncs run: pages with the same interval are spread over it, by their ID. */
export function autoSyncTiming(
  facebookPageId: string,
  intervalSeconds: number,
): { everyMs: number; offsetMs: number; jitterMs: number } {
  const everyMs = intervalSeconds * 1000;
  return {
    everyMs,
    offsetMs: (hash(facebookPageId) % intervalSeconds) * 1000,
    jitterMs: Math.min(MOST_JITTER_MS, Math.floor(everyMs * JITTER_SHARE)),
  };
}

/** The schedule of a page that wants one; the state is that of a new one. */
export function autoSyncSchedule(
  page: AutoSyncPage,
  { prefix, taskQueue }: { prefix: string; taskQueue: string },
): AutoSyncSchedule {
  const { pageId, facebookPageId, intervalSeconds } = page;
  const { everyMs, offsetMs, jitterMs } = autoSyncTiming(facebookPageId, intervalSeconds);
  const id = autoSyncId(prefix, facebookPageId);
  const input: AutoSyncInput = { pageId, facebookPageId };
  const ofPage = { key: SEARCH_ATTRIBUTES.pageId, value: facebookPageId };
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs, offset: offsetMs }], jitter: jitterMs },
    // a run that was missed by no more than an interval is made up for
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: Math.max(LEAST_CATCHUP_MS, everyMs),
    },
    action: {
      type: 'startWorkflow',
      workflowType: AUTO_SYNC_WORKFLOW,
      workflowId: id,
      taskQueue,
      args: [input],
      staticSummary: `automatic sync of page ${facebookPageId}`,
      typedSearchAttributes: [ofPage, { key: SEARCH_ATTRIBUTES.syncTrigger, value: 'schedule' }],
    },
    typedSearchAttributes: [ofPage],
    state: wantedState(null, page),
  };
}

/**
 * The state that a page's schedule is to have: paused while the page needs a new token, and while a person wants it so.
 *
 * @param current `null` for a new one
 */
export function wantedState(
  current: { paused: boolean; note?: string | undefined } | null,
  page: Pick<AutoSyncPage, 'needsReconnect' | 'intervalSeconds'>,
): ScheduleState {
  const note = current?.note ?? '';
  if (current?.paused && note !== RECONNECT_NOTE) return { paused: true, note };
  return page.needsReconnect
    ? { paused: true, note: RECONNECT_NOTE }
    : { paused: false, note: `every ${page.intervalSeconds} seconds, as the page says` };
}

/** Whether a schedule is as it is to be. What a person has changed of its note is no matter. */
export function isAligned(
  described: ScheduleDescription,
  wanted: AutoSyncSchedule,
  page: AutoSyncPage,
): boolean {
  const { spec, policies, action, state } = described;
  const there = {
    intervals: spec.intervals?.map(({ every, offset }) => ({ every, offset: offset ?? 0 })),
    others: (spec.calendars?.length ?? 0) + (spec.skip?.length ?? 0),
    jitter: Number(spec.jitter ?? 0),
    overlap: policies.overlap,
    catchupWindow: policies.catchupWindow,
    workflowType: action.workflowType,
    taskQueue: action.taskQueue,
    args: action.args,
    paused: state.paused,
  };
  const should: typeof there = {
    intervals: wanted.spec.intervals?.map(({ every, offset }) => ({
      every: Number(every),
      offset: Number(offset ?? 0),
    })),
    others: 0,
    jitter: Number(wanted.spec.jitter),
    overlap: ScheduleOverlapPolicy.SKIP,
    catchupWindow: Number(wanted.policies?.catchupWindow),
    workflowType: AUTO_SYNC_WORKFLOW,
    taskQueue: wanted.action.taskQueue,
    args: wanted.action.args,
    paused: wantedState(state, page).paused,
  };
  return JSON.stringify(there) === JSON.stringify(should);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
