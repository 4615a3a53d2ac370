import type { JobResource, SyncStatusResource } from '../../../src/contract/resources.ts';
import type { ButtonState } from '../../components/button-state.ts';
import type { LivePanelViewProps } from '../../components/live-panel-view.tsx';
import type { KnownSync } from '../../sync/sync-status.ts';
import { sampleSync } from './sample-sync.ts';

// States to look at, made by hand.

export const BUTTON_STATES: readonly { name: string; state: ButtonState }[] = [
  { name: 'Idle', state: { kind: 'idle' } },
  { name: 'Starting', state: { kind: 'starting' } },
  {
    name: 'Syncing',
    state: {
      kind: 'syncing',
      label: '15 of 250',
      hint: 'My Page: 15 of 250 conversations · Maria Müller',
      share: 0.06,
    },
  },
  {
    name: 'Syncing, total unknown',
    state: {
      kind: 'syncing',
      label: '15 conversations',
      hint: 'My Page: 15 conversations · Maria Müller',
      share: null,
    },
  },
  {
    name: 'Success',
    state: {
      kind: 'success',
      inserted: 12,
      updated: 3,
      eventsCreated: 85,
      hint: 'Full sync: 250 conversations with 85 events in 42s',
    },
  },
  {
    name: 'Success, nothing new',
    state: {
      kind: 'success',
      inserted: 0,
      updated: 0,
      eventsCreated: 0,
      hint: 'Incremental sync: nothing new',
    },
  },
  {
    name: 'Error',
    state: {
      kind: 'error',
      hint: 'Temporal does not answer. Try again in a moment; a sync that runs is not disturbed.',
    },
  },
  {
    name: 'Partial',
    state: {
      kind: 'partial',
      hint: 'Stopped at 100 of 250 conversations. Press to go on from there.',
      isNews: false,
    },
  },
  {
    name: 'Paused',
    state: { kind: 'paused', label: 'Continue', hint: 'Paused at 100 of 250 conversations. Press to go on.' },
  },
  {
    name: 'Token refused',
    state: {
      kind: 'parked',
      label: 'Reconnect page',
      hint: 'Meta refused the token of My Page. Connect the page again, and its sync goes on (100 of 250 conversations).',
    },
  },
];

/** @param nowMs the samples' times lie around it */
export function panelStates(
  nowMs: number,
): readonly ({ name: string } & Omit<LivePanelViewProps, 'onCommand'>)[] {
  const at = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
  const sample = sampleSync(nowMs);
  const { job, streams } = sample.status;
  const known = (
    changes: Partial<JobResource>,
    more: Partial<SyncStatusResource> = {},
    trouble: string | null = null,
  ): KnownSync => ({
    status: { ...sample.status, job: { ...job, ...changes }, ...more },
    atMs: nowMs,
    trouble,
  });
  const ended = (changes: Partial<JobResource>) =>
    known({ completedAt: at(-120), ...changes }, { phase: 'ended', streams: null });
  const show = { connection: 'live' as const, pending: null, nowMs };
  const { totals } = job;
  return [
    { ...show, name: 'Running', known: known({}) },
    { ...show, name: 'Running, total unknown', known: known({ total: null, trigger: 'schedule' }) },
    {
      ...show,
      name: 'Older messages',
      known: known(
        { totals: { ...totals, fetched: 250, histories: 30, failed: 2 }, historiesLeft: 12 },
        { phase: 'history', streams: (streams ?? []).map((stream) => ({ ...stream, phase: 'history' })) },
      ),
    },
    {
      ...show,
      name: 'Waiting for Meta',
      known: known(
        { waitingUntil: at(300) },
        {
          streams: (streams ?? []).map((stream) => ({ ...stream, state: 'waiting', waitingUntil: at(300) })),
        },
      ),
    },
    {
      ...show,
      name: 'Connection lost',
      connection: 'reconnecting',
      known: known({}, {}, 'Graph does not answer. The sync tries again.'),
    },
    { ...show, name: 'Paused', known: known({ status: 'PAUSED' }) },
    {
      ...show,
      name: 'Token refused',
      known: known({ status: 'PAUSED', tokenExpired: true }),
      onReconnect: () => {},
    },
    {
      ...show,
      name: 'Complete',
      known: ended({ status: 'COMPLETED', message: 'Full sync: 250 conversations with 85 events in 42s' }),
    },
    {
      ...show,
      name: 'Cancelled',
      known: ended({
        status: 'CANCELLED',
        message: 'Full sync cancelled after 15 conversations with 85 events in 8.0s',
      }),
    },
    {
      ...show,
      name: 'Failed',
      known: ended({
        status: 'FAILED',
        message:
          'Full sync failed. The page lacks the permission pages_messaging: connect it again and allow it.',
      }),
      error: null,
    },
    { ...show, name: 'Never synced', known: null, connection: 'quiet' },
  ];
}
