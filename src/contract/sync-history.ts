import { z } from 'zod';
import { MAX_DAYS } from './query-limits.ts';

// What syncs have done day by day. As in the SQL views a repair is no sync, and a sync counts on the day of its end.

const count = z.int().min(0);
const day = z.iso.date();

/** Names only: PostgreSQL reads an offset the other way round. @returns whether the name is a time zone of IANA's */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

/** `GET /api/analytics/syncs` */
export const syncHistoryQuery = z
  .strictObject({
    pageId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Our UUID or the Facebook page ID; absent: all pages.'),
    from: day.optional().describe('First day; by default 30 days are shown.'),
    to: day.optional().describe('Last day; by default today.'),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin')
      .default('UTC')
      .describe('Where a day begins and ends.'),
  })
  .superRefine(({ from, to }, context) => {
    if (from !== undefined && to !== undefined && from > to) {
      context.addIssue({ code: 'custom', path: ['to'], message: 'must not be before from' });
    }
    if (from !== undefined && daysBetween(from, to ?? new Date().toISOString()) > MAX_DAYS) {
      context.addIssue({ code: 'custom', path: ['from'], message: `at most ${MAX_DAYS} days at a time` });
    }
  });
export type SyncHistoryQuery = z.infer<typeof syncHistoryQuery>;

const figures = {
  syncs: count,
  succeeded: count.describe('COMPLETED or UP_TO_DATE.'),
  partial: count,
  cancelled: count,
  failed: count,
  successRate: z.number().nullable().describe('Percent of the syncs; null without any.'),
  averageDurationSeconds: z.number().nullable().describe('Time at work, without pauses.'),
  averageConversations: z.number().nullable(),
  conversations: count.describe('Inserted, updated, unchanged and set aside.'),
  inserted: count,
  updated: count,
  unchanged: count,
  setAside: count,
  eventsCreated: count,
  conversationsPerSecond: z.number().nullable().describe('Of the time at work; null without any.'),
};

export const syncFigures = z.object(figures).meta({ id: 'SyncFigures' });
export type SyncFigures = z.infer<typeof syncFigures>;

const syncDay = z.object({ day, ...figures }).meta({ id: 'SyncDay' });
export type SyncDay = z.infer<typeof syncDay>;

export const syncHistoryResource = z
  .object({
    pageId: z.uuid().nullable().describe('null: all pages.'),
    timeZone: z.string(),
    from: day,
    to: day,
    totals: syncFigures,
    days: z.array(syncDay).describe('Every day from the first to the last, also those without a sync.'),
  })
  .meta({ id: 'SyncHistory' });
/** `GET /api/analytics/syncs` */
export type SyncHistoryResource = z.infer<typeof syncHistoryResource>;
