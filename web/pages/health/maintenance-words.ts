import type { MaintenanceTask } from '../../../src/contract/maintenance.ts';
import type { MaintenanceRun } from '../../../src/contract/maintenance-resources.ts';
import { formatCount } from '../../format/numbers.ts';

/** What tasks are called, and what they do. */
export const TASK_WORDS: Record<MaintenanceTask, { name: string; does: string }> = {
  reconcile: {
    name: 'Reconcile',
    does: 'Closes syncs whose workflow is gone, and starts batches again that have lost theirs.',
  },
  retention: {
    name: 'Clean up',
    does: 'Deletes old jobs, payloads and deliveries. Conversations and messages stay.',
  },
  webhooks: {
    name: 'Webhooks',
    does: 'Wakes deliveries that wait, and has conversations read again that need it.',
  },
  subscriptions: { name: 'Subscriptions', does: 'Subscribes pages to what Meta does not deliver of them.' },
  schedules: { name: 'Schedules', does: 'Brings the schedules of automatic syncs to what their pages say.' },
  tokens: { name: 'Tokens', does: 'Asks Meta how long the token of each page is good.' },
};

/** Counts of results, in words: `{count} looked at`. */
const COUNTS: Record<string, string> = {
  looked: 'looked at',
  checked: 'checked',
  closed: 'closed',
  cancelled: 'cancelled',
  unclear: 'unclear',
  repaired: 'repaired',
  failed: 'failed',
  dead: 'no longer good',
  endSoon: 'end soon',
  woken: 'woken',
  settled: 'settled',
  repairs: 'repairs started',
  dropped: 'given up',
  restarted: 'started again',
  jobs: 'jobs',
  batches: 'batches',
  failures: 'set-aside items',
  payloads: 'payloads',
  deliveries: 'deliveries',
  expired: 'expired sessions and keys',
  notifications: 'notifications',
  batchSyncs: 'batches of pages',
};

function countsOf(result: Record<string, unknown>): string[] {
  return Object.entries(result).flatMap(([name, value]) => {
    if (typeof value === 'number')
      return value === 0 ? [] : [`${formatCount(value)} ${COUNTS[name] ?? name}`];
    if (typeof value !== 'object' || value === null) return [];
    const inner = countsOf(value as Record<string, unknown>);
    return inner.length === 0 ? [] : [`${COUNTS[name] ?? name}: ${inner.join(', ')}`];
  });
}

/** What a run has done, in words. */
export function runWords(run: MaintenanceRun): string {
  if (run.state === 'running') return 'is running';
  if (run.state === 'failed') return 'failed';
  if (run.state === 'unknown') return 'its result is kept no longer';
  return countsOf(run.result ?? {}).join(', ') || 'nothing to do';
}
