import type { Platform } from '../types.ts';

/** Fields of a page's subscription: the values `subscribed_fields` may have. */
export const PAGE_FIELDS: readonly string[] = [
  'feed',
  'mention',
  'name',
  'picture',
  'category',
  'description',
  'conversations',
  'feature_access_list',
  'inbox_labels',
  'standby',
  'messages',
  'message_context',
  'message_deliveries',
  'message_echoes',
  'message_edits',
  'message_mention',
  'message_reactions',
  'message_reads',
  'messaging_account_linking',
  'messaging_appointments',
  'messaging_checkout_updates',
  'messaging_customer_information',
  'messaging_direct_sends',
  'messaging_fblogin_account_linking',
  'messaging_feedback',
  'messaging_game_plays',
  'messaging_handovers',
  'messaging_integrity',
  'messaging_optins',
  'messaging_optouts',
  'messaging_payments',
  'messaging_policy_enforcement',
  'messaging_postbacks',
  'messaging_pre_checkouts',
  'messaging_referrals',
  'calls',
  'company_overview',
  'email',
  'general_info',
  'hours',
  'leadgen',
  'live_videos',
  'location',
  'merchant_review',
  'page_change_proposal',
  'page_upcoming_change',
  'phone',
  'product_review',
  'products',
  'publisher_subscriptions',
  'ratings',
  'videos',
  'website',
];

/** What can happen in an inbox, in the words of `POST /inbox/events`; `message` and `echo` are plain messages. */
export const eventKinds = [
  'attachment',
  'sticker',
  'quick_reply',
  'reply_to',
  'story_reply',
  'story_mention',
  'postback',
  'referral',
  'optin',
  'reaction',
  'unreact',
  'read',
  'delivery',
  'edit',
  'unsend',
  'handover',
  'standby',
] as const;

export type EventKind = (typeof eventKinds)[number];

export const updateKinds = ['message', 'echo', ...eventKinds] as const;

/** What an update tells of. */
export type UpdateKind = (typeof updateKinds)[number];

/** Kinds that only one of the platforms has. */
const ONLY_ON: Partial<Record<UpdateKind, Platform>> = {
  sticker: 'messenger',
  optin: 'messenger',
  delivery: 'messenger',
  edit: 'messenger',
  story_reply: 'instagram',
  story_mention: 'instagram',
};

/** Kinds that a page can do as well as a customer. */
const PAGES_TOO: ReadonlySet<UpdateKind> = new Set([
  'message',
  'echo',
  'attachment',
  'sticker',
  'reply_to',
  'edit',
  'unsend',
  'standby',
]);

/** Whether a kind can happen on a platform. */
export function happensOn(kind: UpdateKind, platform: Platform): boolean {
  return (ONLY_ON[kind] ?? platform) === platform;
}

/** Whether a page can be the one who does it. */
export function pageCan(kind: UpdateKind): boolean {
  return PAGES_TOO.has(kind);
}

const FIELDS: Readonly<Record<UpdateKind, string>> = {
  message: 'messages',
  echo: 'message_echoes',
  attachment: 'messages',
  sticker: 'messages',
  quick_reply: 'messages',
  reply_to: 'messages',
  story_reply: 'messages',
  story_mention: 'messages',
  unsend: 'messages',
  postback: 'messaging_postbacks',
  referral: 'messaging_referrals',
  optin: 'messaging_optins',
  reaction: 'message_reactions',
  unreact: 'message_reactions',
  read: 'message_reads',
  delivery: 'message_deliveries',
  edit: 'message_edits',
  handover: 'messaging_handovers',
  standby: 'standby',
};

/** The field a Messenger update needs; what the page itself wrote comes with its echoes. */
export function fieldOf(kind: UpdateKind, fromPage: boolean): string {
  const field = FIELDS[kind];
  return fromPage && field === 'messages' ? 'message_echoes' : field;
}
