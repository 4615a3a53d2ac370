import { heartbeat, log } from '@temporalio/activity';
import { hasLostWorkflow, type ReconciledJobs, type WorkflowState } from '../src/contract/maintenance.ts';
import { workflowIdOf } from '../src/contract/names.ts';
import type { OpenJob, Store } from '../src/store/index.ts';

/** Asks Temporal for a workflow by its ID; never throws. */
export type LookUpWorkflow = (workflowId: string) => Promise<WorkflowState>;

/** Asks a job's workflow to end, if it is there. @throws when Temporal does not answer */
export type CancelJob = (job: Pick<OpenJob, 'facebookPageId' | 'conversationId'>) => Promise<void>;

/** Jobs that are looked at between two heartbeats, and asked for at the same time. */
const AT_ONCE = 20;

/**
 * Closes open jobs whose workflow is gone (terminated, or lost with its server) with their checkpoint, so that they
 * can be resumed (requirement A15). The job is read first and Temporal asked afterwards: what is closed must still be
 * as it was read, so a run that has taken the job up in the meantime is never disturbed. Without a clear answer
 * nothing is closed; when there is none at all, Temporal is away, and the next run looks again.
 *
 * A job of a page that was disconnected is cancelled: it would wait for a token that nobody brings.
 *
 * @throws database errors; may be repeated
 */
export function createReconcileJobs(
  store: Store,
  lookUpWorkflow: LookUpWorkflow,
  cancelJob: CancelJob,
  graceMs: number,
) {
  async function reconcile(job: OpenJob): Promise<'kept' | 'closed' | 'cancelled' | 'unclear'> {
    const workflowId = workflowIdOf(job);
    const workflow = await lookUpWorkflow(workflowId);
    const names = { jobId: job.id, pageId: job.pageId, workflowId };
    if (workflow.state === 'unclear') {
      log.warn('Temporal does not say whether the workflow of a job is there', {
        ...names,
        why: workflow.why,
      });
      return 'unclear';
    }
    if (!hasLostWorkflow(job.runId, workflow)) return job.isPageGone ? cancel(job, names) : 'kept';
    if (!(await store.lifecycle.closeLost(job))) return 'kept';
    log.warn('Closed a job whose workflow is gone', { ...names, workflow: workflow.state });
    return 'closed';
  }

  async function cancel(job: OpenJob, names: object): Promise<'cancelled' | 'unclear'> {
    try {
      await cancelJob(job);
    } catch (error) {
      log.warn('A job of a page that was disconnected could not be cancelled', { ...names, err: error });
      return 'unclear';
    }
    log.warn('Cancelled a job of a page that was disconnected', names);
    return 'cancelled';
  }

  return async function reconcileJobs(): Promise<ReconciledJobs> {
    const result: ReconciledJobs = { looked: 0, closed: 0, cancelled: 0, unclear: 0 };
    let after: string | null = null;
    for (;;) {
      const jobs: OpenJob[] = await store.upkeep.openJobs(graceMs, after, AT_ONCE);
      const outcomes = await Promise.all(jobs.map(reconcile));
      for (const outcome of outcomes) {
        result.looked += 1;
        if (outcome !== 'kept') result[outcome] += 1;
      }
      heartbeat();
      after = jobs.at(-1)?.id ?? null;
      if (jobs.length < AT_ONCE || outcomes.every((outcome) => outcome === 'unclear')) return result;
    }
  };
}
