import { z } from 'zod';
import { PLATFORMS } from './platform.ts';
import { MAX_SEARCH_LENGTH } from './query-limits.ts';
import { givenTime, listQuery, pageReference } from './requests.ts';

/** What is searched for: NUL, which PostgreSQL takes in no text, and lone surrogates are cleaned as at the edge to Graph. */
const searched = z
  .string()
  .transform((text) => text.replaceAll('\u0000', '').toWellFormed().normalize('NFC').trim())
  .refine((text) => text !== '', 'must have a character that is no space')
  .refine((text) => text.length <= MAX_SEARCH_LENGTH, `must have at most ${MAX_SEARCH_LENGTH} characters`);

/** `GET /api/conversations` */
export const listConversationsQuery = z
  .strictObject({
    ...listQuery,
    pageId: pageReference,
    platform: z.enum(PLATFORMS).optional().describe('Of this platform alone.'),
    q: searched
      .optional()
      .describe(
        'With this in the person’s name, as a part, or with its words in a message, one after the other, of which the last may go on; in any case. Up to 200 characters.',
      ),
    unread: z
      .enum(['true', 'false'])
      .optional()
      .describe('`true`: with unread messages; `false`: without any.'),
    tag: z
      .string()
      .min(1)
      .max(200)
      .refine((tag) => !tag.includes('\u0000'), 'must have no NUL')
      .optional()
      .describe('With this tag.'),
    since: givenTime.optional().describe('Last activity at this time or later.'),
    until: givenTime.optional().describe('Last activity at this time or before.'),
  })
  .superRefine(({ since, until }, context) => {
    if (since !== undefined && until !== undefined && since > until) {
      context.addIssue({ code: 'custom', path: ['until'], message: 'must not be before since' });
    }
  });
export type ListConversationsQuery = z.infer<typeof listConversationsQuery>;

/** `GET /api/conversations/:id/events` */
export const listEventsQuery = z.strictObject(listQuery);

/** `GET /api/tags` */
export const listTagsQuery = z.strictObject({ pageId: pageReference });
