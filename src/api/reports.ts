import { z } from 'zod';
import {
  FAILURE_COLUMNS,
  failuresCsvQuery,
  jobReportResource,
  REPORT_COLUMNS,
} from '../contract/job-report.ts';
import type { FailureResource, JobResource } from '../contract/resources.ts';
import { successRate } from '../contract/statistics.ts';
import { type Cell, CSV, sendCsv } from './csv.ts';
import type { ApiDeps } from './deps.ts';
import { requireJob } from './jobs.ts';
import { type Operation, operation } from './operation.ts';

const params = { id: 'The job’s id' };

const FORMULAS = 'Text that a spreadsheet would take for a formula has an apostrophe before it.';

/** `/api/jobs/{id}/report` and the files to download. */
export function reportOperations({ store }: ApiDeps): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/api/jobs/{id}/report',
      id: 'getJobReport',
      tag: 'Jobs',
      summary: 'What the job has come to: figures, what was set aside and why, how its walks went',
      scope: 'read',
      params,
      answers: { 200: { description: 'The report', body: jobReportResource } },
      async handle({ params }) {
        return { status: 200, body: await store.reports.jobReport(await requireJob(store, params.id)) };
      },
    }),

    operation({
      method: 'get',
      path: '/api/jobs/{id}/report.csv',
      id: 'downloadJobReport',
      tag: 'Jobs',
      summary: 'The job’s figures as one row of CSV',
      description: FORMULAS,
      scope: 'read',
      params,
      answers: { 200: { description: REPORT_COLUMNS.join(', '), contentType: CSV, body: z.string() } },
      async handle({ params, res }) {
        const job = await requireJob(store, params.id);
        await sendCsv(res, `sync-${job.id}.csv`, REPORT_COLUMNS, [reportRow(job)]);
        return null;
      },
    }),

    operation({
      method: 'get',
      path: '/api/jobs/{id}/failures.csv',
      id: 'downloadFailures',
      tag: 'Jobs',
      summary: 'What the job has set aside, a row an item, as CSV',
      description: FORMULAS,
      scope: 'read',
      params,
      query: failuresCsvQuery,
      answers: { 200: { description: FAILURE_COLUMNS.join(', '), contentType: CSV, body: z.string() } },
      async handle({ params, query, res }) {
        const job = await requireJob(store, params.id);
        const withPayload = query.payload === 'true';
        const columns = withPayload ? [...FAILURE_COLUMNS, 'payload'] : FAILURE_COLUMNS;
        const failures = store.failures.all(job.id, withPayload);
        await sendCsv(res, `failures-${job.id}.csv`, columns, failureRows(failures, withPayload));
        return null;
      },
    }),
  ];
}

/** In the order of `REPORT_COLUMNS`. */
function reportRow(job: JobResource): Cell[] {
  const { totals } = job;
  return [
    job.id,
    job.facebookPageId,
    job.status,
    job.mode,
    job.trigger,
    job.createdAt,
    job.startedAt,
    job.completedAt,
    job.elapsedMs / 1000,
    job.total,
    totals.fetched,
    totals.inserted,
    totals.updated,
    totals.unchanged,
    totals.failed,
    successRate(totals),
    totals.eventsCreated,
    totals.batches,
    totals.apiCalls,
    totals.histories,
    totals.historiesFailed,
    totals.unavailable,
    job.conversationsPerSecond,
    job.tokenExpired,
    job.message,
    job.lastError?.message ?? null,
  ];
}

/** In the order of `FAILURE_COLUMNS`. */
async function* failureRows(
  failures: AsyncIterable<FailureResource>,
  withPayload: boolean,
): AsyncGenerator<Cell[]> {
  for await (const failure of failures) {
    const payload = failure.payload === null ? null : JSON.stringify(failure.payload);
    yield [
      failure.id,
      failure.platform,
      failure.itemType,
      failure.graphId,
      failure.conversationGraphId,
      failure.reason,
      failure.detail,
      failure.createdAt,
      failure.resolvedAt,
      ...(withPayload ? [payload] : []),
    ];
  }
}
