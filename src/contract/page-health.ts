/** What `page_states.health` may be: of each page the first that holds. */
export const PAGE_HEALTHS = [
  'disconnected',
  'token_expired',
  'waiting',
  'paused',
  'syncing',
  'failing',
  'incomplete',
  'never_synced',
  'unsubscribed',
  'silent',
  'stale',
  'ok',
] as const;
export type PageHealth = (typeof PAGE_HEALTHS)[number];
