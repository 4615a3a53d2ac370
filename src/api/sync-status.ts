import { hasEnded } from '../contract/job-status.ts';
import type { PageResource, SyncStatusResource } from '../contract/resources.ts';
import { secondsLeft } from '../contract/statistics.ts';
import type { ApiDeps } from './deps.ts';

/**
 * The page's newest job: the row has the exact counters, the workflow knows the phase and what it waits for. The
 * row alone answers when no worker does within a second.
 *
 * @returns `null` when the page has never been synced
 */
export async function syncStatus(deps: ApiDeps, page: PageResource): Promise<SyncStatusResource | null> {
  const latest = await deps.store.jobs.latest(page.id);
  if (latest === null) return null;
  if (hasEnded(latest.status)) {
    return { job: latest, source: 'row', phase: 'ended', streams: null, secondsLeft: null };
  }
  const progress = await deps.sync.progress(page.facebookPageId);
  // read after the query, so that the counters are not older than the phase
  const job = (await deps.store.jobs.find(latest.id)) ?? latest;
  const known = progress?.jobId === job.id ? progress : null;
  return {
    job: { ...job, waitingUntil: known?.waitingUntil ?? job.waitingUntil },
    source: known === null ? 'row' : 'workflow',
    phase: known?.phase ?? null,
    streams: known?.streams ?? null,
    secondsLeft:
      job.status === 'IN_PROGRESS'
        ? secondsLeft(job.total, job.totals.fetched, job.conversationsPerSecond)
        : null,
  };
}
