import { hasEnded } from '../../src/contract/job-status.ts';
import { syncWorkflowId } from '../../src/contract/names.ts';
import type { StartSyncRequest } from '../../src/contract/requests.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { poll } from '../../src/embedded/poll.ts';
import { expectStored } from './inbox.ts';
import type { BenchPage, Installation, PageSpec } from './installation.ts';

/** Longer than any bench's sync takes on a slow machine. */
const SYNC_TIMEOUT_MS = 90 * 60_000;

/** A sync as it went. */
export interface SyncRun {
  job: JobResource;
  /** From the request to the job's end, by the clock of this machine, which is PostgreSQL's too. */
  seconds: number;
}

/** Asks the API for a sync of the page and waits for its end, at the cost of one small query every 50 ms. */
export async function sync(
  installation: Installation,
  page: BenchPage,
  request: Partial<StartSyncRequest> = {},
): Promise<SyncRun> {
  const { api, sql, temporal } = installation;
  const asked = Date.now();
  const { id } = await api.startSync(page.id, request);
  await poll(
    async () => {
      const [row] = await sql<
        { status: JobResource['status'] }[]
      >`SELECT status FROM sync_jobs WHERE id = ${id}`;
      return row !== undefined && hasEnded(row.status);
    },
    { what: `the sync of page ${page.facebookPageId}`, timeoutMs: SYNC_TIMEOUT_MS, everyMs: 50 },
  );
  // the next sync may start when the workflow has ended too; how it ended is in the row
  await temporal.workflow
    .getHandle(syncWorkflowId(page.facebookPageId))
    .result()
    .catch(() => {});
  const { job } = await api.getSync(page.id);
  if (job.completedAt === null) throw new Error(`Job ${id} has no end`);
  return { job, seconds: (Date.parse(job.completedAt) - asked) / 1000 };
}

/** Asks for the end of the page's sync, if there is one. */
export async function cancelSync({ api }: Installation, page: BenchPage): Promise<void> {
  const headers = { authorization: api.authorization };
  await fetch(`${api.url}/api/pages/${page.id}/sync/cancel`, { method: 'POST', headers });
}

/** Syncs fresh pages, all at once, and sees to it that everything is stored. @returns seconds until the last one's end */
export async function syncAll(installation: Installation, pages: readonly BenchPage[]): Promise<number> {
  const began = Date.now();
  const runs = await Promise.all(pages.map((page) => sync(installation, page)));
  const bad = runs.find(({ job }) => job.status !== 'COMPLETED');
  if (bad !== undefined) throw new Error(`A sync ended ${bad.job.status}: ${bad.job.message}`);
  await expectStored(installation, pages);
  const ends = runs.map(({ job }) => Date.parse(job.completedAt ?? ''));
  return (Math.max(...ends) - began) / 1000;
}

/**
 * Makes an installation warm: the worker has compiled what a sync runs, connections are open, the Temporal server has
 * seen the workflow.
 */
export async function warmUp(installation: Installation, conversations = 1000): Promise<void> {
  const spec: PageSpec = { conversations, messages: 10 };
  const pages = await installation.connect([spec]);
  await syncAll(installation, pages);
  await installation.empty();
}
