import { z } from 'zod';

/** Ids are text, always. */
export const webhookId = z.union([z.string().min(1), z.number().int().transform(String)]);

/** Who sent or got an item. Guests of the chat plugin have a `user_ref` instead of an id. */
const party = z.looseObject({ id: webhookId.nullish().catch(null) });

/** What all items of `messaging` and `standby` share; one of the other keys says what it is. Unknown fields are kept. */
export const itemSchema = z.looseObject({
  sender: party.nullish(),
  recipient: party.nullish(),
  timestamp: z.unknown().optional(),
});
export type RawItem = z.infer<typeof itemSchema>;

const text = z.string().nullish();
/** Meta sends booleans as text, too. */
const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .nullish()
  .transform((value) => value === true || value === 'true');
const fields = z.looseObject({}).nullish().catch(null);

export const messageSchema = z.looseObject({
  mid: webhookId.nullish(),
  text,
  is_echo: flag,
  is_deleted: flag,
  is_unsupported: flag,
  app_id: webhookId.nullish().catch(null),
  metadata: text.catch(null),
  attachments: z.array(z.unknown()).nullish(),
  quick_reply: fields,
  reply_to: fields,
  referral: fields,
  prior_message: fields,
  sticker_id: webhookId.nullish().catch(null),
  sticker: z.unknown().optional(),
});
export type WebhookMessage = z.infer<typeof messageSchema>;

export const editSchema = z.looseObject({
  mid: webhookId,
  text: z.string(),
  num_edit: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});
export const reactionSchema = z.looseObject({
  mid: webhookId.nullish(),
  action: z.string(),
  reaction: text.catch(null),
  emoji: text.catch(null),
});
export const readSchema = z.looseObject({ mid: webhookId.nullish(), watermark: z.unknown().optional() });
export const deliverySchema = z.looseObject({
  mids: z.array(webhookId).nullish().catch(null),
  watermark: z.unknown().optional(),
});
export const postbackSchema = z.looseObject({
  mid: webhookId.nullish(),
  title: text.catch(null),
  payload: text.catch(null),
  referral: fields,
});
export const anyFields = z.looseObject({});

/** Every key by which an item tells its kind, in the order in which they are looked for. */
export const ITEM_KINDS = [
  'message',
  'message_edit',
  'reaction',
  'read',
  'delivery',
  'postback',
  'optin',
  'account_linking',
  'pass_thread_control',
  'take_thread_control',
  'request_thread_control',
  'app_roles',
  'message_request',
  'referral',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
