import { z } from 'zod';
import { JOB_STATUSES } from './job-status.ts';
import { patchPageRequest, startSyncRequest } from './requests.ts';
import { SYNC_MODES } from './sync-options.ts';

// What the endpoints of the first documents ask and answer, field by field as those wrote it.

const count = z.int().min(0);
const time = z.iso.datetime();
const reference = z.string().min(1).max(64);

const page = {
  pageId: reference.optional().describe('Our id of the page; one of both is enough.'),
  facebookPageId: reference.optional().describe('The Facebook page ID.'),
};
const isNamed = (body: { pageId?: string | undefined; facebookPageId?: string | undefined }) =>
  body.pageId !== undefined || body.facebookPageId !== undefined;
const UNNAMED = { message: 'pageId or facebookPageId is required', path: ['pageId'] };

/** `POST /api/conversations/sync` */
export const seedSyncRequest = z.object(page).refine(isNamed, UNNAMED);

/** `POST /api/conversations/sync-optimized` */
export const seedOptimizedRequest = z
  .object({ ...page, maxConversations: startSyncRequest.shape.maxConversations })
  .refine(isNamed, UNNAMED);

/** `POST /api/conversations/sync-fixed` */
export const seedFixedRequest = z
  .object({
    ...page,
    resumeSession: z
      .uuid()
      .nullish()
      .describe('From an earlier answer with `hasMore`: go on with that sync.'),
  })
  .refine(isNamed, UNNAMED);

/** `POST /api/conversations/{sync-stream,sync-realtime}` */
export const seedStreamRequest = z
  .object({
    ...page,
    resume: z
      .boolean()
      .default(false)
      .describe('Watch the sync that is running, or take up the one that stopped, instead of starting one.'),
  })
  .refine(isNamed, UNNAMED);

/** `POST /api/facebook/sync-background` */
export const seedBackgroundRequest = z.object({
  facebookPageId: reference.describe('The Facebook page ID, or our id of the page.'),
});

/** `PATCH /api/facebook/pages/{id}`: what is not named stays as it is. */
export const seedPageRequest = z.object({
  autoSync: patchPageRequest.shape.autoSync,
  syncInterval: patchPageRequest.shape.syncIntervalSeconds.describe('Seconds between two automatic syncs.'),
  autoPipelineId: patchPageRequest.shape.autoPipelineId,
  autoPipelineMode: patchPageRequest.shape.autoPipelineMode,
});

export const seedPageResource = z
  .object({
    id: z.uuid(),
    pageId: z.string().describe('The Facebook page ID.'),
    pageName: z.string(),
    autoSync: z.boolean(),
    syncInterval: z.int(),
    autoPipelineId: z.string().nullable(),
    autoPipelineMode: patchPageRequest.shape.autoPipelineMode.unwrap(),
    lastSyncedAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'SeedPage' });
/** A page with its settings. */
export type SeedPageResource = z.infer<typeof seedPageResource>;

const seedSync = {
  success: z.literal(true),
  synced: count.describe('Conversations that are stored: inserted, updated and unchanged.'),
  inserted: count,
  updated: count,
  total: count,
  eventsCreated: count,
  syncMode: z.enum(SYNC_MODES),
  message: z.string(),
  jobId: z.uuid(),
  jobStatus: z.enum(JOB_STATUSES).describe('Not ended: the sync goes on without the client.'),
};
export const seedSyncResource = z.object(seedSync).meta({ id: 'SeedSync' });
export type SeedSyncResource = z.infer<typeof seedSyncResource>;

export const seedFixedResource = z
  .object({
    ...seedSync,
    hasMore: z.boolean().describe('The sync is still running, or has stopped early.'),
    resumeSession: z.uuid().nullable(),
  })
  .meta({ id: 'SeedFixedSync' });
export type SeedFixedResource = z.infer<typeof seedFixedResource>;

const seedError = z
  .object({
    platform: z.enum(['Messenger', 'Instagram']).optional(),
    id: z.string().nullable().optional().describe('Graph id of the conversation that was set aside.'),
    error: z.string(),
  })
  .meta({ id: 'SeedError' });
/** Without an id: of the sync as a whole. */
export type SeedError = z.infer<typeof seedError>;

/** The most errors of an answer. */
export const MAX_SEED_ERRORS = 100;

export const seedOptimizedResource = z
  .object({
    success: z.literal(true),
    stats: z.object({
      fetched: count,
      inserted: count,
      updated: count,
      events: count,
      batches: count,
      duration: z.string().describe('Time at work, such as `120.5s`.'),
      speed: z.string().describe('Such as `83.0 conversations/sec`.'),
      errors: z.array(seedError).max(MAX_SEED_ERRORS + 1),
    }),
    message: z.string(),
    jobId: z.uuid(),
    jobStatus: z.enum(JOB_STATUSES),
  })
  .meta({ id: 'SeedOptimizedSync' });
export type SeedOptimizedResource = z.infer<typeof seedOptimizedResource>;

export const seedStreamEvent = z
  .object({
    status: z.enum(['processing', 'complete', 'error']),
    jobId: z.uuid(),
    current: count,
    total: count.nullable().describe('null while nobody knows it.'),
    inserted: count,
    updated: count,
    skipped: count.describe('Unchanged.'),
    failed: count,
    eventsCreated: count,
    name: z.string().nullable(),
    message: z.string().nullable().describe('What happened, or what is waited for.'),
    error: z.string().nullable(),
    tokenExpired: z.boolean(),
    canResume: z.boolean().describe('With `error`: `resume: true` goes on from here.'),
  })
  .meta({ id: 'SeedStreamEvent' });
export type SeedStreamEvent = z.infer<typeof seedStreamEvent>;

export const seedStartedResource = z
  .object({ jobId: z.uuid(), message: z.string() })
  .meta({ id: 'SeedStarted' });

export const seedStatusResource = z
  .object({
    id: z.uuid(),
    facebookPageId: z.string(),
    status: z.enum(['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED']),
    syncedContacts: count,
    failedContacts: count,
    totalContacts: count.describe('0 while nobody knows it.'),
    errors: z.array(seedError).max(MAX_SEED_ERRORS + 1),
    tokenExpired: z.boolean(),
    startedAt: time.nullable(),
    completedAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'SeedSyncJob' });
/** `GET /api/facebook/sync-status/{jobId}` */
export type SeedStatusResource = z.infer<typeof seedStatusResource>;
