import { type JobReportResource, REPORTED_FAILURES } from '../contract/job-report.ts';
import type { JobResource } from '../contract/resources.ts';
import { successRate } from '../contract/statistics.ts';
import { createFailureStore } from './failures.ts';
import type { Sql } from './sql.ts';

type Reason = JobReportResource['failures']['byReason'][number];
type Walk = JobReportResource['batches'][number];
interface WalkRow extends Omit<Walk, 'firstAt' | 'lastAt'> {
  first_at: Date;
  last_at: Date;
}

/** What a job has come to, for a report. */
export function createReportStore(sql: Sql) {
  const failures = createFailureStore(sql);
  return {
    async jobReport(job: JobResource): Promise<JobReportResource> {
      const [byReason, walks, first] = await Promise.all([
        sql<Reason[]>`
          SELECT platform, item_type AS "itemType", reason, count(*) AS count, count(resolved_at) AS resolved
          FROM sync_failures WHERE job_id = ${job.id}
          GROUP BY platform, item_type, reason ORDER BY count(*) DESC, platform, item_type, reason`,
        // a walk that begins anew goes on counting where it was: the last batch has the sum
        sql<WalkRow[]>`
          SELECT stream AS platform, count(*) FILTER (WHERE kind = 'page') AS pages,
            count(*) FILTER (WHERE kind = 'restart') AS restarts, (array_agg(fetched_so_far ORDER BY seq DESC))[1] AS fetched,
            bool_or(is_last) AS complete, min(created_at) AS first_at, max(created_at) AS last_at
          FROM sync_batches WHERE job_id = ${job.id} GROUP BY stream ORDER BY stream DESC`,
        failures.list(job.id, { after: null, limit: REPORTED_FAILURES }, false),
      ]);
      const sum = (of: (reason: Reason) => number) =>
        byReason.reduce((total, reason) => total + of(reason), 0);
      return {
        job,
        successRate: successRate(job.totals),
        durationSeconds: job.elapsedMs / 1000,
        validation: job.validation,
        failures: {
          total: sum((reason) => reason.count),
          resolved: sum((reason) => reason.resolved),
          byReason: [...byReason],
          first: first.data.map(({ payload: _payload, ...failure }) => failure),
        },
        batches: walks.map(({ first_at, last_at, ...walk }) => ({
          ...walk,
          firstAt: first_at.toISOString(),
          lastAt: last_at.toISOString(),
        })),
      };
    },
  };
}
