import { hasEnded } from '../../src/contract/job-status.ts';
import type { JobResource, StreamEvent, SyncStatusResource } from '../../src/contract/resources.ts';

// A page's sync as `GET /api/pages/{id}/sync` has it, kept up to date by the events of its stream. No React, no network.

/** What is known of a page's newest sync, and when its clock was right: `elapsedMs` grows from then on. */
export interface KnownSync {
  status: SyncStatusResource;
  atMs: number;
  /** What holds the sync up at this moment, in words. */
  trouble: string | null;
}

/** Ids of events are the job's revision, times this, and a number within the revision. */
const IDS_PER_REVISION = 1000;

/** Whether a workflow is, or will be, at work on the job. */
export function isOpen(status: SyncStatusResource | null | undefined): status is SyncStatusResource {
  return status !== null && status !== undefined && !hasEnded(status.job.status);
}

/** Whether the job can be taken up where it stopped. */
export function canContinue(job: JobResource): boolean {
  return job.status === 'PARTIAL' || job.status === 'CANCELLED';
}

/** Whether the job has covered all that the page is, so that it counts as synced. */
export function hasCoveredPage(job: JobResource): boolean {
  return (
    (job.status === 'COMPLETED' || job.status === 'UP_TO_DATE') &&
    job.mode !== 'selective' &&
    job.maxConversations === null
  );
}

/** Names an end of a job: one that is resumed ends again. `null`: it is at work. */
export function endOf(job: JobResource): string | null {
  return hasEnded(job.status) ? `${job.id} ${job.completedAt}` : null;
}

/** A job alone, as commands and final events bring it. */
export function statusOfJob(job: JobResource): SyncStatusResource {
  const phase = hasEnded(job.status) ? 'ended' : null;
  return { job, source: 'row', phase, streams: null, secondsLeft: null };
}

/** How long a job has been at work by now, in milliseconds. */
export function elapsedMs({ status: { job }, atMs }: KnownSync, nowMs: number): number {
  return job.elapsedMs + (job.status === 'IN_PROGRESS' ? Math.max(0, nowMs - atMs) : 0);
}

type Counters = Pick<JobResource, 'totals' | 'total' | 'historiesLeft' | 'currentName'>;

/**
 * Counters after later news of the same job. Within a revision news overtake each other: conversations are told one by one and
 * an answer has them all, or none of them yet. What was shown is not taken back.
 */
function counted(before: JobResource, news: Counters): Counters {
  const names = Object.keys(before.totals) as (keyof JobResource['totals'])[];
  if (!names.some((name) => news.totals[name] < before.totals[name])) return news;
  const totals = { ...news.totals };
  for (const name of names) totals[name] = Math.max(totals[name], before.totals[name]);
  const { total, historiesLeft, currentName } = before;
  return { totals, total, historiesLeft, currentName };
}

/** What is known after an answer. Answers overtake each other: revisions grow over all jobs, and older ones say nothing. */
export function afterAnswer(known: KnownSync | null, status: SyncStatusResource, nowMs: number): KnownSync {
  if (known === null) return { status, atMs: nowMs, trouble: null };
  if (status.job.revision < known.status.job.revision) return known;
  const isSame = isOpen(status) && status.job.id === known.status.job.id;
  const isSameRevision = isSame && status.job.revision === known.status.job.revision;
  // the row alone does not know these: what the workflow has said last stays
  return {
    status: {
      ...status,
      job: isSameRevision ? { ...status.job, ...counted(known.status.job, status.job) } : status.job,
      phase: status.phase ?? (isSame ? known.status.phase : null),
      streams: status.streams ?? (isSame ? known.status.streams : null),
    },
    atMs: nowMs,
    trouble: isSame ? known.trouble : null,
  };
}

/** What is known after an event of the job's stream; `null`: the event is of another job. */
export function afterEvent(
  known: KnownSync,
  event: StreamEvent,
  id: string,
  nowMs: number,
): KnownSync | null {
  const { job } = known.status;
  const revision = Math.floor(Number(id) / IDS_PER_REVISION);
  if (event.jobId !== job.id) return null;
  if (revision < job.revision) return known;
  const counters: Counters = {
    totals: {
      ...job.totals,
      fetched: event.current,
      inserted: event.inserted,
      updated: event.updated,
      unchanged: event.skipped,
      failed: event.failed,
      eventsCreated: event.eventsCreated,
      histories: event.histories,
    },
    total: event.total,
    historiesLeft: event.historiesLeft,
    currentName: event.name ?? job.currentName,
  };
  return {
    status: {
      ...known.status,
      job: {
        ...job,
        ...(revision === job.revision ? counted(job, counters) : counters),
        revision,
        status: event.jobStatus,
        waitingUntil: event.waitingUntil,
        tokenExpired: event.tokenExpired,
        elapsedMs: elapsedMs(known, nowMs),
      },
    },
    atMs: nowMs,
    trouble: event.error,
  };
}
