import { z } from 'zod';
import { BATCH_MODES, BATCH_PAGE_STATES, BATCH_STATUSES } from './batches.ts';
import { JOB_STATUSES } from './job-status.ts';
import { time } from './progress-schemas.ts';
import { listQuery, messageDepth } from './requests.ts';

/** The most pages that can be named; `all` has no such bound. */
export const MAX_BATCH_PAGES = 1000;

const concurrency = z.int().min(1).max(50);

/** `POST /api/batches`: pages by our UUID or the Facebook page ID, or all that are connected. */
export const createBatchRequest = z
  .strictObject({
    pageIds: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(MAX_BATCH_PAGES)
      .optional()
      .describe('These pages, each by our UUID or the Facebook page ID.'),
    all: z.literal(true).optional().describe('All pages that are connected, instead of naming them.'),
    mode: z
      .enum(BATCH_MODES)
      .describe('`full`: their whole inboxes; `incremental`: what has changed since each was last synced.'),
    messageDepth: messageDepth
      .default('all')
      .describe('The newest messages of each conversation: a number, or `all`.'),
    concurrency: concurrency.default(5).describe('Pages that are synced at a time.'),
  })
  .superRefine(({ pageIds, all }, context) => {
    if ((pageIds === undefined) !== (all === undefined)) return;
    const message = 'name the pages, or all: true, and not both';
    context.addIssue({ code: 'custom', path: ['pageIds'], message });
  });
export type CreateBatchRequest = z.infer<typeof createBatchRequest>;

const count = z.int().min(0);

/** `GET /api/batches` */
export const listBatchesQuery = z.strictObject({
  ...listQuery,
  status: z.enum(BATCH_STATUSES).optional().describe('Batches in this state.'),
});

/** `GET /api/batches/{id}/pages` */
export const listBatchPagesQuery = z.strictObject({
  ...listQuery,
  state: z.enum(BATCH_PAGE_STATES).optional().describe('Pages in this state.'),
});

/** Counters of the jobs of a batch, added up; those of a page's job. */
const batchTotals = z.object({
  fetched: count,
  inserted: count,
  updated: count,
  unchanged: count,
  failed: count,
  eventsCreated: count,
});
export type BatchTotals = z.infer<typeof batchTotals>;

/** A batch as the API shows it. */
export const batchResource = z
  .object({
    id: z.uuid(),
    status: z.enum(BATCH_STATUSES),
    mode: z.enum(BATCH_MODES),
    messageDepth,
    concurrency,
    cancelRequested: z
      .boolean()
      .describe('Nothing more is started; what the batch started is being cancelled.'),
    pages: count.describe('How many pages the batch has.'),
    counts: z.record(z.enum(BATCH_PAGE_STATES), count).describe('How many of them are in each state.'),
    totals: batchTotals.describe('The counters of their jobs, added up.'),
    message: z.string().nullable().describe('The sentence of its end; `null` before.'),
    createdAt: time,
    startedAt: time.nullable(),
    completedAt: time.nullable(),
    revision: z.int().describe('Grows with every change; the base of the event ids of the stream.'),
  })
  .meta({ id: 'Batch' });
export type BatchResource = z.infer<typeof batchResource>;

/** A page of a batch as the API shows it. */
export const batchPageResource = z
  .object({
    pageId: z.uuid(),
    facebookPageId: z.string(),
    name: z.string(),
    position: count.describe('Its place in the order in which pages have their turn.'),
    state: z.enum(BATCH_PAGE_STATES),
    jobId: z.uuid().nullable(),
    joined: z
      .boolean()
      .describe('Whether somebody else has started the job; it is not cancelled with the batch.'),
    job: batchTotals
      .extend({ status: z.enum(JOB_STATUSES), total: count.nullable() })
      .nullable()
      .describe('The job so far; `null` before there is one, and when it is kept no longer.'),
    message: z.string().nullable().describe('How it ended, as a sentence.'),
    startedAt: time.nullable(),
    settledAt: time.nullable(),
    revision: z.int(),
  })
  .meta({ id: 'BatchPage' });
export type BatchPageResource = z.infer<typeof batchPageResource>;

/** `GET /api/batches/{id}` */
export const batchStatusResource = z
  .object({
    batch: batchResource,
    source: z
      .enum(['workflow', 'row'])
      .describe('Whether the workflow itself answered in time, or the rows alone.'),
    working: z.array(batchPageResource).describe('The pages that are being synced.'),
  })
  .meta({ id: 'BatchStatus' });
export type BatchStatusResource = z.infer<typeof batchStatusResource>;

export const batchPageEvent = z
  .object({
    page: batchPageResource.describe('The page that has moved, or whose job has got on.'),
    counts: batchResource.shape.counts,
  })
  .meta({ id: 'BatchPageEvent' });
/** Data of the event `page`. */
export type BatchPageEvent = z.infer<typeof batchPageEvent>;
