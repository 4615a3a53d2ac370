import { z } from 'zod';
import { PIPELINE_MODES, SYNC_INTERVAL } from './auto-sync.ts';
import { JOB_STATUSES } from './job-status.ts';
import { NOTIFICATION_KINDS } from './notifications.ts';
import { PLATFORMS } from './platform.ts';
import { SYNC_MODES, SYNC_TRIGGERS } from './sync-options.ts';

/** Meta's ids are text. Ours to accept: no slash (workflow IDs of other kinds have one), no UUID (those are ours). */
const UUID_SHAPE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const metaId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an id of Meta: 1 to 64 letters, digits, _ or -')
  .refine((id) => !UUID_SHAPE.test(id), 'must be an id of Meta, not a UUID');

/** `POST /api/pages` */
export const connectPageRequest = z.strictObject({
  facebookPageId: metaId.describe('The Facebook page ID.'),
  name: z.string().trim().min(1).max(200).describe('What the page is called here.'),
  accessToken: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .describe('The page’s access token; it is kept encrypted and never shown.'),
  instagramAccountId: metaId
    .nullish()
    .describe('The Instagram account of the page; absent: stays as it is; null takes it away.'),
});
export type ConnectPageRequest = z.infer<typeof connectPageRequest>;

/** `PATCH /api/pages/:id`: what is not named stays as it is. */
export const patchPageRequest = z.strictObject({
  name: connectPageRequest.shape.name.optional(),
  instagramAccountId: metaId.nullish().describe('null takes it away.'),
  autoSync: z.boolean().optional().describe('Whether the page is synced by itself, again and again.'),
  syncIntervalSeconds: z
    .int()
    .min(SYNC_INTERVAL.least)
    .max(SYNC_INTERVAL.most)
    .optional()
    .describe('Seconds between two automatic syncs.'),
  autoPipelineId: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullish()
    .describe('Kept for pipelines: nothing acts on it yet; null takes it away.'),
  autoPipelineMode: z
    .enum(PIPELINE_MODES)
    .optional()
    .describe('What becomes of contacts that are in a pipeline already. Nothing acts on it yet.'),
});
export type PatchPageRequest = z.infer<typeof patchPageRequest>;

/** ISO 8601 with an offset, as ISO in UTC. */
export const givenTime = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .refine((iso) => /^\d{4}-/.test(iso), 'must be a time before the year 10000');

/** The newest messages of a conversation. */
export const messageDepth = z.union([z.int().min(1).max(1_000_000), z.literal('all')]);

/** What only a selective sync knows. */
const SELECTION_FIELDS = ['since', 'until', 'platforms', 'unreadOnly', 'conversationIds'] as const;

/** The most conversations that can be named: each costs a call of its own. */
export const MAX_LISTED = 500;

/** `POST /api/pages/:id/sync`; every field has a default, so an empty body is a full sync. */
export const startSyncRequest = z
  .strictObject({
    mode: z
      .enum(SYNC_MODES)
      .default('full')
      .describe(
        '`full`: the whole inbox; `incremental`: what has changed since the page was last synced; `selective`: what fulfils all that is given below.',
      ),
    resume: z
      .boolean()
      .default(false)
      .describe('Take the page’s stopped job up again, with its totals and as it was asked for.'),
    messageDepth: messageDepth
      .default('all')
      .describe('The newest messages of each conversation: a number, or `all`.'),
    maxConversations: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .nullish()
      .describe('Stop after so many conversations; the page does not count as synced then.'),
    since: givenTime
      .optional()
      .describe('`selective`: conversations that were updated at this time or later.'),
    until: givenTime
      .optional()
      .describe('`selective`: conversations that were updated at this time or before.'),
    platforms: z
      .array(z.enum(PLATFORMS))
      .min(1)
      .optional()
      .describe('`selective`: of these platforms; absent: of all that the page has.'),
    unreadOnly: z.boolean().optional().describe('`selective`: conversations with unread messages.'),
    conversationIds: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(MAX_LISTED)
      .optional()
      .describe(
        '`selective`: these conversations and no others, by Graph id or id of ours, whatever has changed in them.',
      ),
  })
  .superRefine((request, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    const given = SELECTION_FIELDS.filter((field) => request[field] !== undefined);
    if (request.mode !== 'selective') {
      for (const field of given) complain(field, 'belongs to mode "selective"');
    } else if (given.length === 0 && !request.maxConversations && !request.resume) {
      complain('mode', `a selective sync needs one of ${SELECTION_FIELDS.join(', ')}, maxConversations`);
    }
    if (request.since !== undefined && request.until !== undefined && request.since > request.until) {
      complain('until', 'must not be before since');
    }
    if (request.conversationIds !== undefined) {
      for (const field of given) {
        if (field !== 'conversationIds') complain(field, 'cannot go with conversationIds');
      }
    }
  });
export type StartSyncRequest = z.infer<typeof startSyncRequest>;

/** Query parameters that all lists share: keyset paging by an opaque cursor. */
export const listQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('The most items of an answer.'),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('The `nextCursor` of the page before; absent: from the beginning.'),
};

/** Our UUID or the Facebook page ID. */
export const pageReference = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .describe('Of this page alone: our UUID or the Facebook page ID.');

/** `GET /api/pages` */
export const listPagesQuery = z.strictObject({
  ...listQuery,
  connected: z
    .enum(['true', 'false', 'all'])
    .default('true')
    .describe('`true`: pages that are connected; `false`: those that were disconnected.'),
});

/** `GET /api/tokens` */
export const listTokensQuery = z.strictObject(listQuery);

/** `GET /api/sessions` */
export const listSessionsQuery = z.strictObject(listQuery);

/** Several values: separated by commas, or the parameter more than once. */
function several<T extends z.ZodType>(value: T) {
  const split = (given: unknown) => [given].flat().flatMap((text) => String(text).split(','));
  return z.preprocess(split, z.array(value).min(1)).optional();
}

/** `GET /api/jobs` */
export const listJobsQuery = z
  .strictObject({
    ...listQuery,
    pageId: pageReference,
    status: several(z.enum(JOB_STATUSES)).describe(
      'Jobs in one of these states: one or several, separated by commas.',
    ),
    mode: z.enum(SYNC_MODES).optional().describe('Jobs of this mode.'),
    trigger: z.enum(SYNC_TRIGGERS).optional().describe('Jobs that were started by this.'),
    since: givenTime.optional().describe('Jobs that were made at this time or later.'),
    until: givenTime.optional().describe('Jobs that were made at this time or before.'),
  })
  .superRefine(({ since, until }, context) => {
    if (since !== undefined && until !== undefined && since > until) {
      context.addIssue({ code: 'custom', path: ['until'], message: 'must not be before since' });
    }
  });
export type ListJobsQuery = z.infer<typeof listJobsQuery>;

/** `GET /api/notifications` */
export const listNotificationsQuery = z.strictObject({
  ...listQuery,
  pageId: pageReference,
  kind: z.enum(NOTIFICATION_KINDS).optional().describe('Of this kind.'),
  unread: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: unread ones; `false`: those that were read.'),
});

/** `POST /api/notifications/read-all` */
export const readNotificationsRequest = z.strictObject({
  upTo: z.int().min(0).optional().describe('The id of the newest one that was shown; absent: all.'),
});

/** `GET /api/jobs/:id/failures` */
export const listFailuresQuery = z.strictObject(listQuery);
