import { z } from 'zod';
import { count } from './progress-schemas.ts';
import { syncHistoryQuery } from './sync-history.ts';

// Messages by day and hour, and how soon customers were answered. A message counts when it was sent, whatever brought it here.

const day = z.iso.date();
const messages = { inbound: count, outbound: count };

/** Within how many seconds answers are counted: 5 and 15 minutes, 1, 4 and 24 hours. */
export const RESPONSE_BOUNDS = [300, 900, 3600, 14_400, 86_400] as const;

/** `GET /api/analytics/messages` */
export const messageHistoryQuery = syncHistoryQuery;

const messageDay = z.object({ day, ...messages }).meta({ id: 'MessageDay' });

const messageHour = z
  .object({
    weekday: z.int().min(1).max(7).describe('Of ISO 8601: 1 is Monday.'),
    hour: z.int().min(0).max(23),
    ...messages,
  })
  .meta({ id: 'MessageHour' });

const seconds = z.number().nullable();

const responseTimes = z
  .object({
    answered: count.describe('Times that a customer wrote and the page answered.'),
    unanswered: count.describe('Times that a customer wrote and the page has not answered yet.'),
    medianSeconds: seconds,
    p90Seconds: seconds.describe('Nine of ten answers came within this time.'),
    averageSeconds: seconds,
    within: z
      .array(
        z.object({
          seconds: z.union(RESPONSE_BOUNDS.map((bound) => z.literal(bound))),
          answered: count.describe('Answers that came within this time.'),
        }),
      )
      .describe('All bounds, shortest first.'),
  })
  .meta({ id: 'ResponseTimes' });
/** From a customer’s first unanswered message to the page's first message after it. */
export type ResponseTimes = z.infer<typeof responseTimes>;

export const messageHistoryResource = z
  .object({
    pageId: z.uuid().nullable().describe('null: all pages.'),
    timeZone: z.string(),
    from: day,
    to: day,
    totals: z
      .object({
        ...messages,
        conversations: count.describe('Conversations with a message in these days.'),
      })
      .meta({ id: 'MessageTotals' }),
    days: z.array(messageDay).describe('Every day from the first to the last, also those without a message.'),
    hours: z.array(messageHour).length(168).describe('Every hour of the week, Monday’s first hour first.'),
    responses: responseTimes.describe(
      'A response is the page’s first message after a customer’s first unanswered message, which is in these days.',
    ),
  })
  .meta({ id: 'MessageHistory' });
/** `GET /api/analytics/messages` */
export type MessageHistoryResource = z.infer<typeof messageHistoryResource>;
