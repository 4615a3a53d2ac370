import { z } from 'zod';
import { PIPELINE_MODES } from './auto-sync.ts';
import { JOB_STATUSES } from './job-status.ts';
import { PAGE_HEALTHS } from './page-health.ts';
import { PLATFORMS } from './platform.ts';
import {
  count,
  jobTotals,
  selection,
  streamProgress,
  syncCheckpoint,
  syncError,
  time,
} from './progress-schemas.ts';
import { SYNC_MODES, SYNC_TRIGGERS } from './sync-options.ts';

// What the API shows, as schemas: answers are typed by them, tested against them, and documented by them.

const pageWebhooks = z
  .object({
    subscription: z
      .enum(['unknown', 'subscribed', 'failed'])
      .describe('`unknown`: nobody has looked yet, or webhooks are not configured.'),
    fields: z.array(z.string()),
    error: z.string().nullable().describe('Why not all fields that we want are delivered.'),
    checkedAt: time.nullable(),
    lastDeliveryAt: time.nullable().describe('When the newest delivery that was applied arrived.'),
  })
  .meta({ id: 'PageWebhooks' });
/** Whether the page's webhooks come. */
export type PageWebhooks = z.infer<typeof pageWebhooks>;

const pageToken = z
  .object({
    state: z
      .enum(['valid', 'needs_reconnect', 'disconnected'])
      .describe('`needs_reconnect`: Meta refused the token; connect the page again, and its jobs go on.'),
    expiresAt: time.nullable().describe('null: it does not end by time, or nobody has looked yet.'),
    dataAccessExpiresAt: time
      .nullable()
      .describe('When Meta stops showing data until the person who connected the page signs in again.'),
    expiresSoon: z.boolean().describe('One of the two is less than ten days away, or over.'),
    scopes: z.array(z.string()).nullable().describe('Permissions; null: nobody has looked yet.'),
    missingScopes: z
      .array(z.string())
      .describe('Permissions that the inboxes of the page need and that it lacks.'),
    checkedAt: time.nullable().describe('When Meta was last asked about this token.'),
    error: z.string().nullable().describe('What is wrong with it, in Meta’s words.'),
  })
  .meta({ id: 'PageToken' });
/** What is known of a page's token; never the token. */
export type PageToken = z.infer<typeof pageToken>;

export const pageResource = z
  .object({
    id: z.uuid(),
    facebookPageId: z.string(),
    name: z.string(),
    instagramAccountId: z.string().nullable(),
    tokenState: z.enum(['valid', 'needs_reconnect']),
    token: pageToken.describe('What is known of the page’s token.'),
    health: z
      .enum(PAGE_HEALTHS)
      .describe(
        'How the page is, the first of these that holds: `disconnected`; `token_expired` (connect it again); `waiting` (its sync waits for Meta); `paused`; `syncing`; `failing`, `incomplete` (its newest sync could do nothing, or ended early); `never_synced`; `unsubscribed`, `silent` (its webhooks do not come); `stale` (last covered more than a day ago); `ok`.',
      ),
    disconnectedAt: time
      .nullable()
      .describe('null: connected. Nothing is read of a disconnected page; its data stays.'),
    lastSyncedAt: time.nullable(),
    syncCheckpoint: syncCheckpoint.nullable(),
    autoSync: z.boolean().describe('Whether the page is synced by itself, again and again.'),
    syncIntervalSeconds: z.int().describe('How often.'),
    autoPipelineId: z.string().nullable().describe('Kept for pipelines: nothing acts on it yet.'),
    autoPipelineMode: z.enum(PIPELINE_MODES),
    webhooks: pageWebhooks.describe('What Meta delivers of the page.'),
    createdAt: time,
  })
  .meta({ id: 'Page' });
/** A page as the API shows it: never its token. */
export type PageResource = z.infer<typeof pageResource>;

export const pageDetailResource = pageResource
  .extend({
    nextAutoSyncAt: time
      .nullable()
      .describe('When the next automatic sync begins; null when there is none, or Temporal does not say.'),
  })
  .meta({ id: 'PageDetail' });
/** A page, and when its next automatic sync begins. */
export type PageDetailResource = z.infer<typeof pageDetailResource>;

