import type { StreamProgress } from '../../../src/contract/progress.ts';
import type { JobResource } from '../../../src/contract/resources.ts';
import type { KnownSync } from '../../sync/sync-status.ts';

const MESSENGER: StreamProgress = {
  platform: 'messenger',
  phase: 'walk',
  state: 'walking',
  batches: 1,
  fetched: 10,
  pageSize: 100,
  waitingUntil: null,
  restarts: 0,
  error: null,
};

/** A sync that began eight seconds ago. */
export function sampleSync(nowMs: number): KnownSync {
  const at = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
  const job: JobResource = {
    id: '00000000-0000-4000-8000-000000000001',
    pageId: '00000000-0000-4000-8000-000000000002',
    facebookPageId: '100000000000001',
    status: 'IN_PROGRESS',
    mode: 'full',
    trigger: 'manual',
    messageDepth: 'all',
    maxConversations: null,
    selection: null,
    conversationId: null,
    total: 250,
    totalExact: false,
    totals: {
      fetched: 15,
      inserted: 12,
      updated: 2,
      unchanged: 1,
      failed: 0,
      eventsCreated: 85,
      batches: 1,
      apiCalls: 1,
      histories: 0,
      historiesFailed: 0,
      unavailable: 0,
    },
    historiesLeft: null,
    elapsedMs: 8000,
    conversationsPerSecond: 1.9,
    tokenExpired: false,
    currentName: 'Maria Müller',
    waitingUntil: null,
    lastError: null,
    message: null,
    validation: {},
    createdAt: at(-9),
    startedAt: at(-8),
    completedAt: null,
    revision: 1,
  };
  return {
    status: {
      job,
      source: 'workflow',
      phase: 'walk',
      streams: [MESSENGER, { ...MESSENGER, platform: 'instagram', state: 'done', fetched: 5 }],
      secondsLeft: null,
    },
    atMs: nowMs,
    trouble: null,
  };
}
