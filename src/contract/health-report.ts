import { z } from 'zod';
import { JOB_STATUSES } from './job-status.ts';
import { PAGE_HEALTHS } from './page-health.ts';
import { SYNC_MODES, SYNC_TRIGGERS } from './sync-options.ts';

// What needs somebody's attention, of all pages at once. The SQL views of the same names say the same.

const count = z.int().min(0);
const time = z.iso.datetime();

/** The most items that a list of the report holds. */
export const MAX_REPORTED = 100;

const ofPage = { pageId: z.uuid(), facebookPageId: z.string(), pageName: z.string() };
const ofSync = {
  jobId: z.uuid(),
  ...ofPage,
  mode: z.enum(SYNC_MODES),
  trigger: z.enum(SYNC_TRIGGERS),
  startedAt: time.nullable(),
};

/** Some of them, and how many there are. */
function some<T extends z.ZodType>(item: T) {
  return z.object({ count, data: z.array(item).max(MAX_REPORTED) });
}

const stuckSync = z
  .object({
    ...ofSync,
    status: z.enum(JOB_STATUSES),
    fetched: count,
    total: count.nullable(),
    lastHeardAt: time,
    lastError: z.string().nullable(),
    workflow: z
      .enum(['running', 'lost', 'unclear'])
      .describe(
        '`lost`: the reconciler closes the job at its next run. `running`: no worker is at work on it.',
      ),
  })
  .meta({ id: 'StuckSync' });
export type StuckSync = z.infer<typeof stuckSync>;

const longRunningSync = z
  .object({
    ...ofSync,
    fetched: count,
    total: count.nullable(),
    elapsedSeconds: count.describe('Time at work, without pauses.'),
    overHalfAnHour: z.boolean(),
    conversationsPerSecond: z.number().nullable(),
    waitingUntil: time.nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'LongRunningSync' });
export type LongRunningSync = z.infer<typeof longRunningSync>;

const failedSync = z
  .object({
    ...ofSync,
    tokenExpired: z.boolean(),
    message: z.string().nullable(),
    completedAt: time,
  })
  .meta({ id: 'FailedSync' });
export type FailedSync = z.infer<typeof failedSync>;

const tokenAlert = z
  .object({
    ...ofPage,
    state: z
      .enum(['needs_reconnect', 'expired', 'expiring'])
      .describe(
        '`needs_reconnect`: Meta refused it. `expired`, `expiring`: one of the two times is over, or less than ten days away.',
      ),
    expiresAt: time.nullable(),
    dataAccessExpiresAt: time
      .nullable()
      .describe('When Meta stops showing data until somebody signs in again.'),
  })
  .meta({ id: 'TokenAlert' });
export type TokenAlert = z.infer<typeof tokenAlert>;

const quietPage = z
  .object({
    ...ofPage,
    health: z.enum(PAGE_HEALTHS),
    silentSince: time.nullable().describe('Since when syncs find messages of which no webhook came.'),
    subscriptionError: z.string().nullable(),
    lastDeliveryAt: time.nullable(),
    pendingDeliveries: count,
  })
  .meta({ id: 'QuietPage' });
export type QuietPage = z.infer<typeof quietPage>;

const rateLimit = z
  .object({
    asset: z.string().describe('A Facebook page ID, an Instagram account ID, or `(app)`.'),
    pool: z.enum(['app', 'messenger', 'instagram']),
    pageId: z.uuid().nullable(),
    facebookPageId: z.string().nullable(),
    pageName: z.string().nullable(),
    usagePercent: count
      .nullable()
      .describe('Meta’s fullest meter; null when no answer showed one within the hour.'),
    headroomPercent: count.nullable(),
    observedAt: time.nullable(),
    blockedUntil: time.nullable(),
    blockedWhy: z.string().nullable(),
  })
  .meta({ id: 'RateLimit' });
export type RateLimit = z.infer<typeof rateLimit>;

export const healthReportResource = z
  .object({
    at: time,
    pages: z.record(z.enum(PAGE_HEALTHS), count).describe('How many pages there are of each health.'),
    stuck: some(stuckSync).describe('Nothing has been heard of them for five minutes, longest first.'),
    longRunning: some(longRunningSync).describe('At work for more than 15 minutes, longest first.'),
    failed: some(failedSync).describe('Of the last 24 hours, newest first.'),
    tokens: some(tokenAlert).describe('Pages that must be connected anew, now or soon; the soonest first.'),
    webhooks: some(quietPage).describe('Pages of which Meta delivers nothing, or not everything.'),
    rateLimits: some(rateLimit).describe('The fullest first.'),
  })
  .meta({ id: 'HealthReport' });
/** `GET /api/health-report` */
export type HealthReportResource = z.infer<typeof healthReportResource>;