export const jobResource = z
  .object({
    id: z.uuid(),
    pageId: z.uuid(),
    facebookPageId: z.string(),
    status: z.enum(JOB_STATUSES),
    mode: z.enum(SYNC_MODES),
    trigger: z.enum(SYNC_TRIGGERS).describe('What started the job.'),
    messageDepth: z.union([z.int(), z.literal('all')]),
    maxConversations: z.int().nullable(),
    selection: selection.nullable().describe('What a selective job covers.'),
    conversationId: z
      .uuid()
      .nullable()
      .describe('The one conversation that the job repairs; such a job runs beside the page’s sync.'),
    total: count
      .nullable()
      .describe('Conversations that the job will have covered: an estimate until `totalExact`.'),
    totalExact: z.boolean(),
    totals: jobTotals,
    historiesLeft: count
      .nullable()
      .describe('Conversations whose older messages are still to be fetched; null before that phase.'),
    elapsedMs: count.describe('Time at work in milliseconds, without pauses.'),
    conversationsPerSecond: z.number(),
    tokenExpired: z.boolean().describe('Parked until the page is connected anew.'),
    currentName: z.string().nullable().describe('The conversation stored last, by the name of its person.'),
    waitingUntil: time.nullable().describe('Until when Meta wants no calls.'),
    lastError: syncError.nullable().describe('The last one, also when it was overcome.'),
    message: z.string().nullable().describe('The sentence of its end.'),
    validation: z.record(z.string(), z.int()).describe('Items that the schemas could not take, by reason.'),
    createdAt: time,
    startedAt: time.nullable(),
    completedAt: time.nullable(),
    revision: z.int().describe('Grows with every change of the job; the base of the stream’s event ids.'),
  })
  .meta({ id: 'Job' });
/** A job as the API shows it. */
export type JobResource = z.infer<typeof jobResource>;

export const syncStatusResource = z
  .object({
    job: jobResource,
    source: z
      .enum(['workflow', 'row'])
      .describe('Whether the workflow itself answered in time, or the row alone.'),
    phase: z.enum(['opening', 'walk', 'history', 'closing', 'ended']).nullable(),
    streams: z.array(streamProgress).nullable(),
    secondsLeft: count.nullable().describe('Estimated; null while the total is unknown.'),
  })
  .meta({ id: 'SyncStatus' });
/** `GET /api/pages/{id}/sync` */
export type SyncStatusResource = z.infer<typeof syncStatusResource>;

export const failureResource = z
  .object({
    id: z.int(),
    platform: z.enum(PLATFORMS),
    itemType: z
      .enum(['conversation', 'message', 'history'])
      .describe('`history`: older messages of a conversation that is stored otherwise.'),
    graphId: z.string().nullable(),
    conversationGraphId: z
      .string()
      .nullable()
      .describe('Graph id of the conversation that it is, or belongs to.'),
    reason: z.string(),
    detail: z.string().nullable(),
    payload: z.unknown().describe('The item as Graph sent it.'),
    createdAt: time,
    resolvedAt: time.nullable().describe('When a later job has read it.'),
  })
  .meta({ id: 'Failure' });
/** An item set aside. */
export type FailureResource = z.infer<typeof failureResource>;

/** A page of a list. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().describe('The `cursor` of the next page; null on the last one.'),
  });
}

/** A page of a list; `nextCursor` is `null` on the last one. */
export interface ListResource<T> {
  data: T[];
  nextCursor: string | null;
}

export const streamEvent = z
  .object({
    status: z.enum(['processing', 'paused', 'complete', 'partial', 'cancelled', 'error']),
    jobStatus: z.enum(JOB_STATUSES),
    jobId: z.uuid(),
    current: count,
    total: count.nullable(),
    inserted: count,
    updated: count,
    skipped: count,
    failed: count,
    eventsCreated: count,
    histories: count.describe('Conversations whose older messages were fetched to the end.'),
    historiesLeft: count.nullable(),
    name: z.string().nullable(),
    waitingUntil: time.nullable(),
    tokenExpired: z.boolean(),
    error: z.string().nullable().describe('What went wrong last; null while conversations come.'),
  })
  .meta({ id: 'StreamEvent' });
/** One event of the live stream, the seeds' fields (requirement B3). */
export type StreamEvent = z.infer<typeof streamEvent>;

export const finalStreamEvent = streamEvent
  .extend({ job: jobResource, message: z.string().nullable().describe('The sentence of its end.') })
  .meta({ id: 'FinalStreamEvent' });
/** The last event of the live stream. */
export type FinalStreamEvent = z.infer<typeof finalStreamEvent>;

export const problemResource = z
  .looseObject({
    type: z.string().describe('`urn:pagesync:problem:<name>`, stable.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
