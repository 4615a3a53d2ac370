import { z } from 'zod';
import { time } from './progress-schemas.ts';
import type { JobResource } from './resources.ts';
import { formatCount } from './statistics.ts';

/** What people are told of in the app. */
export const NOTIFICATION_KINDS = [
  'sync-finished',
  'sync-failed',
  'token-expiring',
  'token-expired',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export const SEVERITIES = ['info', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A notification that is to be recorded. */
export interface NewNotification {
  pageId: string | null;
  jobId: string | null;
  kind: NotificationKind;
  severity: Severity;
  /** A line. */
  title: string;
  /** What happened and what to do. */
  text: string;
  /** What is told once, however often it is recorded. */
  dedupeKey: string;
}

export const notificationResource = z
  .object({
    id: z.int(),
    pageId: z.uuid().nullable(),
    jobId: z.uuid().nullable().describe('The job that it is about, as long as it is kept.'),
    kind: z.enum(NOTIFICATION_KINDS),
    severity: z.enum(SEVERITIES),
    title: z.string().describe('A line.'),
    text: z.string().describe('What happened and what to do.'),
    createdAt: time,
    readAt: time.nullable().describe('When somebody has read it for the first time.'),
  })
  .meta({ id: 'Notification' });
/** A notification as the API shows it. */
export type NotificationResource = z.infer<typeof notificationResource>;

export const unreadCounts = z.object({ info: z.int(), warning: z.int(), error: z.int() }).meta({
  id: 'UnreadCounts',
}) satisfies z.ZodType<Record<Severity, number>>;
/** Unread notifications by severity. */
export type UnreadCounts = z.infer<typeof unreadCounts>;

type EndedJob = Pick<JobResource, 'id' | 'pageId' | 'status' | 'message' | 'totals'>;

/**
 * What people are told of a job that an automatic sync has seen to its end; `null` when there is nothing to tell: no
 * news, somebody has cancelled it and knows, or it has not ended after all.
 */
export function syncNotification(job: EndedJob, pageName: string): NewNotification | null {
  const { status } = job;
  if (status !== 'COMPLETED' && status !== 'UP_TO_DATE' && status !== 'PARTIAL' && status !== 'FAILED') {
    return null;
  }
  const { inserted, updated, eventsCreated } = job.totals;
  const about = { pageId: job.pageId, jobId: job.id, text: job.message ?? '' };
  if (status !== 'FAILED' && inserted + updated + eventsCreated > 0) {
    return {
      ...about,
      kind: 'sync-finished',
      severity: status === 'PARTIAL' ? 'warning' : 'info',
      title: `${pageName}: ${newsOf(job.totals)}${status === 'PARTIAL' ? ', not everything could be read' : ''}`,
      dedupeKey: `sync-finished:${job.id}`,
    };
  }
  if (status === 'COMPLETED' || status === 'UP_TO_DATE') return null;
  return {
    ...about,
    kind: 'sync-failed',
    severity: status === 'PARTIAL' ? 'warning' : 'error',
    title: `${pageName}: the automatic sync ${status === 'PARTIAL' ? 'stopped early' : 'failed'}`,
    dedupeKey: `sync-failed:${job.id}`,
  };
}

/** Meta has refused a page's token. @param token what tells this token from the next one, but is no secret */
export function tokenExpiredNotification(
  page: { id: string; name: string },
  token: string,
  jobId: string | null,
): NewNotification {
  return {
    pageId: page.id,
    jobId,
    kind: 'token-expired',
    severity: 'error',
    title: `${page.name} must be connected again`,
    text: 'Meta no longer accepts the token of the page. Its syncs wait and its automatic syncs are paused; both go on when it is connected again, and nothing is lost.',
    dedupeKey: `token-expired:${page.id}:${token}`,
  };
}

/** A page's token ends soon, or what it shows does. @param at ISO 8601 @param token as above */
export function tokenExpiringNotification(
  page: { id: string; name: string },
  token: string,
  at: string,
): NewNotification {
  return {
    pageId: page.id,
    jobId: null,
    kind: 'token-expiring',
    severity: 'warning',
    title: `${page.name} must be connected again before ${at.slice(0, 10)}`,
    text: 'Then the token of the page ends, or Meta shows nothing more to it. Connect the page again before, and nothing stops.',
    dedupeKey: `token-expiring:${page.id}:${token}`,
  };
}

function newsOf({
  inserted,
  updated,
  eventsCreated,
}: Pick<EndedJob['totals'], 'inserted' | 'updated' | 'eventsCreated'>): string {
  return [
    inserted > 0 ? count(inserted, 'new conversation') : null,
    updated > 0 ? count(updated, 'updated conversation') : null,
    eventsCreated > 0 ? count(eventsCreated, 'new event') : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function count(n: number, what: string): string {
  return `${formatCount(n)} ${what}${n === 1 ? '' : 's'}`;
}
