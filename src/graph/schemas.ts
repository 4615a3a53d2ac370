import { z } from 'zod';
import { withoutPagingLinks } from './redact.ts';

/** Ids are text, always. An id that came as a number too large for JavaScript has lost digits and is refused. */
const id = z.union([z.string().min(1), z.number().int().safe().transform(String)]);

const text = z.string().nullish();
const count = z.number().int().min(0).max(2_147_483_647).nullish().catch(null);

/** Graph's ISO times (`2026-01-31T12:34:56+0000`), as ISO in UTC, within what PostgreSQL and sense allow. */
const time = z.string().transform((value, context) => {
  const ms = Date.parse(value);
  const year = Number.isNaN(ms) ? 0 : new Date(ms).getUTCFullYear();
  if (year < 1990 || year > 9999) {
    context.addIssue({ code: 'custom', message: `not a time: ${value.slice(0, 40)}` });
    return z.NEVER;
  }
  return new Date(ms).toISOString();
});

/** One person of a conversation. Messenger has `name` and `email`, Instagram `username`; the id may be missing. */
export const personSchema = z.looseObject({
  id: id.nullish().catch(null),
  user_id: id.nullish().catch(null),
  name: text.catch(null),
  username: text.catch(null),
});
export type GraphPerson = z.infer<typeof personSchema>;

/** A list edge inside an object: items are read one by one, so that a bad one spoils no other. */
const edge = z.looseObject({ data: z.array(z.unknown()), paging: z.unknown().optional() });
const people = z.looseObject({ data: z.array(personSchema) });

/** A message as it is asked for in `fields.ts`. Unknown fields are kept. */
export const messageSchema = z.looseObject({
  id: id.nullish(),
  created_time: time,
  from: personSchema.nullish(),
  to: people.nullish().catch(null),
  message: text,
  sticker: text.catch(null),
  attachments: edge.nullish().catch(null),
  shares: edge.nullish().catch(null),
  story: z.looseObject({}).nullish().catch(null),
  reactions: z.unknown().optional().transform(withoutPagingLinks),
  tags: z.unknown().optional(),
  is_unsupported: z.boolean().nullish().catch(null),
});
export type GraphMessage = z.infer<typeof messageSchema>;

/** A conversation of `/{page}/conversations`. */
export const conversationSchema = z.looseObject({
  id,
  updated_time: time.nullish(),
  message_count: count,
  unread_count: count,
  participants: people.nullish(),
  senders: people.nullish().catch(null),
  messages: edge.nullish(),
});

/** An answer that is a list. */
export const listSchema = z.looseObject({ data: z.array(z.unknown()), paging: z.unknown().optional() });

/** The id of something that could not be read, if it has one. */
export function idOf(raw: unknown): string | null {
  const parsed = z.looseObject({ id }).safeParse(raw);
  return parsed.success ? parsed.data.id.slice(0, 500) : null;
}

/** What was wrong, as `path: message` of the first issue. */
export function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'unreadable' : `${issue.path.join('.') || '(item)'}: ${issue.message}`;
}
