import { hasEnded, type JobStatus } from '../../contract/job-status.ts';
import type { FailureResource, JobResource, PageResource, StreamEvent } from '../../contract/resources.ts';
import type {
  SeedError,
  SeedFixedResource,
  SeedOptimizedResource,
  SeedPageResource,
  SeedStatusResource,
  SeedStreamEvent,
  SeedSyncResource,
} from '../../contract/seeds.ts';
import { MODE_LABELS } from '../../contract/statistics.ts';
import { isOver } from '../wait-for-job.ts';

const PLATFORM_NAMES = { messenger: 'Messenger', instagram: 'Instagram' } as const;

/** What a sync says whose page must be connected anew, when Meta has not said more. */
const RECONNECT = 'Token expired - reconnection required';

const isComplete = (status: JobStatus) => status === 'COMPLETED' || status === 'UP_TO_DATE';
const storedOf = ({ totals }: Pick<JobResource, 'totals'>) => totals.fetched - totals.failed;

/** Why the job is not what was asked for, as a sentence; `null` while it may still be, and when it is. */
export function whyNot(job: JobResource): string | null {
  if (!isOver(job) || isComplete(job.status)) return null;
  if (!hasEnded(job.status)) return job.lastError?.message ?? RECONNECT;
  return job.message ?? job.lastError?.message ?? `The sync ended as ${job.status}`;
}

/** Answer of `sync`. */
export function seedSync(job: JobResource): SeedSyncResource {
  const { inserted, updated, fetched, eventsCreated } = job.totals;
  const synced = storedOf(job);
  const label = MODE_LABELS[job.mode];
  const done = `${synced} conversation(s) with ${eventsCreated} events`;
  return {
    success: true,
    synced,
    inserted,
    updated,
    total: Math.max(job.total ?? 0, fetched),
    eventsCreated,
    syncMode: job.mode,
    message: whyNot(job) ?? (isOver(job) ? `${label}: ${done}` : `${label} still running: ${done} so far`),
    jobId: job.id,
    jobStatus: job.status,
  };
}

/** Answer of `sync-fixed`. */
export function seedFixed(job: JobResource): SeedFixedResource {
  const hasMore = !isComplete(job.status);
  return { ...seedSync(job), hasMore, resumeSession: hasMore ? job.id : null };
}

/** Answer of `sync-optimized`. */
export function seedOptimized(job: JobResource, failures: readonly SetAside[]): SeedOptimizedResource {
  const { fetched, inserted, updated, eventsCreated, batches } = job.totals;
  const duration = `${(job.elapsedMs / 1000).toFixed(1)}s`;
  const done = `${storedOf(job)} conversations in ${duration}`;
  return {
    success: true,
    stats: {
      fetched,
      inserted,
      updated,
      events: eventsCreated,
      batches,
      duration,
      speed: `${job.conversationsPerSecond.toFixed(1)} conversations/sec`,
      errors: seedErrors(job, failures),
    },
    message: whyNot(job) ?? (isOver(job) ? `Successfully synced ${done}` : `Still syncing: ${done} so far`),
    jobId: job.id,
    jobStatus: job.status,
  };
}

/**
 * Answer of `sync-status`. Its clients ask again until it says `COMPLETED` or `FAILED`: whatever does not go on by itself
 * is one of these.
 */
export function seedStatus(job: JobResource, failures: readonly SetAside[]): SeedStatusResource {
  const { totals } = job;
  const total = job.total ?? (isOver(job) ? totals.fetched : 0);
  return {
    id: job.id,
    facebookPageId: job.facebookPageId,
    status: seedJobStatus(job),
    syncedContacts: storedOf(job),
    failedContacts: totals.failed,
    totalContacts: total,
    errors: seedErrors(job, failures),
    tokenExpired: job.tokenExpired,
    startedAt: job.startedAt,
    completedAt: job.completedAt,
    createdAt: job.createdAt,
  };
}

/** A line of the streams: the job as it is. */
export function seedJobEvent(job: JobResource): SeedStreamEvent {
  const error = whyNot(job);
  const { fetched: current, unchanged: skipped, inserted, updated, failed, eventsCreated } = job.totals;
  return {
    status: error !== null ? 'error' : isOver(job) ? 'complete' : 'processing',
    jobId: job.id,
    current,
    total: job.total,
    inserted,
    updated,
    skipped,
    failed,
    eventsCreated,
    name: job.currentName,
    message: isOver(job) ? job.message : waitingMessage(job),
    error,
    tokenExpired: job.tokenExpired,
    canResume: error !== null && job.status !== 'FAILED',
  };
}

/** A line of the streams: a conversation was stored. */
export function seedConversationEvent(event: StreamEvent): SeedStreamEvent {
  const { jobId, current, total, inserted, updated, skipped, failed, eventsCreated, name } = event;
  return {
    status: 'processing',
    jobId,
    current,
    total,
    inserted,
    updated,
    skipped,
    failed,
    eventsCreated,
    name,
    message: null,
    error: null,
    tokenExpired: false,
    canResume: false,
  };
}

/** A page with its settings. */
export function seedPage(page: PageResource): SeedPageResource {
  const { id, autoSync, autoPipelineId, autoPipelineMode, lastSyncedAt, createdAt } = page;
  return {
    id,
    pageId: page.facebookPageId,
    pageName: page.name,
    autoSync,
    syncInterval: page.syncIntervalSeconds,
    autoPipelineId,
    autoPipelineMode,
    lastSyncedAt,
    createdAt,
  };
}

function waitingMessage({ status, waitingUntil }: JobResource): string | null {
  if (status === 'PAUSED') return 'Paused';
  return waitingUntil === null ? null : `Facebook wants no calls until ${waitingUntil}`;
}

function seedJobStatus(job: JobResource): SeedStatusResource['status'] {
  if (isComplete(job.status)) return 'COMPLETED';
  if (isOver(job)) return 'FAILED';
  return job.status === 'PENDING' ? 'PENDING' : 'IN_PROGRESS';
}

type SetAside = Pick<FailureResource, 'platform' | 'conversationGraphId' | 'graphId' | 'reason' | 'detail'>;

/** What is wrong with the sync as a whole, then what it has set aside. */
function seedErrors(job: JobResource, failures: readonly SetAside[]): SeedError[] {
  const error = whyNot(job);
  return [
    ...(error === null ? [] : [{ error }]),
    ...failures.map(({ platform, conversationGraphId, graphId, reason, detail }) => ({
      platform: PLATFORM_NAMES[platform],
      id: conversationGraphId ?? graphId,
      error: detail === null ? reason : `${reason}: ${detail}`,
    })),
  ];
}
