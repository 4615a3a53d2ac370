/** The two inboxes of a page, by the value of the `platform` parameter in lower case. */
export type Platform = 'messenger' | 'instagram';

/** A JSON object whose members nobody has looked at yet. */
export type Json = Record<string, unknown>;

/** What a call asks for: the word used in fault matches and in the call log. */
export type Edge =
  | 'conversations'
  | 'messages'
  | 'conversation'
  | 'message'
  | 'page'
  | 'subscribed_apps'
  | 'debug_token'
  | 'accounts'
  | 'access_token'
  | 'unknown';

export const edges: readonly Edge[] = [
  'conversations',
  'messages',
  'conversation',
  'message',
  'page',
  'subscribed_apps',
  'debug_token',
  'accounts',
  'access_token',
  'unknown',
];
