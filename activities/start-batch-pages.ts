import { cancellationSignal, log } from '@temporalio/activity';
import type { AdvanceBatchInput } from '../src/contract/batches.ts';
import { hasLostWorkflow } from '../src/contract/maintenance.ts';
import { workflowIdOf } from '../src/contract/names.ts';
import type { SyncWorkflowInput } from '../src/contract/sync-options.ts';
import type { JobOfPage, StartedPage, Store, UnstartedPage } from '../src/store/index.ts';
import type { LookUpWorkflow } from './reconcile-jobs.ts';

/** The start of a sync was refused, and would be again. */
export class StartRefused extends Error {}

export interface BatchDeps {
  store: Store;
  /**
   * Starts a page's sync.
   *
   * @returns its run; `null` when one of the page is running already
   * @throws StartRefused when another attempt is of no use
   */
  startSync(job: SyncWorkflowInput): Promise<{ runId: string } | null>;
  /** Asks the page's sync that began with this run to end. Does nothing when that is not the one that runs. */
  cancelSync(page: { facebookPageId: string; runId: string }): Promise<void>;
  lookUpWorkflow: LookUpWorkflow;
}

/** How long a start is tried, in milliseconds. */
const TRIED_MS = 10 * 60_000;

const REFUSED = 'Temporal has refused to start its sync. The worker’s log says why.';
const NOT_STARTED = 'Its sync could not be started for 10 minutes. Resume the batch to try again.';
const UNDECIDED =
  'The batch was cancelled, but for 10 minutes nobody could tell whether this page’s sync had been started.';

/** What became of one attempt: `runId` is that of the workflow that it has started. */
type Attempt = { started: StartedPage; runId: string | null } | { unstarted: UnstartedPage };

/** The starts of a batch's jobs, and the question after a cancel whether one has been made. */
export function createPageStarts({ store, startSync, cancelSync, lookUpWorkflow }: BatchDeps) {
  const { lifecycle, batchStarts } = store;

  /**
   * Starts jobs of pages, or joins those that are running.
   *
   * @returns how many pages have moved
   */
  async function startPages(
    batch: Pick<AdvanceBatchInput, 'batchId' | 'runId'>,
    jobs: readonly SyncWorkflowInput[],
  ): Promise<number> {
    const { batchId } = batch;
    const permitted = await batchStarts.permitStarts(
      batch,
      jobs.map((job) => job.jobId),
    );
    cancellationSignal().throwIfAborted();
    const tried = jobs.filter((job) => permitted.has(job.jobId));
    const attempts = await Promise.all(tried.map(tryStart));
    const unstarted = attempts.flatMap((attempt) => ('unstarted' in attempt ? [attempt.unstarted] : []));
    const started = attempts.flatMap((attempt) => ('started' in attempt ? [attempt.started] : []));
    const settled = unstarted.length > 0 ? await batchStarts.settleUnstarted(batchId, unstarted) : 0;
    if (started.length === 0) return settled;
    const unwanted = await batchStarts.started(batchId, started);
    // it was permitted a moment before somebody cancelled the batch, or gave the start up
    const cancels = tried.map(async ({ facebookPageId, jobId }, i) => {
      const attempt = attempts[i];
      const runId = attempt !== undefined && 'runId' in attempt ? attempt.runId : null;
      if (runId === null || !unwanted.has(jobId)) return;
      await cancelSync({ facebookPageId, runId }).catch((error: unknown) =>
        log.warn('A job that a batch wants no more could not be cancelled', { jobId, error }),
      );
    });
    await Promise.all(cancels);
    return settled + started.length;
  }

  async function tryStart(job: SyncWorkflowInput): Promise<Attempt> {
    const { jobId, pageId } = job;
    const unstarted = { pageId, jobId, state: 'FAILED', failure: NOT_STARTED, triedForMs: TRIED_MS } as const;
    try {
      return (await start(job)) ?? { unstarted };
    } catch (error) {
      const refused = error instanceof StartRefused;
      log.warn('A page of a batch could not be started', { pageId, jobId, refused, error });
      return { unstarted: refused ? { ...unstarted, failure: REFUSED, triedForMs: 0 } : unstarted };
    }
  }

  /** @returns `null` when it cannot be told yet whose job is running */
  async function start(job: SyncWorkflowInput): Promise<Attempt | null> {
    const { jobId, pageId } = job;
    const run = await startSync(job);
    if (run !== null) {
      // the workflow does the same, whichever comes first: a job that was started has a row
      if (!job.resume) await lifecycle.create(job);
      await lifecycle.takeUp(jobId, run.runId);
      return { started: { pageId, jobId, joined: null }, runId: run.runId };
    }
    const open = await batchStarts.openSync(pageId);
    // its row is not made yet, or has ended a moment before it
    if (open === null) return null;
    if (open.id === jobId) return { started: { pageId, jobId, joined: null }, runId: null };
    // a row whose workflow is gone says nothing of the one that is running
    if (hasLostWorkflow(open.runId, await lookUpWorkflow(workflowIdOf(job)))) return null;
    return { started: { pageId, jobId, joined: open.id }, runId: null };
  }

  /**
   * After a cancel: settles pages of whose job nothing runs. A job that turns out to have begun is cancelled like all others.
   *
   * @returns how many pages have moved
   */
  async function settleUndecided(batchId: string, jobs: readonly JobOfPage[]): Promise<number> {
    const settled = await Promise.all(
      jobs.map(async (job): Promise<UnstartedPage> => {
        const { pageId, jobId } = job;
        return (await isAbsent(job))
          ? { pageId, jobId, state: 'CANCELLED', failure: null, triedForMs: 0 }
          : { pageId, jobId, state: 'FAILED', failure: UNDECIDED, triedForMs: TRIED_MS };
      }),
    );
    return batchStarts.settleUnstarted(batchId, settled);
  }

  /** Whether nothing runs under the page's ID, or what runs there has taken up another job. */
  async function isAbsent(job: JobOfPage): Promise<boolean> {
    const workflow = await lookUpWorkflow(workflowIdOf(job));
    if (workflow.state !== 'running') return workflow.state === 'closed';
    const open = await batchStarts.openSync(job.pageId);
    return open !== null && open.id !== job.jobId && open.runId === workflow.firstRunId;
  }

  return { startPages, settleUndecided };
}
