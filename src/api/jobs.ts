import {
  type JobDetailResource,
  jobBatchResource,
  jobDetailResource,
  listJobBatchesQuery,
  listTimelineQuery,
  timelineEntryResource,
} from '../contract/job-detail.ts';
import { hasEnded } from '../contract/job-status.ts';
import { workflowIdOf } from '../contract/names.ts';
import { listedJob } from '../contract/new-job.ts';
import { listFailuresQuery, listJobsQuery, MAX_LISTED } from '../contract/requests.ts';
import { failureResource, type JobResource, jobResource, listOf } from '../contract/resources.ts';
import { isUuid, type Store } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { commandJob, notRunning } from './job-command.ts';
import { type Operation, operation } from './operation.ts';
import { notFound, Problem } from './problem.ts';
import { keysetOf } from './read-request.ts';
import { jobOfEarlierAttempt, startJob } from './start-sync.ts';
import { readable } from './sync-input.ts';

/** The job that a path names. @throws Problem 404 */
export async function requireJob(store: Store, id: string | undefined): Promise<JobResource> {
  const job = id !== undefined && isUuid(id) ? await store.jobs.find(id) : null;
  if (job === null) throw notFound('Job');
  return job;
}

/** @throws Problem 404 */
async function jobDetail(
  { store, workflowLink }: ApiDeps,
  id: string | undefined,
): Promise<JobDetailResource> {
  const found = id !== undefined && isUuid(id) ? await store.jobs.closely(id) : null;
  if (found === null) throw notFound('Job');
  const { job, runId, waitedMs } = found;
  const workflowId = workflowIdOf(job);
  return { ...job, waitedMs, workflow: { id: workflowId, runId, url: workflowLink(workflowId, runId) } };
}

const TIMELINE = `Waits less than a minute apart are one entry, and so is an error that comes again with nothing in between. The
entries go with their job.`;

const BATCHES = `Of a job that has ended for good the batches go after a while, but for the last of each platform. Older messages
that are fetched after the walk are no batches.`;

const params = { id: 'The job’s id' };

/** `/api/jobs` */
export function jobOperations(deps: ApiDeps): Operation[] {
  const { store } = deps;
  return [
    operation({
      method: 'get',
      path: '/api/jobs',
      id: 'listJobs',
      tag: 'Jobs',
      summary: 'List jobs, newest first',
      scope: 'read',
      query: listJobsQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(jobResource) } },
      problems: ['not-found'],
      async handle({ query }) {
        const page = query.pageId === undefined ? null : await requirePage(store, query.pageId);
        return { status: 200, body: await store.jobs.list(keysetOf(query), { ...query, pageId: page?.id }) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/jobs/{id}',
      id: 'getJob',
      tag: 'Jobs',
      summary: 'A job, its workflow, and how long Meta made it wait',
      scope: 'read',
      params,
      answers: { 200: { description: 'The job', body: jobDetailResource } },
      async handle({ params }) {
        return { status: 200, body: await jobDetail(deps, params.id) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/jobs/{id}/timeline',
      id: 'listTimeline',
      tag: 'Jobs',
      summary: 'What has happened to the job, oldest first',
      description: TIMELINE,
      scope: 'read',
      params,
      query: listTimelineQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(timelineEntryResource) } },
      async handle({ params, query }) {
        const job = await requireJob(store, params.id);
        return { status: 200, body: await store.jobHistory.timeline(job.id, keysetOf(query)) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/jobs/{id}/batches',
      id: 'listJobBatches',
      tag: 'Jobs',
      summary: 'What the job has stored, batch by batch, newest first',
      description: BATCHES,
      scope: 'read',
      params,
      query: listJobBatchesQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(jobBatchResource) } },
      async handle({ params, query }) {
        const job = await requireJob(store, params.id);
        const batches = await store.jobHistory.batches(job.id, keysetOf(query), query.platform);
        return { status: 200, body: batches };
      },
    }),

    operation({
      method: 'get',
      path: '/api/jobs/{id}/failures',
      id: 'listFailures',
      tag: 'Jobs',
      summary: 'What the job has set aside, oldest first',
      scope: 'read',
      params,
      query: listFailuresQuery,
      answers: { 200: { description: 'A page of the list', body: listOf(failureResource) } },
      async handle({ params, query }) {
        const job = await requireJob(store, params.id);
        return { status: 200, body: await store.failures.list(job.id, keysetOf(query)) };
      },
    }),

    operation({
      method: 'post',
      path: '/api/jobs/{id}/cancel',
      id: 'cancelJob',
      tag: 'Jobs',
      summary: 'Cancel a job; also a repair',
      scope: 'sync',
      params,
      answers: { 202: { description: 'Taken: the job as it is now', body: jobResource } },
      problems: ['sync-not-running', 'temporal-unavailable'],
      async handle({ params }) {
        const job = await requireJob(store, params.id);
        if (hasEnded(job.status)) throw notRunning('cancel');
        await commandJob(deps.sync, job, 'cancel');
        return { status: 202, body: await requireJob(store, job.id) };
      },
    }),

    operation({
      method: 'post',
      path: '/api/jobs/{id}/retry-failed',
      id: 'retryFailed',
      tag: 'Jobs',
      summary: 'Read again the conversations of which the job has set something aside',
      description: `Up to ${MAX_LISTED} at a time.`,
      scope: 'sync',
      params,
      answers: { 202: { description: 'Started: the new job', body: jobResource, hasLocation: true } },
      problems: ['nothing-to-retry', 'sync-in-progress', 'not-connected', 'temporal-unavailable'],
      async handle({ params, attempt }) {
        const made = await jobOfEarlierAttempt(store, attempt);
        if (made !== null) return { status: 202, body: made, headers: { Location: `/api/jobs/${made.id}` } };
        const failed = await requireJob(store, params.id);
        const conversations = await store.failures.retryable(failed.id, MAX_LISTED);
        if (conversations.length === 0) {
          const why = 'The job has set nothing aside that could be read again, or a later job has read it.';
          throw new Problem(409, 'nothing-to-retry', 'Nothing to retry', why);
        }
        const page = await requirePage(store, failed.pageId);
        const input = listedJob(attempt.id, page, 'retry', readable(page, conversations));
        const job = await startJob(deps, input, page, attempt);
        return { status: 202, body: job, headers: { Location: `/api/jobs/${job.id}` } };
      },
    }),
  ];
}
