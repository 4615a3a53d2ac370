import { z } from 'zod';
import { JOB_STATUSES } from './job-status.ts';
import { PLATFORMS } from './platform.ts';
import { count, time } from './progress-schemas.ts';
import { listQuery } from './requests.ts';
import { jobResource } from './resources.ts';
import { JOB_BATCH_KINDS, TIMELINE_KEPT, TIMELINE_KINDS } from './timeline.ts';

// One job, closely: where its workflow is, what happened to it and when, and what it has stored.

const jobWorkflow = z
  .object({
    id: z.string().describe('ID of the workflow; later jobs have the same one.'),
    runId: z.string().nullable().describe('Its first run; null before it has taken the job up.'),
    url: z
      .string()
      .nullable()
      .describe('The workflow in the Temporal Web UI; null where no UI is configured.'),
  })
  .meta({ id: 'JobWorkflow' });

export const jobDetailResource = jobResource
  .extend({
    workflow: jobWorkflow,
    waitedMs: count.describe(
      'How much of `elapsedMs` Meta wanted no calls of at least one of its platforms. The pace of its calls is no wait, nor is the time in which no worker was there after a wait was over.',
    ),
  })
  .meta({ id: 'JobDetail' });
/** `GET /api/jobs/{id}` */
export type JobDetailResource = z.infer<typeof jobDetailResource>;

/** `GET /api/jobs/{id}/timeline` */
export const listTimelineQuery = z.strictObject(listQuery);

export const timelineEntryResource = z
  .object({
    id: z
      .int()
      .describe(
        `Its number within the job. Of a long timeline the first ${TIMELINE_KEPT.first} and the newest ${TIMELINE_KEPT.newest} are kept: a gap in the numbers says what is not.`,
      ),
    at: time.describe('When it happened, for the first time.'),
    kind: z
      .enum(TIMELINE_KINDS)
      .describe(
        '`waiting`: Meta wants no calls until `until`; `went_on`: that is over, and the job is at work again. `token_expired`: it stands still until the page is connected again.',
      ),
    status: z.enum(JOB_STATUSES).describe('State of the job after it.'),
    detail: z.string().nullable().describe('A sentence: why, or how it ended.'),
    until: time.nullable().describe('Of `waiting`: until when.'),
    times: z
      .int()
      .min(1)
      .describe('How often it happened with nothing else in between: waits in a row, the same error.'),
  })
  .meta({ id: 'TimelineEntry' });
/** Something that happened to a job. */
export type TimelineEntry = z.infer<typeof timelineEntryResource>;

/** `GET /api/jobs/{id}/batches` */
export const listJobBatchesQuery = z.strictObject({
  ...listQuery,
  platform: z.enum(PLATFORMS).optional().describe('Of this platform alone.'),
});

export const jobBatchResource = z
  .object({
    platform: z.enum(PLATFORMS),
    seq: z.int().min(1).describe('Its number among those of the platform.'),
    kind: z
      .enum(JOB_BATCH_KINDS)
      .describe(
        '`page`: conversations were stored; `restart`: the walk began anew, as its cursor had died; `look`: the newest conversations were asked for, and there was nothing new.',
      ),
    fetched: count.describe('inserted + updated + unchanged + failed, always.'),
    inserted: count,
    updated: count,
    unchanged: count,
    failed: count,
    eventsCreated: count,
    isLast: z.boolean().describe('The end of the platform’s walk.'),
    createdAt: time,
  })
  .meta({ id: 'JobBatch' });
/** What a job has stored at once. */
export type JobBatch = z.infer<typeof jobBatchResource>;
