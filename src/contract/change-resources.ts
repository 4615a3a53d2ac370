import { z } from 'zod';
import type { ChangeName } from './changes.ts';
import { JOB_STATUSES } from './job-status.ts';
import { NOTIFICATION_KINDS, SEVERITIES } from './notifications.ts';
import { SYNC_MODES, SYNC_TRIGGERS } from './sync-options.ts';

// What has changed, anywhere: hints, after which a client reads again what it shows of it.

/** `GET /api/changes` */
export const changesQuery = z.strictObject({
  pageId: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('What concerns this page alone: our UUID or the Facebook page ID.'),
});

const resetChange = z.object({}).meta({ id: 'ResetChange' });
/** What is shown may be old. */
export type ResetChange = z.infer<typeof resetChange>;

const pageChange = z.object({ pageId: z.uuid() }).meta({ id: 'PageChange' });
/** A page was connected, changed or disconnected, or its token refused. */
export type PageChange = z.infer<typeof pageChange>;

const jobChange = z
  .object({
    pageId: z.uuid(),
    jobId: z.uuid(),
    status: z.enum(JOB_STATUSES),
    trigger: z.enum(SYNC_TRIGGERS),
    mode: z.enum(SYNC_MODES),
    conversationId: z.uuid().nullable().describe('The one conversation that the job repairs.'),
    batchId: z.uuid().nullable().describe('The batch that has started the job.'),
  })
  .meta({ id: 'JobChange' });
/** A job was made, or its status changed. */
export type JobChange = z.infer<typeof jobChange>;

const conversationsChange = z
  .object({
    pageId: z.uuid(),
    conversationIds: z.array(z.uuid()).describe('Empty: too many to name.'),
  })
  .meta({ id: 'ConversationsChange' });
/** Webhooks have changed these conversations of a page. */
export type ConversationsChange = z.infer<typeof conversationsChange>;

const notificationChange = z
  .object({
    id: z.int(),
    pageId: z.uuid().nullable(),
    kind: z.enum(NOTIFICATION_KINDS),
    severity: z.enum(SEVERITIES),
  })
  .meta({ id: 'NotificationChange' });
/** People are told of something. */
export type NotificationChange = z.infer<typeof notificationChange>;

/** The data of each event of `GET /api/changes`. */
export const changeEvents = {
  reset: resetChange,
  page: pageChange,
  job: jobChange,
  conversations: conversationsChange,
  notification: notificationChange,
} satisfies Record<ChangeName, z.ZodType>;

/** An event of `GET /api/changes` and its data. */
export type Change = {
  [Name in ChangeName]: { name: Name; data: z.infer<(typeof changeEvents)[Name]> };
}[ChangeName];
