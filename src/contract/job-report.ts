import { z } from 'zod';
import { PLATFORMS } from './platform.ts';
import { failureResource, jobResource } from './resources.ts';

const count = z.int().min(0);

/** Items of the job's failures that a report shows by themselves. */
export const REPORTED_FAILURES = 20;

export const jobReportResource = z
  .object({
    job: jobResource,
    successRate: z
      .number()
      .nullable()
      .describe('Percent of what was fetched that is stored; null when nothing was.'),
    durationSeconds: z.number().describe('Time at work, without pauses.'),
    validation: z.record(z.string(), z.int()).describe('Items that the schemas could not take, by reason.'),
    failures: z.object({
      total: count,
      resolved: count.describe('Those that a later job has read.'),
      byReason: z.array(
        z.object({
          platform: z.enum(PLATFORMS),
          itemType: failureResource.shape.itemType,
          reason: z.string(),
          count,
          resolved: count,
        }),
      ),
      first: z
        .array(failureResource.omit({ payload: true }))
        .max(REPORTED_FAILURES)
        .describe('The first ones, without what Graph sent.'),
    }),
    batches: z
      .array(
        z.object({
          platform: z.enum(PLATFORMS),
          pages: count.describe(
            'Batches that are kept: of a job that has ended for good, a day later, the last one.',
          ),
          restarts: count.describe('How often the walk began anew because its cursor had died.'),
          fetched: count.describe('Conversations of the platform, all batches together.'),
          complete: z.boolean().describe('Whether the walk came to its end.'),
          firstAt: z.iso.datetime(),
          lastAt: z.iso.datetime(),
        }),
      )
      .describe('One a platform that was walked.'),
  })
  .meta({ id: 'JobReport' });
/** `GET /api/jobs/{id}/report` */
export type JobReportResource = z.infer<typeof jobReportResource>;

/** `GET /api/jobs/{id}/failures.csv` */
export const failuresCsvQuery = z.strictObject({
  payload: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether a column holds each item as Graph sent it, as JSON. It contains messages.'),
});

/** Columns of `report.csv`. */
export const REPORT_COLUMNS = [
  'job_id',
  'facebook_page_id',
  'status',
  'mode',
  'trigger',
  'created_at',
  'started_at',
  'completed_at',
  'duration_seconds',
  'total',
  'fetched',
  'inserted',
  'updated',
  'unchanged',
  'failed',
  'success_rate',
  'events_created',
  'batches',
  'api_calls',
  'histories',
  'histories_failed',
  'unavailable_messages',
  'conversations_per_second',
  'token_expired',
  'message',
  'last_error',
] as const;

/** Columns of `failures.csv`; with `payload` one more. */
export const FAILURE_COLUMNS = [
  'id',
  'platform',
  'item_type',
  'graph_id',
  'conversation_graph_id',
  'reason',
  'detail',
  'created_at',
  'resolved_at',
] as const;
